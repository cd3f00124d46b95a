/** GitHub takes 1 MiB of a step, and refuses what is larger as a whole. Left free: for what closes it, and for what the step has written before. */
const mostBytes = 900_000;
const fold = /<(\/?)details\b/g;

/** A summary that GitHub takes: cut by its bytes, at a line, with a last sentence that says so outside of everything that was open. */
export function fittingSummary(markdown: string): string {
  if (Buffer.byteLength(markdown) <= mostBytes) return markdown;
  const lines = markdown.split('\n');
  if (lines.at(-1) === '') lines.pop();
  let [kept, bytes, folds] = [0, 0, 0];
  let fence = '';
  for (const line of lines) {
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > mostBytes) break;
    kept += 1;
    const [ticks = ''] = /^`{3,}/.exec(line) ?? [];
    if (fence !== '') fence = line === fence ? '' : fence;
    else if (ticks !== '') fence = ticks;
    else for (const [, slash] of line.matchAll(fold)) folds = Math.max(0, folds + (slash === '/' ? -1 : 1));
  }
  const left = lines.length - kept;
  return [
    ...lines.slice(0, kept),
    ...(fence === '' ? [] : [fence]),
    ...Array.from({ length: folds }, () => '\n</details>'),
    '',
    `**The summary ends here: ${left} more ${left === 1 ? 'line is' : 'lines are'} more than GitHub takes.** The log and the report have the rest.`,
    '',
  ].join('\n');
}
