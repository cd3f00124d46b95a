import { expect, it } from '@jest/globals';
import { partitionOf, statefulSetStatus } from '../../../src/domain/kubernetes/stateful-set-status.ts';
import { workload } from '../rolling/objects.ts';

const status = {
  observedGeneration: 2,
  replicas: 3,
  readyReplicas: 3,
  availableReplicas: 3,
  updatedReplicas: 3,
  currentRevision: 'b',
  updateRevision: 'b',
};
const set = (more: object, spec: object = {}) => workload('statefulset', { replicas: 3, ...spec }, { status: { ...status, ...more } });
const partition = (number: number) => ({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: number } } });

it.each<readonly [string, object, object, string | true]>([
  ['all replaced', {}, {}, true],
  ['not seen yet', { observedGeneration: 1 }, {}, 'the StatefulSet controller to see generation 2; it has seen 1'],
  ['one replaced', { updatedReplicas: 1, currentRevision: 'a' }, {}, '2 of 3 pods to be replaced with the newest template'],
  ['all replaced, one not ready', { availableReplicas: 2, readyReplicas: 2 }, {}, '1 of 3 pods to become available (2 ready)'],
  ['ready, but not for long enough', { availableReplicas: 2 }, {}, '1 of 3 pods to become available (3 ready)'],
  ['the controller has not ended it', { currentRevision: 'a' }, {}, 'the StatefulSet controller to end the update'],
  ['shrinking', { replicas: 4 }, {}, '1 pod too many to end'],
  ['a partition of 2, its one pod replaced', { updatedReplicas: 1, currentRevision: 'a' }, partition(2), true],
  [
    'a partition of 1, one of two replaced',
    { updatedReplicas: 1, currentRevision: 'a' },
    partition(1),
    '1 of 2 pods to be replaced with the newest template',
  ],
  ['a partition beyond its pods', { updatedReplicas: 0, currentRevision: 'a' }, partition(9), true],
])('%s', (_, more, spec, expected) => {
  const found = statefulSetStatus(set(more, spec));
  expect(found).toEqual(
    expected === true ? { is: 'available', ready: 3, replicas: 3 } : expect.objectContaining({ is: 'progressing', waitingFor: expected }),
  );
});

it('one that is being deleted fails', () =>
  expect(statefulSetStatus({ ...set({}), metadata: { name: 'agent', deletionTimestamp: 'x' } }).is).toBe('failed'));
it('without status nothing is done', () => expect(statefulSetStatus(workload('statefulset')).is).toBe('progressing'));
it('the partition is 0 when it is not set', () => expect([partitionOf(set({})), partitionOf(set({}, partition(2)))]).toEqual([0, 2]));
