import { describe, expect, it } from '@jest/globals';
import { Namespace, Node, Pod } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { Failure } from '../../../src/failure.ts';
import type { ClusterPlan } from '../../../src/flows/cluster/inputs.ts';
import { lookAt } from '../../../src/flows/cluster/look.ts';
import type { NodePool } from '../../../src/ports/managed-clusters.ts';
import { stage } from '../stand-ins.ts';

const plan: ClusterPlan = {
  named: undefined,
  aks: undefined,
  cloud: undefined,
  patience: 0,
  context: undefined,
  namespace: 'shop',
  room: { pods: 5, request: { cpu: 0.5, memory: 2 ** 30 } },
  nodes: {},
  tolerated: [],
};

const node = (
  name: string,
  more: { readonly kubelet?: string; readonly ready?: string; readonly taint?: string; readonly pool?: string } = {},
) =>
  ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.azure.com/agentpool': more.pool ?? 'application' } },
    spec: more.taint === undefined ? {} : { taints: [{ key: more.taint, effect: 'NoSchedule' }] },
    status: {
      allocatable: { cpu: '2', memory: '8Gi', pods: '110' },
      conditions: [{ type: 'Ready', status: more.ready ?? 'True' }],
      nodeInfo: { kubeletVersion: more.kubelet ?? 'v1.34.1' },
    },
  }) satisfies KubernetesObject;

const pod = (name: string, cpu: string, phase = 'Running'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'other' },
  spec: { nodeName: 'n1', containers: [{ name: 'main', resources: { requests: { cpu } } }] },
  status: { phase },
});

interface Case {
  readonly nodes?: readonly KubernetesObject[];
  readonly pods?: readonly KubernetesObject[];
  readonly namespaces?: readonly KubernetesObject[];
  readonly forbidden?: readonly string[];
  readonly plan?: Partial<ClusterPlan>;
  readonly pools?: readonly NodePool[];
}

const shop: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };

async function checks(given: Case) {
  const { cluster } = stage();
  for (const each of given.nodes ?? [node('n1'), node('n2')]) cluster.put(Node, each);
  for (const each of given.pods ?? []) cluster.put(Pod, each);
  cluster.remove(Namespace, 'shop');
  for (const each of given.namespaces ?? [shop]) cluster.put(Namespace, each);
  cluster.failing = ({ kind }) =>
    given.forbidden?.includes(kind) === true ? new Failure('CLUSTER_FORBIDDEN', `may not read ${kind}`, 'Grant it.') : undefined;
  const look = await lookAt(cluster, { ...plan, ...given.plan }, 'shop', given.pools ?? []);
  return Object.fromEntries(look.checks.map((check) => [check.name, check]));
}

describe('lookAt', () => {
  it('passes a cluster with everything there', async () => {
    expect(Object.values(await checks({})).map(({ is }) => is)).toEqual(['pass', 'pass', 'pass', 'pass']);
  });

  it.each<readonly [string, Case, string, string, string]>([
    ['no namespace', { namespaces: [] }, 'namespace', 'fail', 'there is no namespace shop'],
    [
      'a namespace that is going',
      { namespaces: [{ ...shop, metadata: { ...shop.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }] },
      'namespace',
      'fail',
      'being deleted',
    ],
    ['an old node', { nodes: [node('n1', { kubelet: 'v1.29.0' }), node('n2')] }, 'version skew', 'warning', 'n1'],
    ['a full node', { nodes: [node('n1')], pods: [pod('p', '500m')] }, 'room', 'fail', 'only 3'],
    [
      'a pod that is over',
      { nodes: [node('n1'), node('n2')], pods: [pod('p', '2', 'Succeeded')] },
      'room',
      'pass',
      '5 pods of 0.5 cores and 1024 MiB',
    ],
    ['a node that is not ready', { nodes: [node('n1'), node('n2', { ready: 'Unknown' })] }, 'room', 'fail', 'only 4'],
    ['a taint', { nodes: [node('n1'), node('n2', { taint: 'code-execution' })] }, 'room', 'fail', 'only 4'],
    [
      'a taint that is tolerated',
      { nodes: [node('n1'), node('n2', { taint: 'code-execution' })], plan: { tolerated: ['code-execution'] } },
      'room',
      'pass',
      'room',
    ],
    ['other nodes', { plan: { nodes: { matchLabels: { 'kubernetes.azure.com/agentpool': 'gpu' } } } }, 'room', 'fail', 'only 0'],
    [
      'an autoscaler',
      { nodes: [node('n1')], pools: [{ name: 'application', provisioningState: 'Succeeded', nodes: 1, most: 3 }] },
      'room',
      'pass',
      'added a node',
    ],
    [
      'an autoscaler of another pool',
      { nodes: [node('n1')], pools: [{ name: 'gpu', provisioningState: 'Succeeded', nodes: 0, most: 9 }] },
      'room',
      'fail',
      'only 4',
    ],
  ])('%s', async (_, given, name, is, found) => {
    expect((await checks(given))[name]).toMatchObject({ is, found: expect.stringContaining(found) });
  });

  it.each([
    ['namespaces', 'Namespace', 'namespace', false],
    ['nodes, which nobody needs', 'Node', 'version skew', false],
    ['nodes, of which room was asked', 'Node', 'room', true],
    ['pods, of which room was asked', 'Pod', 'room', true],
  ])('says "not checked" of %s that may not be read', async (_, kind, name, required) => {
    expect((await checks({ forbidden: [kind] }))[name]).toEqual({ name, is: 'not-checked', reason: `may not read ${kind}`, required });
  });

  it('asks for no room where none was asked for', async () => {
    expect(await checks({ plan: { room: undefined } })).not.toHaveProperty('room');
  });
});
