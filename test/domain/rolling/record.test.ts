import { expect, it } from '@jest/globals';
import { isAtRest, isOpen, readRollingRecord } from '../../../src/domain/rolling/record.ts';

const record = { phase: 'writing', key: 'k', run: 'r', since: '2026-01-01T00:00:00Z' } as const;

it('reads its own fields and no others', () => expect(readRollingRecord({ ...record, more: 1 })).toEqual(record));
it.each([undefined, null, 1, [], {}, { ...record, phase: 'x' }, { ...record, key: 1 }, { ...record, run: undefined }])(
  '%j is none',
  (value) => expect(readRollingRecord(value)).toBeUndefined(),
);
it.each([
  ['writing', true, false],
  ['returning', true, false],
  ['settled', false, false],
  ['resting', false, true],
] as const)('in the phase %s it is open %s and at rest %s', (phase, open, atRest) =>
  expect([isOpen({ ...record, phase }), isAtRest({ ...record, phase })]).toEqual([open, atRest]),
);
it('that is not there is at rest', () => expect([isOpen(undefined), isAtRest(undefined)]).toEqual([false, true]));
