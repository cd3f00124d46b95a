import { expect, it } from '@jest/globals';
import { inspectRoom } from '../../../src/domain/blue-green/room.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';

const node = (cpu: string, labels: Readonly<Record<string, string>> = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n', labels },
  status: { allocatable: { cpu, memory: '4Gi', pods: '10' }, conditions: [{ type: 'Ready', status: 'True' }] },
});
const running: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { nodeName: 'n', containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] },
  status: { phase: 'Running' },
};
const template = (spec: object = {}, cpu = '500m') => ({
  spec: { containers: [{ name: 'api', resources: { requests: { cpu, memory: '64Mi' } } }], ...spec },
});
const further = { pods: 3, deployment: 'agent-green' };
const inspect = (nodes: readonly KubernetesObject[] | undefined, of = template(), wish: 'refuse' | 'accept' = 'refuse', count = further) =>
  inspectRoom({ nodes, pods: [running] }, of, count, wish);

it('says nothing where they fit, and nothing where none are added', () => {
  expect(inspect([node('3')])).toEqual({ problems: [], warnings: [] });
  expect(inspect([], template(), 'refuse', { pods: 0, deployment: 'agent-green' })).toEqual({ problems: [], warnings: [] });
});

it('refuses what does not fit beside what runs, or warns where nodes are added', () => {
  const what = 'Of 3 pods of agent-green (0.5 cores and 64 MiB each) only 2 find a node beside what runs.';
  expect(inspect([node('2')])).toMatchObject({ problems: [{ what }], warnings: [] });
  expect(inspect([node('2')], template(), 'accept')).toMatchObject({ problems: [], warnings: [{ what }] });
  expect(inspect([node('8')], template({ nodeSelector: { pool: 'a' } })).problems).toHaveLength(1);
});

it.each([
  ['nodes may not be read', undefined, template()],
  ['its nodeAffinity asks for more than labels', [node('8')], template({ affinity: affinity('Gt') })],
  ['what a pod requests is not a quantity', [node('8')], template({}, 'much')],
] as const)('is not checked, which is no pass: %s', (reason, nodes, of) => {
  expect(inspect(nodes, of)).toMatchObject({
    problems: [],
    warnings: [{ what: `Not checked: whether the nodes have room for 3 pods of agent-green (${reason}).` }],
  });
});

function affinity(operator: string): object {
  const term = { matchExpressions: [{ key: 'cores', operator, values: ['4'] }] };
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } };
}
