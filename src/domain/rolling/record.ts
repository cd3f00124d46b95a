/**
 * What a rolling update writes into the Lease, so that a successor finishes it or goes back. `settled`: it has ended, and nothing of it is
 * taken back any more; what it remembered for its way back may still have to be forgotten.
 */
export interface RollingRecord {
  readonly phase: (typeof rollingPhases)[number];
  /** What was rolled out: a successor with the same wish goes on, any other goes back first. */
  readonly key: string;
  readonly run: string;
  /** ISO 8601, for people. */
  readonly since: string;
}

export const rollingPhases = ['resting', 'writing', 'returning', 'settled'] as const;

/** Something may be half done. */
export const isOpen = (record: RollingRecord | undefined): record is RollingRecord =>
  record?.phase === 'writing' || record?.phase === 'returning';

/** Nothing is left of any run. */
export const isAtRest = (record: RollingRecord | undefined): boolean => record === undefined || record.phase === 'resting';

/** Annotations can be edited by anyone who may edit the Lease. */
export function readRollingRecord(value: unknown): RollingRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { phase, key, run, since } = value as Readonly<Record<string, unknown>>;
  const known = rollingPhases.find((each) => each === phase);
  if (known === undefined || typeof key !== 'string' || typeof run !== 'string' || typeof since !== 'string') return undefined;
  return { phase: known, key, run, since };
}
