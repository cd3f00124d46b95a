import { describe, expect, it } from '@jest/globals';
import type { LeaseView } from '../../src/domain/rollout/lease.ts';
import { type Vigil, vigil } from '../../src/flows/vigil.ts';

const lease: LeaseView = { holder: 'run-1', epoch: 1, resourceVersion: '1', durationSeconds: 60, sign: 'a' };

/** Looks every ten seconds. What it makes of the last look. */
function looking(looks: readonly (LeaseView | 'gone' | 'missed')[]): boolean {
  let time = 0;
  const kept: Vigil = vigil({ monotonic: () => time });
  let dead = false;
  for (const look of looks) {
    dead = false;
    if (look === 'missed') kept.missed();
    else dead = kept.saw(look === 'gone' ? undefined : look);
    time += 10;
  }
  return dead;
}

const times = <T>(count: number, value: T): readonly T[] => Array.from({ length: count }, () => value);

describe('a vigil over a Lease', () => {
  it('calls its holder dead after a whole duration without a sign of life', () => {
    expect([looking(times(6, lease)), looking(times(7, lease))]).toEqual([false, true]);
  });

  it.each<[string, LeaseView | 'gone' | 'missed']>([
    ['a read that failed', 'missed'],
    ['a Lease that was gone', 'gone'],
    ['a Lease that was nobody’s', { ...lease, holder: '' }],
    ['a sign of life', { ...lease, sign: 'b' }],
  ])('counts anew after %s', (_, between) => {
    const interrupted = [...times(3, lease), between];
    expect(looking([...interrupted, ...times(6, lease)])).toBe(false);
    expect(looking([...interrupted, ...times(7, lease)])).toBe(true);
  });

  it('never calls nobody dead', () => expect(looking(times(20, { ...lease, holder: '' }))).toBe(false));
});
