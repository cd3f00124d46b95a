import { expect, it } from '@jest/globals';
import { type ClusterCheck, isUsable } from '../../../src/domain/fleet/cluster-check.ts';

it.each<readonly [ClusterCheck, boolean]>([
  [{ name: 'a', is: 'pass', found: '' }, true],
  [{ name: 'a', is: 'warning', found: '', remedy: '' }, true],
  [{ name: 'a', is: 'fail', found: '', remedy: '' }, false],
  [{ name: 'a', is: 'not-checked', reason: '', required: false }, true],
  [{ name: 'a', is: 'not-checked', reason: '', required: true }, false],
])('%j', (check, usable) => {
  expect(isUsable([{ name: 'b', is: 'pass', found: '' }, check])).toBe(usable);
});
