import { expect, it } from '@jest/globals';
import { gapsOf } from '../../bench/switch-gaps.ts';

const steady = (from: number, to: number, version: string) =>
  Array.from({ length: (to - from) / 10 }, (_, index) => ({ at: from + index * 10, version }));

it('is the longest time without an answer around the switch, and before it', () => {
  const answers = [...steady(0, 8000, 'v1'), ...steady(8250, 12_000, 'v2')];
  expect(gapsOf(answers, 'v1', 'v2')).toEqual({ switch: 260, quiet: 10, both: 0 });
});

it('says how long both versions answered', () => {
  const answers = [...steady(0, 8000, 'v1'), ...steady(8000, 12_000, 'v2'), { at: 8105, version: 'v1' }];
  expect(
    gapsOf(
      answers.toSorted((one, other) => one.at - other.at),
      'v1',
      'v2',
    ),
  ).toEqual({ switch: 10, quiet: 10, both: 105 });
});

it('a pause long before or after is not of the switch', () => {
  const answers = [...steady(0, 1000, 'v1'), ...steady(2000, 8000, 'v1'), ...steady(8000, 10_000, 'v2'), ...steady(11_000, 12_000, 'v2')];
  expect(gapsOf(answers, 'v1', 'v2')).toMatchObject({ switch: 10, quiet: 10 });
});

it('without an answer of the new version nothing is known', () => {
  expect(gapsOf(steady(0, 1000, 'v1'), 'v1', 'v2')).toBeUndefined();
});
