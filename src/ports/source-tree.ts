/** The checkout that is built. */
export interface SourceTree {
  /** `undefined` when the workspace is no checkout, or git is not there. */
  read(): Promise<Checkout | undefined>;
}

export interface Checkout {
  readonly commit: string;
  /** Id of the commit's whole tree: equal for equal content, whatever the history. */
  readonly tree: string;
  /** As RFC 3339, and as seconds since 1970. */
  readonly committed: { readonly at: string; readonly seconds: number };
  /** Files that are changed, or not of the commit, ignored ones among them; the first few. Any of them could be in the build's context. */
  readonly beside: readonly string[];
  readonly moreBeside: number;
}
