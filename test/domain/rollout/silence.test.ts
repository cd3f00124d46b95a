import { describe, expect, it } from '@jest/globals';
import { isOver, listen, lookEvery, type Silence } from '../../../src/domain/rollout/silence.ts';

/** What so many good reads come to: a sign and a time each, of a Lease of a minute. */
const after = (...reads: readonly (readonly [sign: string, at: number])[]): Silence =>
  reads.reduce<Silence | undefined>((before, [sign, at]) => listen(before, sign, 60, at), undefined) ?? { sign: '', since: 0, seen: 0 };

describe('a silence', () => {
  it.each<[string, readonly (readonly [string, number])[], boolean]>([
    ['is not over after one read', [['a', 0]], false],
    [
      'is over when the same sign was read for the whole duration',
      [
        ['a', 0],
        ['a', 30],
        ['a', 60],
      ],
      true,
    ],
    [
      'is not over a moment before',
      [
        ['a', 0],
        ['a', 30],
        ['a', 59.9],
      ],
      false,
    ],
    [
      'begins anew with another sign',
      [
        ['a', 0],
        ['a', 30],
        ['b', 50],
        ['b', 80],
      ],
      false,
    ],
    [
      'and is over after a whole duration of that one',
      [
        ['a', 0],
        ['b', 20],
        ['b', 50],
        ['b', 80],
      ],
      true,
    ],
    [
      'begins anew after a pause in which an outage may have been missed',
      [
        ['a', 0],
        ['a', 30.1],
        ['a', 60],
      ],
      false,
    ],
  ])('%s', (_, reads, over) => expect(isOver(after(...reads), 60)).toBe(over));

  it('is listened to so often that a slow answer does not break it', () => {
    expect([5, 12, 60, 3600].map(lookEvery)).toEqual([5 / 6, 2, 2, 2]);
    for (const duration of [5, 6, 15, 60]) expect(lookEvery(duration)).toBeLessThanOrEqual(duration / 3);
  });
});
