import { describe, expect, it } from '@jest/globals';
import { clusterNamed, parseClusters } from '../../../src/domain/fleet/named-cluster.ts';

const aks =
  '/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/ai-workflow-rg/providers/Microsoft.ContainerService/managedClusters/ai-workflow-aks-primary';
const east = { name: 'eastus', environment: 'production', 'kubeconfig-secret': 'KUBECONFIG_EASTUS' };
const parse = (...clusters: readonly unknown[]) => parseClusters([{ clusters }]);

describe('parseClusters', () => {
  it('reads the chapters’ two regions', () => {
    const result = parse(
      { name: 'eastus', environment: 'production', region: 'eastus', weight: 100, canary: true, namespace: 'ai-workflow-prod', aks },
      {
        name: 'westeurope',
        environment: 'production',
        region: 'westeurope',
        weight: 50,
        'kubeconfig-secret': 'KUBE_WEST',
        context: 'west',
      },
    );
    expect(result).toEqual({
      ok: true,
      value: [
        {
          name: 'eastus',
          environment: 'production',
          region: 'eastus',
          weight: 100,
          canary: true,
          namespace: 'ai-workflow-prod',
          reach: {
            by: 'aks',
            resource: { subscription: '0b1f6471-1bf0-4dda-aec3-cb9272f09590', group: 'ai-workflow-rg', name: 'ai-workflow-aks-primary' },
          },
        },
        {
          name: 'westeurope',
          environment: 'production',
          region: 'westeurope',
          weight: 50,
          canary: false,
          namespace: undefined,
          reach: { by: 'kubeconfig', secret: 'KUBE_WEST', context: 'west' },
        },
      ],
    });
  });

  it('a weight that is not given is 100', () => expect(parse(east)).toMatchObject({ value: [{ weight: 100, canary: false }] }));

  it.each<readonly [string, readonly unknown[], string]>([
    ['no map', [{ clusters: ['eastus'] }], 'entry 1 is not a map'],
    ['no clusters', [{ clusters: [] }], 'names no cluster'],
    ['nothing', [], 'is not one map'],
    ['two documents', [{ clusters: [east] }, {}], 'is not one map'],
    ['a list', [[east]], 'is not one map'],
    ['an unknown field', [{ clusters: [east], cluster: 1 }], 'unknown field `cluster`'],
    ['an unknown field of a cluster', [{ clusters: [{ ...east, wieght: 1 }] }], '`eastus` has the unknown field `wieght`'],
    ['no name', [{ clusters: [{ ...east, name: undefined }] }], 'entry 1 has no `name`'],
    ['a name that is none', [{ clusters: [{ ...east, name: 'East US' }] }], 'has a `name` that is not a DNS label'],
    ['no environment', [{ clusters: [{ ...east, environment: undefined }] }], '`eastus` has no `environment`'],
    ['a name twice', [{ clusters: [east, east] }], 'two clusters are called `eastus`'],
    [
      'two canaries',
      [
        {
          clusters: [
            { ...east, canary: true },
            { ...east, name: 'b', canary: true },
          ],
        },
      ],
      'more than one cluster with `canary',
    ],
    ['a weight below 0', [{ clusters: [{ ...east, weight: -1 }] }], '`weight`'],
    ['half a weight', [{ clusters: [{ ...east, weight: 0.5 }] }], '`weight`'],
    ['a weight as text', [{ clusters: [{ ...east, weight: '100' }] }], '`weight`'],
    ['a canary that is no switch', [{ clusters: [{ ...east, canary: 'yes' }] }], '`canary`'],
    ['two ways', [{ clusters: [{ ...east, aks }] }], 'one of them'],
    ['no way', [{ clusters: [{ ...east, 'kubeconfig-secret': undefined }] }], 'one of them'],
    ['a kubeconfig instead of its name', [{ clusters: [{ ...east, 'kubeconfig-secret': 'apiVersion: v1' }] }], 'name of a secret'],
    ['a secret GitHub does not allow', [{ clusters: [{ ...east, 'kubeconfig-secret': 'GITHUB_KUBE' }] }], 'name of a secret'],
    ['a context of AKS', [{ clusters: [{ name: 'a', environment: 'b', aks, context: 'c' }] }], '`context`'],
    ['a cloud that is none', [{ clusters: [{ name: 'a', environment: 'b', aks, 'azure-cloud': 'germany' }] }], 'not known. Write one of'],
    [
      'an address for a cloud',
      [{ clusters: [{ name: 'a', environment: 'b', aks, 'azure-cloud': 'https://l.example.com' }] }],
      'not known. Write one of',
    ],
    ['a cloud without AKS', [{ clusters: [{ ...east, 'azure-cloud': 'china' }] }], 'goes with `aks` only'],
    ['an id of something else', [{ clusters: [{ name: 'a', environment: 'b', aks: `${aks}/x` }] }], 'not the resource id'],
  ])('refuses %s', (_, documents, told) => {
    expect(parseClusters(documents)).toMatchObject({
      ok: false,
      problem: expect.stringContaining(told),
      remedy: expect.stringContaining('clusters:'),
    });
  });

  it('tells every problem at once', () => {
    const result = parse({ ...east, weight: -1 }, { ...east, canary: 1 });
    expect(result).toMatchObject({ problem: expect.stringMatching(/`weight`.*`canary`/) });
  });
});

describe('clusterNamed', () => {
  it('lists the known names for one that is not', () => {
    const all = parse(east, { ...east, name: 'westeurope' });
    const clusters = all.ok ? all.value : [];
    expect(clusterNamed(clusters, 'eastus')).toMatchObject({ ok: true, value: { name: 'eastus' } });
    expect(clusterNamed(clusters, 'eastsu')).toMatchObject({ ok: false, remedy: 'Write one of `eastus`, `westeurope`.' });
  });
});
