import type { Stage } from '../../units/stages.ts';
import { checkPercent } from '../weights/split.ts';

/** Percent. As many canary pods as stable has: more would be a second stable, and stable keeps its full size. */
export const ceiling = 50;

/** How many canary pods come nearest to a share beside so many of stable, within the ceiling: one at least, because none would be no share. */
export function podsFor(stable: number, percent: number): number {
  checkPercent(percent);
  if (percent === 0) return 0;
  const all = Math.max(1, stable);
  const wanted = percent >= ceiling ? all : Math.round((all * percent) / (100 - percent));
  return Math.max(1, wanted);
}

/** Percent, not always an integer. */
export const shareOf = (canary: number, stable: number): number => (canary <= 0 ? 0 : (100 * canary) / (canary + Math.max(0, stable)));

/** The share that pod counts can give in the place of the one that is wished, in whole percent from 1. */
export const effectivePercent = (stable: number, percent: number): number =>
  percent === 0 ? 0 : Math.max(1, Math.round(shareOf(podsFor(stable, percent), Math.max(1, stable))));

/** The ladder that pod counts can give. Stages that come out as the same share are one, as long as all of them together. */
export function effectiveLadder(stages: readonly Stage[], stable: number): readonly Stage[] {
  const ladder: Stage[] = [];
  for (const stage of stages) {
    const weight = effectivePercent(stable, stage.weight);
    const before = ladder.at(-1);
    if (before === undefined || before.weight !== weight) ladder.push({ ...stage, weight });
    else ladder[ladder.length - 1] = { ...before, ...stage, weight, holdSeconds: before.holdSeconds + stage.holdSeconds };
  }
  return ladder;
}

/** What is left of a ready-made ladder: the smoke checks behind the gate are its stage at 0, and beyond the ceiling comes the promotion. */
export const withinCeiling = (stages: readonly Stage[]): readonly Stage[] => stages.filter(({ weight }) => weight > 0 && weight <= ceiling);
