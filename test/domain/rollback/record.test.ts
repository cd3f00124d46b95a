import { describe, expect, it } from '@jest/globals';
import { isUnfinished, type RollbackRecord, readRollback } from '../../../src/domain/rollback/record.ts';

const record: RollbackRecord = {
  phase: 'writing',
  deployment: 'agent',
  to: 'revision 6',
  keeper: 'agent-6',
  images: { api: 'agent:v1' },
  from: { api: 'agent:v2' },
  who: 'alice',
  why: 'bad',
  run: 'run-1',
  since: '2026-03-01T00:00:00Z',
};

describe('the record of a rollback', () => {
  it('is read as it was written', () => {
    expect(readRollback(JSON.stringify(record))).toEqual(record);
    expect(isUnfinished(record)).toBe(true);
    expect(isUnfinished({ ...record, phase: 'resting' })).toBe(false);
  });

  it('is read with the wish and what runs in between, and without what is no such thing', () => {
    const whole: RollbackRecord = { ...record, asked: 'revision:6', between: { api: 'agent:v0' } };
    expect(readRollback(JSON.stringify(whole))).toEqual(whole);
    expect(readRollback(JSON.stringify({ ...record, asked: 6, between: { api: 1 } }))).toEqual(record);
  });

  it.each([
    [undefined],
    ['{'],
    ['[]'],
    [JSON.stringify({ ...record, phase: 'later' })],
    [JSON.stringify({ ...record, images: { api: 1 } })],
    [JSON.stringify({ ...record, from: 'agent' })],
  ])('%j is none', (text) => expect(readRollback(text)).toBeUndefined());
});
