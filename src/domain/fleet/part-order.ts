import type { Problem } from '../rollout/problem.ts';

/** What is rolled out as one: a service, or the settings that all of them read. */
export interface Part {
  readonly name: string;
  /** Parts that have to be done before this one begins. */
  readonly needs: readonly string[];
  /** ConfigMaps and Secrets: before every service on the way forward, and on the way back too, so that no pod of an old template reads new ones. */
  readonly settings: boolean;
}

export type PartState =
  | 'waiting'
  | 'running'
  /** Rolled out; what was there before is still remembered. */
  | 'done'
  /** Rolled out for good. */
  | 'kept'
  /** Went back by itself. */
  | 'failed'
  | 'returning'
  | 'returned'
  /** Nobody can say how it stands. */
  | 'unsure';

export type PartStates = Readonly<Record<string, PartState>>;

/** What about `needs` makes no order. */
export function orderProblems(parts: readonly Part[]): readonly Problem[] {
  const names = new Set(parts.map(({ name }) => name));
  const unknown = parts.flatMap(({ name, needs }) =>
    needs
      .filter((need) => !names.has(need))
      .map((need) => ({
        what: `Service \`${name}\` needs \`${need}\`, which is no service of this release.`,
        remedy: 'Correct the name, or take it out of `needs`.',
      })),
  );
  if (unknown.length > 0) return unknown;
  let left = parts;
  for (;;) {
    const rest = left.filter(({ needs }) => needs.some((need) => left.some(({ name }) => name === need)));
    if (rest.length === left.length) break;
    left = rest;
  }
  if (left.length === 0) return [];
  return [
    {
      what: `These services need each other in a circle, or one that does: ${left.map(({ name, needs }) => `\`${name}\` needs ${needs.map((need) => `\`${need}\``).join(', ')}`).join('; ')}.`,
      remedy: 'Take one of these needs out: the first version that is rolled out has to work with the others as they were.',
    },
  ];
}

const isOver = (state: PartState | undefined): boolean => state === 'done' || state === 'kept';
const at = (states: PartStates, state: PartState): number => Object.values(states).filter((each) => each === state).length;

/** The parts that begin now: those whose needs are done, in the order of the plan, as many as may run at once. */
export function startable(parts: readonly Part[], states: PartStates, atOnce: number): readonly string[] {
  const settled = parts.every(({ name, settings }) => !settings || isOver(states[name]));
  return parts
    .filter(
      ({ name, needs, settings }) => states[name] === 'waiting' && (settings || settled) && needs.every((need) => isOver(states[need])),
    )
    .map(({ name }) => name)
    .slice(0, Math.max(0, atOnce - at(states, 'running')));
}

/** The parts that go back now: the settings first, then each as soon as none that needs it is left. */
export function returnable(parts: readonly Part[], states: PartStates, atOnce: number): readonly string[] {
  const isLeft = (name: string): boolean => states[name] === 'done' || states[name] === 'returning';
  const unsettled = parts.some(({ name, settings }) => settings && isLeft(name));
  // Looked up once: it is asked at every event of a release of a thousand.
  const needed = new Set(parts.filter(({ name, settings }) => !settings && isLeft(name)).flatMap(({ needs }) => needs));
  return parts
    .filter(({ name, settings }) => states[name] === 'done' && (settings || !unsettled) && !needed.has(name))
    .map(({ name }) => name)
    .reverse()
    .slice(0, Math.max(0, atOnce - at(states, 'returning')));
}
