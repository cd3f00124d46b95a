import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inLockOrder, type LockPlace } from '../../../src/domain/fleet/lock-order.ts';

const key = ({ server, namespace, lease }: LockPlace): string => [server, namespace, lease].join('/');
const part = fc.constantFrom('a', 'b', 'B', 'a-b', 'ä', '1');
const places = fc.uniqueArray(fc.record({ server: part, namespace: part, lease: part }), { selector: key, minLength: 1, maxLength: 10 });

it('is the same whatever the order in which the places are named', () => {
  fc.assert(
    fc.property(places, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (all, dice) => {
      const shuffled = all
        .map((place) => ({ place, at: dice.next().value }))
        .toSorted((one, other) => one.at - other.at)
        .map(({ place }) => place);
      expect(inLockOrder(shuffled)).toEqual(inLockOrder(all));
    }),
  );
});

/** Each release takes the next of its locks when it is free, and keeps it until it has all of them and has ended. */
function run(releases: readonly (readonly LockPlace[])[], turns: Iterator<number>): number {
  const held = new Map<string, number>();
  const taken = releases.map(() => 0);
  let ended = 0;
  while (ended < releases.length) {
    const able = releases.flatMap((locks, who) => {
      const next = locks[taken[who] ?? 0];
      return (taken[who] ?? 0) >= 0 && (next === undefined || !held.has(key(next))) ? [who] : [];
    });
    if (able.length === 0) return ended;
    const who = able[(turns.next().value ?? 0) % able.length] ?? 0;
    const next = releases[who]?.[taken[who] ?? 0];
    if (next === undefined) {
      for (const [place, holder] of [...held]) if (holder === who) held.delete(place);
      taken[who] = -1;
      ended += 1;
    } else {
      held.set(key(next), who);
      taken[who] = (taken[who] ?? 0) + 1;
    }
  }
  return ended;
}

it('no two releases, nor ten, ever wait for each other', () => {
  const several = fc.array(places, { minLength: 2, maxLength: 10 });
  fc.assert(
    fc.property(several, fc.infiniteStream(fc.nat(1000)), (all, turns) => {
      expect(run(all.map(inLockOrder), turns)).toBe(all.length);
    }),
  );
});

it('without it they do', () => {
  const [one, other] = [
    { server: 's', namespace: 'n', lease: 'one' },
    { server: 's', namespace: 'n', lease: 'other' },
  ];
  expect(
    run(
      [
        [one, other],
        [other, one],
      ],
      [0, 1].values(),
    ),
  ).toBe(0);
});
