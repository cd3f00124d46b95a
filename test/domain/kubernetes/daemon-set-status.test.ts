import { expect, it } from '@jest/globals';
import { daemonSetStatus } from '../../../src/domain/kubernetes/daemon-set-status.ts';
import { workload } from '../rolling/objects.ts';

const status = { observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3, numberReady: 3 };
const set = (more: object) => workload('daemonset', {}, { status: { ...status, ...more } });

it.each<readonly [string, object, string | true]>([
  ['all replaced', {}, true],
  ['not seen yet', { observedGeneration: 1 }, 'the DaemonSet controller to see generation 2; it has seen 1'],
  ['one replaced', { updatedNumberScheduled: 1 }, '2 of 3 pods to be replaced with the newest template'],
  ['one not ready', { numberAvailable: 2, numberReady: 2 }, '1 of 3 pods to become available (2 ready)'],
])('%s', (_, more, expected) => {
  const found = daemonSetStatus(set(more));
  expect(found).toEqual(
    expected === true ? { is: 'available', ready: 3, replicas: 3 } : expect.objectContaining({ is: 'progressing', waitingFor: expected }),
  );
});

it('with no node that wants a pod it is available, with none', () =>
  expect(daemonSetStatus(set({ desiredNumberScheduled: 0, updatedNumberScheduled: 0, numberAvailable: 0, numberReady: 0 }))).toEqual({
    is: 'available',
    ready: 0,
    replicas: 0,
  }));
it('one that is being deleted fails', () =>
  expect(daemonSetStatus({ ...set({}), metadata: { name: 'agent', deletionTimestamp: 'x' } }).is).toBe('failed'));
