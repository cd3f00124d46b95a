import { expect, it } from '@jest/globals';
import { health } from '../../../src/domain/kubernetes/health.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { beforeNewcomers } from '../../../src/flows/canary/newcomers.ts';
import { pod, readyPod, terminated, waiting } from '../../domain/kubernetes/pods.ts';

const restarted = [{ name: 'agent', ready: true, restartCount: 1, state: { running: {} }, lastState: terminated(1) }];
const old = readyPod('old');
const session = { canaryPods: [old], restarts: { 'old/agent': 0 } };
const seen = (...present: KubernetesObject[]) => {
  const { serving, restarts } = beforeNewcomers(session, present);
  return health(serving, restarts);
};

it('a pod that is only coming up may be unready, crash once, and come up at its second start', () => {
  for (const newcomer of [pod('new'), pod('new', { containerStatuses: [waiting('CrashLoopBackOff')] }), readyPod('new', restarted)])
    expect(seen(old, newcomer).trouble).toBeUndefined();
});

it('a pod that had users may not', () => {
  expect(seen(readyPod('old', restarted), readyPod('new')).trouble).toMatchObject({ fatal: true });
  expect(seen(pod('old', { containerStatuses: [waiting('CrashLoopBackOff')] }), readyPod('new')).trouble).toMatchObject({ fatal: true });
});

it('one that is ready has users as well, and where none is, nobody has', () => {
  expect(seen(old, readyPod('new')).readyEndpoints).toBe(2);
  expect(seen(readyPod('new'))).toEqual({ readyEndpoints: 1 });
  expect(seen(pod('new'))).toMatchObject({ readyEndpoints: 0, trouble: { fatal: true } });
});
