import { expect, it } from '@jest/globals';
import { allocatable, kubeletOf, roomOf } from '../../../src/domain/fleet/nodes.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';

const node = (name: string, spec: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { pool: 'application' } },
  spec,
  status: { allocatable: { cpu: '4', memory: '8Gi', pods: '10' }, conditions: [{ type: 'Ready', status: 'True' }] },
});

const pod = (nodeName: string, spec: object): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { nodeName, ...spec },
  status: { phase: 'Running' },
});

it('takes off what runs there: the larger of init and main containers, sidecars, overhead', () => {
  const pods = [
    pod('n', {
      containers: [{ name: 'a', resources: { requests: { cpu: '500m', memory: '1Gi' } } }, { name: 'b' }],
      initContainers: [{ name: 'i', resources: { requests: { cpu: '1' } } }],
      overhead: { cpu: '250m' },
    }),
    pod('other', { containers: [{ name: 'a', resources: { requests: { cpu: '2' } } }] }),
  ];
  expect(roomOf([node('n')], pods, { nodes: [{}], tolerations: [] })).toEqual([
    { name: 'n', cpu: 2.75, memory: 7 * 2 ** 30, pods: 9, closed: false },
  ]);
});

it.each([
  ['cordoned', { unschedulable: true }, true],
  ['tainted', { taints: [{ key: 'gpu', effect: 'NoSchedule' }] }, true],
  ['tainted by preference', { taints: [{ key: 'gpu', effect: 'PreferNoSchedule' }] }, false],
  ['tainted and tolerated', { taints: [{ key: 'spot', effect: 'NoExecute' }] }, false],
])('%s', (_, spec, closed) => {
  expect(roomOf([node('n', spec)], [], { nodes: [{}], tolerations: [{ key: 'spot', operator: 'Exists' }] })[0]?.closed).toBe(closed);
});

it('a node that says nothing has no room', () => {
  const silent: KubernetesObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } };
  expect(roomOf([silent], [], { nodes: [{}], tolerations: [] })).toEqual([{ name: 'n', cpu: 0, memory: 0, pods: 0, closed: true }]);
  expect([allocatable(silent, 'cpu'), kubeletOf(silent)]).toEqual([0, '']);
});
