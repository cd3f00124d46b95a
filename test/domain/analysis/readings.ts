import type { PodCounters } from '../../../src/domain/analysis/counters.ts';
import { type Evidence, extend, startEvidence } from '../../../src/domain/analysis/evidence.ts';
import type { ArmReading, OwnValue, Reading } from '../../../src/domain/analysis/reading.ts';

export interface Given {
  readonly requests: number;
  readonly errors?: number;
  /** Upper edge in seconds, `Infinity` included → requests up to there. */
  readonly buckets?: ReadonlyMap<number, number>;
}

export const pod = ({ requests, errors = 0, buckets = new Map() }: Given): PodCounters => ({ requests, errors, buckets });

export const pods = (given: Readonly<Record<string, Given>>): ArmReading => ({
  is: 'counters',
  counters: new Map(Object.entries(given).map(([name, counters]) => [name, pod(counters)])),
});

/** Both arms with one pod each. Stable is busy and without errors unless it is given. */
export function reading(
  at: number,
  canary: Given | ArmReading,
  stable: Given | ArmReading = { requests: 1000 + at * 10 },
  own: readonly OwnValue[] = [],
): Reading {
  return { at, canary: armOf('canary', canary), stable: armOf('stable', stable), own };
}

const armOf = (name: string, given: Given | ArmReading): ArmReading => ('is' in given ? given : pods({ [`${name}-1`]: given }));

export const noAnswer: ArmReading = { is: 'no-data', reason: 'the metric store gave no usable answer' };

/** Evidence of a canary whose counters stood at these values, the first of them when the stage began. */
export function evidenceOf(counters: readonly Given[]): Evidence {
  const [first, ...later] = counters.map((given, index) => reading(index * 30, given));
  return later.reduce(extend, startEvidence(first));
}

/** A cumulative histogram from single requests. */
export function histogram(edges: readonly number[], latencies: readonly number[]): ReadonlyMap<number, number> {
  return new Map([...edges, Infinity].map((edge) => [edge, latencies.filter((latency) => latency <= edge).length]));
}
