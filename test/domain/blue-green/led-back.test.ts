import { expect, it } from '@jest/globals';
import { isLedBack } from '../../../src/domain/blue-green/led-back.ts';
import type { BlueGreenRecord } from '../../../src/domain/blue-green/record.ts';

const record: BlueGreenRecord = {
  phase: 'resting',
  operation: 'deploy',
  from: 'blue',
  to: 'green',
  container: 'api',
  image: 'agent:2',
  before: { image: 'agent:1', replicas: 0 },
  serving: 2,
  run: 'run-1',
  since: '2026-01-01T00:00:00Z',
};

it.each([
  ['a deployment that was taken back', {}, 'blue', true],
  ['a deployment that has the users', {}, 'green', false],
  ['a rollback that has the users', { operation: 'rollback' }, 'green', true],
  ['a rollback that found no pods to go to', { operation: 'rollback' }, 'blue', false],
  ['a deployment that is not ended', { phase: 'watching' }, 'blue', false],
  ['a rollback that is not ended', { operation: 'rollback', phase: 'switching' }, 'green', false],
] as const)('%s', (_, change, live, expected) => {
  expect(isLedBack({ ...record, ...change }, live)).toBe(expected);
});

it('without a record nothing is known', () => {
  expect(isLedBack(undefined, 'blue')).toBe(false);
});
