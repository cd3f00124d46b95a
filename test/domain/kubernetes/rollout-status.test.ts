import { describe, expect, it } from '@jest/globals';
import { type RolloutStatus, readyOfTemplate, rolloutStatus } from '../../../src/domain/kubernetes/rollout-status.ts';

const deployment = (spec: object, status: object | undefined, metadata: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'agent', generation: 7, ...metadata },
  spec,
  ...(status === undefined ? {} : { status }),
});

const done = { observedGeneration: 7, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 };
const deadline = {
  type: 'Progressing',
  status: 'False',
  reason: 'ProgressDeadlineExceeded',
  message: 'ReplicaSet "agent-5d" has timed out progressing.',
};
const quota = {
  type: 'ReplicaFailure',
  status: 'True',
  reason: 'FailedCreate',
  message: 'pods "agent-5d-x" is forbidden: exceeded quota: small',
};
const healthy = { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' };

describe('how far a Deployment is', () => {
  const progressing = (waitingFor: string, ready: number, replicas = 3): RolloutStatus => ({
    is: 'progressing',
    waitingFor,
    ready,
    replicas,
  });
  const table: readonly (readonly [string, object, object | undefined, RolloutStatus])[] = [
    ['all pods new and available', { replicas: 3 }, { ...done, conditions: [healthy] }, { is: 'available', ready: 3, replicas: 3 }],
    [
      'one replica when none is given',
      {},
      { ...done, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
      { is: 'available', ready: 1, replicas: 1 },
    ],
    ['no replicas wanted and none there', { replicas: 0 }, { observedGeneration: 7 }, { is: 'available', ready: 0, replicas: 0 }],
    [
      'no replicas wanted and two still there',
      { replicas: 0 },
      { observedGeneration: 7, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 },
      progressing('2 surplus pods to end', 2, 0),
    ],
    ['no status yet', { replicas: 3 }, undefined, progressing('the Deployment controller to see generation 7; it has seen 0', 0)],
    [
      'a status about the generation before',
      { replicas: 3 },
      { ...done, observedGeneration: 6 },
      progressing('the Deployment controller to see generation 7; it has seen 6', 3),
    ],
    [
      'a failure of the generation before',
      { replicas: 3 },
      { ...done, observedGeneration: 6, updatedReplicas: 1, conditions: [deadline, quota] },
      progressing('the Deployment controller to see generation 7; it has seen 6', 3),
    ],
    [
      'new pods missing',
      { replicas: 3 },
      { ...done, replicas: 4, updatedReplicas: 1 },
      progressing('2 of 3 pods to be started with the newest template', 3),
    ],
    [
      'paused',
      { replicas: 3, paused: true },
      { ...done, updatedReplicas: 0 },
      progressing('3 of 3 pods to be started with the newest template; the Deployment is paused (spec.paused), so none is started', 3),
    ],
    ['old pods still there', { replicas: 3 }, { ...done, replicas: 4 }, progressing('1 pod of the template before to end', 3)],
    ['more pods than wanted', { replicas: 2 }, done, progressing('1 surplus pod to end', 3, 2)],
    [
      'ready but not yet available',
      { replicas: 3 },
      { ...done, availableReplicas: 1 },
      progressing('2 of 3 pods to become available (3 ready)', 3),
    ],
    [
      'not ready',
      { replicas: 3 },
      { ...done, availableReplicas: 0, readyReplicas: 0 },
      progressing('3 of 3 pods to become available (0 ready)', 0),
    ],
    [
      'the deadline passed',
      { replicas: 3 },
      { ...done, availableReplicas: 2, conditions: [deadline] },
      {
        is: 'failed',
        reason: 'Deployment agent made no progress within its progressDeadlineSeconds: ReplicaSet "agent-5d" has timed out progressing.',
      },
    ],
    [
      'pods cannot be created',
      { replicas: 3 },
      { ...done, updatedReplicas: 1, conditions: [healthy, quota] },
      { is: 'failed', reason: 'Deployment agent cannot create its pods: pods "agent-5d-x" is forbidden: exceeded quota: small.' },
    ],
    [
      'a failure that is over',
      { replicas: 3 },
      { ...done, availableReplicas: 2, conditions: [{ ...quota, status: 'False' }, healthy] },
      progressing('1 of 3 pods to become available (3 ready)', 3),
    ],
    [
      'another reason for no progress',
      { replicas: 3 },
      { ...done, availableReplicas: 2, conditions: [{ ...deadline, reason: 'ReplicaSetCreateError' }] },
      progressing('1 of 3 pods to become available (3 ready)', 3),
    ],
    [
      'complete in spite of an old deadline',
      { replicas: 3 },
      { ...done, conditions: [deadline] },
      { is: 'available', ready: 3, replicas: 3 },
    ],
  ];

  it.each(table)('%s', (_, spec, status, expected) => {
    expect(rolloutStatus(deployment(spec, status))).toEqual(expected);
  });

  it('is lost when it is being deleted', () => {
    expect(rolloutStatus(deployment({ replicas: 3 }, done, { deletionTimestamp: '2026-01-01T00:00:00Z' }))).toEqual({
      is: 'failed',
      reason: 'Deployment agent is being deleted.',
    });
  });

  it('bounds what the controller says', () => {
    const status = rolloutStatus(
      deployment({ replicas: 3 }, { ...done, updatedReplicas: 0, conditions: [{ ...quota, message: `a\n${'x'.repeat(9000)}` }] }),
    );
    expect(status.is === 'failed' ? status.reason.length : 0).toBeLessThan(400);
    expect(status.is === 'failed' ? status.reason : '\n').not.toContain('\n');
  });
});

describe('ready pods of the template as it is', () => {
  it.each([
    ['all', done, 3],
    ['one of the three is not ready', { ...done, readyReplicas: 2 }, 2],
    ['one of an earlier template is there as well, and may be one of the ready', { ...done, replicas: 4, readyReplicas: 3 }, 2],
    ['none of it is started', { ...done, updatedReplicas: 0 }, 0],
    ['the controller has not seen the template', { ...done, observedGeneration: 6 }, 0],
    ['nothing is known', undefined, 0],
  ])('%s', (_, status, ready) => {
    expect(readyOfTemplate(deployment({ replicas: 3 }, status))).toBe(ready);
  });

  it('of one that is being deleted are none', () => {
    expect(readyOfTemplate(deployment({ replicas: 3 }, done, { deletionTimestamp: '2026-01-01T00:00:00Z' }))).toBe(0);
  });
});
