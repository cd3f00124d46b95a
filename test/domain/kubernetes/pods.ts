import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';

const ready = (status: string) => ({ type: 'Ready', status });

/** A pod with a status; it is not ready unless that says so. */
export const pod = (name: string, status: object = {}, metadata: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', uid: `uid-of-${name}`, ...metadata },
  status: { phase: 'Pending', conditions: [ready('False')], ...status },
});

export const readyPod = (
  name: string,
  containers: readonly object[] = [{ name: 'agent', ready: true, restartCount: 0, state: { running: {} } }],
  metadata: object = {},
): KubernetesObject => pod(name, { phase: 'Running', conditions: [ready('True')], containerStatuses: containers }, metadata);

export const waiting = (reason: string, message?: string, more: object = {}) => ({
  name: 'agent',
  restartCount: 0,
  state: { waiting: { reason, ...(message === undefined ? {} : { message }) } },
  ...more,
});

export const terminated = (exitCode: number, more: object = {}) => ({ terminated: { exitCode, reason: 'Error', ...more } });

export const event = (
  name: string,
  involved: string,
  reason: string,
  message: string,
  lastTimestamp: string,
  more: object = {},
): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name, namespace: 'shop' },
  involvedObject: { kind: 'Pod', name: involved, uid: `uid-of-${involved}` },
  reason,
  message,
  lastTimestamp,
  ...more,
});
