/**
 * Files of the workspace. Paths are relative to it, with `/`; one that leads out of it, also by a symbolic link, is refused.
 * Every method throws a `Failure` FILE_UNREADABLE that names the path.
 */
export interface Files {
  /** The files that a path or a glob pattern stands for, sorted; a folder stands for the files in it, at any depth. Empty when there is none. */
  find(pattern: string): Promise<readonly string[]>;
  /** UTF-8 text of at most so many bytes; a longer file is refused, not cut. */
  text(path: string, mostBytes: number): Promise<string>;
  /** The YAML or JSON documents of a file, as plain values. Empty documents are left out; aliases are refused. */
  documents(path: string, mostBytes: number): Promise<readonly unknown[]>;
}
