import { describe, expect, it } from '@jest/globals';
import { type CapacityRecord, isNothing, nothingChanged, readCapacity } from '../../../src/domain/capacity/record.ts';

const record: CapacityRecord = {
  pins: [
    { kind: 'HorizontalPodAutoscaler', name: 'agent', fields: [{ field: 'minReplicas', former: 3, pinned: 5 }] },
    { kind: 'ScaledObject', name: 'agent', fields: [{ field: 'idleReplicaCount', former: 0, pinned: null }] },
  ],
  copied: true,
};

describe('what the Lease says about capacity', () => {
  it('reads back as it was written', () => expect(readCapacity(JSON.stringify(record))).toEqual(record));

  it.each([
    ['nothing', undefined],
    ['no JSON', '{'],
    ['another thing', '[]'],
    ['no list of pins', JSON.stringify({ ...record, pins: {} })],
    ['no word on the copy', JSON.stringify({ pins: [] })],
  ])('is nothing when there is %s', (_, text) => expect(readCapacity(text)).toBeUndefined());

  const [pin] = record.pins;
  it.each([
    ['a kind that is never pinned', { ...pin, kind: 'Deployment' }],
    ['a field that is never pinned', { ...pin, fields: [{ field: 'replicas', former: 3, pinned: 5 }] }],
    ["a field of another kind's", { ...pin, fields: [{ field: 'minReplicaCount', former: 3, pinned: 5 }] }],
    ['a path for a name', { ...pin, name: '../secrets/x' }],
    ['a value that is no count', { ...pin, fields: [{ field: 'minReplicas', former: -1, pinned: 5 }] }],
    ['a text for a count', { ...pin, fields: [{ field: 'minReplicas', former: '3', pinned: 5 }] }],
    ['no fields', { ...pin, fields: undefined }],
    ['null', null],
  ])('leaves out a pin with %s', (_, bad) => {
    expect(readCapacity(JSON.stringify({ pins: [bad, pin], copied: false }))?.pins).toEqual([pin]);
  });

  it('knows when there is nothing to put back', () => {
    expect([isNothing(nothingChanged), isNothing(record), isNothing({ pins: [], copied: true })]).toEqual([true, false, false]);
  });
});
