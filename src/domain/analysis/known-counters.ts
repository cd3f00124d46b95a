import { carried } from './evidence.ts';
import type { ArmReading, Reading } from './reading.ts';

/** The last counters of every pod that any reading so far has had. */
export const remembered = (known: Reading | undefined, reading: Reading): Reading => ({
  ...reading,
  canary: carried(known?.canary, reading.canary),
  stable: carried(known?.stable, reading.stable),
});

/**
 * A reading to count from. A pod that it lacks, such as one whose scrape just failed, has its last known counters: without them all that it
 * ever served would count to what begins now. An arm without data stays without.
 */
export const complete = (known: Reading | undefined, reading: Reading): Reading => {
  const arm = (last: ArmReading | undefined, now: ArmReading): ArmReading => (now.is === 'no-data' ? now : carried(last, now));
  return { ...reading, canary: arm(known?.canary, reading.canary), stable: arm(known?.stable, reading.stable) };
};

/**
 * The reading to count from, with the first counters of pods that were there when it was taken and that it lacks, because no scrape of them had come
 * by then: what they served before is not known, and does not count. A pod that came later counts from 0.
 */
export function heardLate(baseline: Reading, reading: Reading, pods: ReadonlySet<string>): Reading {
  const only = (arm: ArmReading): ArmReading =>
    arm.is === 'no-data' ? arm : { ...arm, counters: new Map([...arm.counters].filter(([pod]) => pods.has(pod))) };
  const arm = (from: ArmReading, now: ArmReading): ArmReading => {
    const late = only(now);
    return from.is === 'no-data' || late.is === 'no-data' ? from : carried(late, from);
  };
  return { ...baseline, canary: arm(baseline.canary, reading.canary), stable: arm(baseline.stable, reading.stable) };
}
