import type { Arm } from './arm.ts';
import { carry, type Increment, increment, nothing, sum } from './counters.ts';
import { type ArmReading, noData, type Reading } from './reading.ts';

/** What one stage has measured so far. Immutable; grown by `extend`. */
export interface Evidence {
  readonly canary: ArmEvidence;
  readonly stable: ArmEvidence;
  /** The newest values, with the last known counters of each arm: what the next reading, or the next stage, is compared with. */
  readonly last?: Reading;
  /** Requests of both arms over the same time. */
  readonly paired: Pair;
  /** Counted in one arm, while the other has not yet caught up. */
  readonly unpaired: Pair;
}

export interface ArmEvidence {
  /** Oldest first. Old ones are merged, so there is a bounded number. */
  readonly increments: readonly Increment[];
  readonly total: Increment;
  /** What the newest reading gave. The first good one only says where counting begins. */
  readonly newest: { readonly is: 'increment' } | { readonly is: 'baseline' } | { readonly is: 'no-data'; readonly reason: string };
}

type Pair = Readonly<Record<Arm, number>>;

const mostIncrements = 128;
const noRequests: Pair = { canary: 0, stable: 0 };
const unmeasured = noData('nothing was measured yet');

/** Begins a stage, with the reading that was taken when it began. Without one, the first good reading only sets the baseline. */
export function startEvidence(baseline?: Reading): Evidence {
  return {
    canary: startArm(baseline?.canary),
    stable: startArm(baseline?.stable),
    ...(baseline === undefined ? {} : { last: baseline }),
    paired: noRequests,
    unpaired: noRequests,
  };
}

const startArm = (reading: ArmReading = unmeasured): ArmEvidence => ({
  increments: [],
  total: nothing,
  newest: reading.is === 'no-data' ? reading : { is: 'baseline' },
});

export function extend(evidence: Evidence, reading: Reading): Evidence {
  const canary = extendArm(evidence.canary, evidence.last?.canary, reading.canary);
  const stable = extendArm(evidence.stable, evidence.last?.stable, reading.stable);
  const last = {
    ...reading,
    canary: carried(evidence.last?.canary, reading.canary),
    stable: carried(evidence.last?.stable, reading.stable),
  };
  return { canary, stable, last, ...pair(evidence, canary, stable) };
}

function extendArm(arm: ArmEvidence, last: ArmReading = unmeasured, reading: ArmReading): ArmEvidence {
  if (reading.is === 'no-data') return { ...arm, newest: reading };
  if (last.is === 'no-data') return { ...arm, newest: { is: 'baseline' } };
  const fresh = increment(last.counters, reading.counters);
  return { increments: compact([...arm.increments, fresh]), total: sum([arm.total, fresh]), newest: { is: 'increment' } };
}

// A gap leaves the last counters alone, so that the next good reading covers it.
export function carried(last: ArmReading = unmeasured, reading: ArmReading): ArmReading {
  if (reading.is === 'no-data') return last.is === 'no-data' ? reading : last;
  return last.is === 'no-data' ? reading : { is: 'counters', counters: carry(last.counters, reading.counters) };
}

// Pairs in the older half become one: the older, the coarser, and the newest readings stay single.
function compact(increments: readonly Increment[]): readonly Increment[] {
  if (increments.length <= mostIncrements) return increments;
  const older = increments.slice(0, mostIncrements / 2);
  const merged = older.flatMap((one, index) => (index % 2 === 0 ? [sum([one, ...older.slice(index + 1, index + 2)])] : []));
  return [...merged, ...increments.slice(mostIncrements / 2)];
}

// After a gap in one arm its increment covers more time than the other's: both are only compared up to moments known of both.
function pair(before: Evidence, canary: ArmEvidence, stable: ArmEvidence): Pick<Evidence, 'paired' | 'unpaired'> {
  if (canary.newest.is === 'baseline' || stable.newest.is === 'baseline') return { paired: before.paired, unpaired: noRequests };
  const unpaired = addPairs(before.unpaired, {
    canary: canary.total.requests - before.canary.total.requests,
    stable: stable.total.requests - before.stable.total.requests,
  });
  if (canary.newest.is === 'no-data' || stable.newest.is === 'no-data') return { paired: before.paired, unpaired };
  return { paired: addPairs(before.paired, unpaired), unpaired: noRequests };
}

const addPairs = (one: Pair, other: Pair): Pair => ({ canary: one.canary + other.canary, stable: one.stable + other.stable });

/** The canary's measured share of all requests, 0 to 1; `undefined` when there were none, or none that can be compared. */
export function share({ paired: { canary, stable } }: Evidence): number | undefined {
  return canary + stable > 0 ? canary / (canary + stable) : undefined;
}

/**
 * The newest increments that together hold so many requests, or all if there are fewer, but at least the newest. A late fault is
 * thus not hidden by a healthy past, and at low traffic the window reaches further back.
 */
export function window(evidence: Evidence, arm: Arm, minRequests: number, count: 'requests' | 'latencyRequests' = 'requests'): Increment {
  const { increments } = evidence[arm];
  let first = Math.max(0, increments.length - 1);
  let held = increments[first]?.[count] ?? 0;
  while (held < minRequests && first > 0) {
    first -= 1;
    held += increments[first]?.[count] ?? 0;
  }
  return sum(increments.slice(first));
}
