import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../../src/domain/kubernetes/object.ts';
import { deploymentSpec } from '../../../../src/domain/kubernetes/workload.ts';
import { gate, gated, isOpen, isStarted, opening, toOpen } from '../../../../src/domain/traffic/replicas/gate.ts';
import { stable } from '../../rollout/deployments.ts';

const pod = (name: string, conditions: Readonly<Record<string, string>>, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', resourceVersion: '4', ...more },
  spec: { readinessGates: [{ conditionType: gate }] },
  status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
});
const started = { ContainersReady: 'True' };

describe('the canary as it is made', () => {
  it('waits behind the gate, beside the gates that it has, and is otherwise the same', () => {
    const { template, ...spec } = deploymentSpec(stable());
    const own = {
      ...stable(),
      spec: { ...spec, template: { ...template, spec: { ...template?.spec, readinessGates: [{ conditionType: 'example.com/lb' }] } } },
    };
    const made = gated(own, 5);
    const after = deploymentSpec(made);
    expect(after.template?.spec?.['readinessGates']).toEqual([{ conditionType: 'example.com/lb' }, { conditionType: gate }]);
    expect(made.metadata.annotations?.['wf-deploy.io/split']).toBe('0/5');
    expect({ ...after, template: undefined }).toEqual({ ...spec, template: undefined });
    expect(gated(made, 5)).toEqual(made);
  });
});

it.each([
  ['with its containers ready', pod('a', started), true],
  ['without a status', pod('a', {}), false],
  ['whose containers are not ready', pod('a', { ContainersReady: 'False' }), false],
  ['that is leaving', pod('a', started, { deletionTimestamp: 'x' }), false],
])('a pod %s has started: %s', (_, object, is) => expect(isStarted(object)).toBe(is));

it('a pod is open by our word alone', () => {
  expect([isOpen(pod('a', { Ready: 'True' })), isOpen(pod('a', { [gate]: 'False' })), isOpen(pod('a', { [gate]: 'True' }))]).toEqual([
    false,
    false,
    true,
  ]);
});

it.each([
  ['no condition', pod('a', {}), '/status/conditions'],
  ['others', pod('a', started), '/status/conditions/-'],
  ['one that says no', pod('a', { ...started, [gate]: 'False' }), '/status/conditions/1'],
])('opening with %s is guarded by what was read, and touches one condition', (_, object, path) => {
  const [guard, change, ...more] = opening(object, '2026-01-01T00:00:00Z');
  expect([guard, more]).toEqual([{ op: 'test', path: '/metadata/resourceVersion', value: '4' }, []]);
  expect(change?.path).toBe(path);
});

it('opens as many as are missing, of those that have started', () => {
  const open = pod('open', { ...started, [gate]: 'True' });
  const waiting = [pod('w1', started), pod('w2', started), pod('w3', started)];
  const names = (pods: readonly KubernetesObject[], wanted: number) => toOpen(pods, wanted).map(({ metadata }) => metadata.name);
  expect(names([open, ...waiting], 3)).toEqual(['w1', 'w2']);
  expect(names([open, ...waiting], 1)).toEqual([]);
  expect(names([open, ...waiting], 0)).toEqual([]);
  expect(names([pod('starting', {}), ...waiting], 9)).toEqual(['w1', 'w2', 'w3']);
  expect(names([pod('leaving', { ...started, [gate]: 'True' }, { deletionTimestamp: 'x' }), waiting[0]!], 1)).toEqual(['w1']);
  expect(names([{ ...waiting[0]!, spec: {} }], 1)).toEqual([]);
});
