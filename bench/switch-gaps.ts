/** An answer as a client saw it; `at` in milliseconds. */
export interface Answer {
  readonly at: number;
  readonly version: string;
}

/** Milliseconds around the first answer of the new version. */
const around = 1500;

/**
 * The longest time without an answer around a switch, the longest in as long a time just before it, and for how long both versions
 * answered. `undefined`: the new version never answered.
 */
export function gapsOf(
  answers: readonly Answer[],
  before: string,
  after: string,
): { readonly switch: number; readonly quiet: number; readonly both: number } | undefined {
  const first = answers.find(({ version }) => version === after)?.at;
  if (first === undefined) return undefined;
  const last = answers.findLast(({ version }) => version === before)?.at ?? first;
  return {
    switch: longest(answers, first - around, first + around),
    quiet: longest(answers, first - 3 * around, first - around),
    both: Math.max(0, last - first),
  };
}

function longest(answers: readonly Answer[], from: number, to: number): number {
  const times = answers.map(({ at }) => at).filter((at) => at >= from && at <= to);
  return times.reduce((most, at, index) => Math.max(most, at - (times[index - 1] ?? at)), 0);
}
