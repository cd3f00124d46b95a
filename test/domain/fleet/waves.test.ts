import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { shareOf, wavesOf } from '../../../src/domain/fleet/waves.ts';

const cluster = (name: string, weight: number, canary = false) => ({ name, weight, canary });
const names = (clusters: Parameters<typeof wavesOf>[0]) => wavesOf(clusters).map((wave) => wave.map(({ name }) => name));

it.each([
  ['the two regions of the chapter', [cluster('eastus', 100), cluster('westeurope', 50)], [['westeurope'], ['eastus']]],
  ['the canary cluster first, whatever it weighs', [cluster('a', 10), cluster('b', 500, true), cluster('c', 10)], [['b'], ['a', 'c']]],
  ['one that has no users before those that have', [cluster('a', 10), cluster('dr', 0)], [['dr'], ['a']]],
  ['one alone', [cluster('a', 10)], [['a']]],
])('%s', (_, clusters, waves) => expect(names(clusters)).toEqual(waves));

it('every cluster is in one wave, and no wave has more of the users than a later one has', () => {
  const clusters = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.integer({ min: 0, max: 1000 })), {
    selector: ([name]) => name,
    maxLength: 12,
  });
  fc.assert(
    fc.property(clusters, (entries) => {
      const all = entries.map(([name, weight]) => cluster(name, weight));
      const waves = wavesOf(all);
      expect(waves.flat().toSorted((one, other) => all.indexOf(one) - all.indexOf(other))).toEqual(all);
      const weights = waves.map((wave) => new Set(wave.map(({ weight }) => weight)));
      expect(weights.every(({ size }) => size === 1)).toBe(true);
      const flat = waves.flat().map(({ weight }) => weight);
      expect(flat).toEqual(flat.toSorted((one, other) => one - other));
    }),
  );
});

it('a share is in percent of all', () => {
  const all = [cluster('a', 100), cluster('b', 50)];
  expect(all.map((each) => shareOf(each, all))).toEqual([66.7, 33.3]);
  expect(shareOf(cluster('a', 0), [cluster('a', 0)])).toBeUndefined();
});
