import { expect, it } from '@jest/globals';
import { isOpen, readRollingRecord } from '../../../src/domain/rolling/record.ts';

const record = { phase: 'writing', key: 'k', run: 'r', since: '2026-01-01T00:00:00Z' } as const;

it('reads its own fields and no others', () => expect(readRollingRecord({ ...record, more: 1 })).toEqual(record));
it.each([undefined, null, 1, [], {}, { ...record, phase: 'x' }, { ...record, key: 1 }, { ...record, run: undefined }])(
  '%j is none',
  (value) => expect(readRollingRecord(value)).toBeUndefined(),
);
it('is open until it rests', () =>
  expect([isOpen(record), isOpen({ ...record, phase: 'returning' }), isOpen({ ...record, phase: 'resting' }), isOpen(undefined)]).toEqual([
    true,
    true,
    false,
    false,
  ]));
