/** What the page of a run shows of an action's output: all lines but the commands to the runner. */
export function isShown(line: string): boolean {
  return !/^\s*::[a-z-]+(?: [^:]*)?::/.test(line);
}

export const indented = (line: string): string => (line === '' ? '' : `    ${line}`);
