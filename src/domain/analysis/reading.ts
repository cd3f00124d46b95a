import type { Arm } from './arm.ts';
import type { Counters } from './counters.ts';

/** What the metric store said about one arm. */
export type ArmReading = { readonly is: 'counters'; readonly counters: Counters } | NoData;

export interface NoData {
  readonly is: 'no-data';
  readonly reason: string;
}

/** What a query of the user's own gave for one arm. */
export type OwnValue = { readonly name: string; readonly arm: Arm } & ({ readonly is: 'value'; readonly value: number } | NoData);

/** Everything that was measured at one moment. */
export interface Reading {
  /** Monotonic seconds. */
  readonly at: number;
  readonly canary: ArmReading;
  readonly stable: ArmReading;
  readonly own: readonly OwnValue[];
}

export const noData = (reason: string): NoData => ({ is: 'no-data', reason });

/** A pod that both selectors match would be compared with itself, so neither arm has usable data then. */
export function disjoint(canary: ArmReading, stable: ArmReading): Readonly<Record<Arm, ArmReading>> {
  if (canary.is === 'no-data' || stable.is === 'no-data') return { canary, stable };
  const both = [...canary.counters.keys()].find((pod) => stable.counters.has(pod));
  if (both === undefined) return { canary, stable };
  const overlap = noData(`the selectors of canary and stable both match pod ${both}`);
  return { canary: overlap, stable: overlap };
}
