import { expect, it } from '@jest/globals';
import { changes, strategies } from '../../../src/domain/strategy/changes.ts';

it('every kind of change has its strategy', () =>
  expect(Object.entries(changes).map(([change, { strategy }]) => `${change} → ${strategy}`)).toEqual([
    'major → blue-green',
    'risky-feature → canary',
    'daily → rolling',
    'schema → blue-green',
    'hotfix → rolling',
  ]));

it('every strategy is somebody’s, and every reason is a sentence', () => {
  expect(new Set(Object.values(changes).map(({ strategy }) => strategy))).toEqual(new Set(Object.keys(strategies)));
  expect(Object.values(changes).filter(({ why }) => !/^[A-Z].{20,}\.$/.test(why))).toEqual([]);
});
