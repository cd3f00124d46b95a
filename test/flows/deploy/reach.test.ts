import { describe, expect, it } from '@jest/globals';
import { takeBack } from '../../../src/flows/deploy/take-back.ts';
import type { ManagedCluster } from '../../../src/ports/managed-clusters.ts';
import type { ClusterWay, FleetWorld } from '../../../src/ports/worlds/fleet.ts';
import { failureOf } from '../../adapters/thrown.ts';
import { deployPlan, fleetShop, released, releaseText, running } from './fleet-shop.ts';

const subscription = '0b1f6471-1bf0-4dda-aec3-cb9272f09590';
const idOf = (name: string): string =>
  `/subscriptions/${subscription}/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/${name}`;
const clusters = ['east', 'west']
  .map((name) => `  - { name: ${name}, environment: production, weight: 1, aks: ${idOf(name)}, azure-cloud: china }`)
  .join('\n');
const sound: ManagedCluster = { provisioningState: 'Succeeded', running: true, reachable: 'from-anywhere', pools: [] };
const inputs = {
  clusters: 'all',
  environment: 'production',
  release: releaseText({ services: [{ name: 'auth', version: 2 }] }),
};

interface Given {
  readonly state?: ManagedCluster;
  readonly own?: readonly string[];
  readonly nobody?: boolean;
}

function azure({ state = sound, own = [], nobody = false }: Given = {}) {
  const on = fleetShop({ services: ['auth'], clusters: ['east', 'west'], files: { '.github/clusters.yml': `clusters:\n${clusters}\n` } });
  const asked: string[] = [];
  const ways: (readonly [way: ClusterWay, kubeconfig: string | undefined])[] = [];
  const fleet: FleetWorld = {
    ...on.fleet,
    given: new Set(own),
    managed: nobody
      ? undefined
      : {
          describe: ({ resource, cloud }) => {
            asked.push(`describe ${resource.name} at ${cloud.management}`);
            return Promise.resolve(state);
          },
          kubeconfig: ({ resource }) => {
            asked.push(`kubeconfig ${resource.name}`);
            return Promise.resolve(`of ${resource.name}`);
          },
        },
    reach: (way, kubeconfig) => {
      ways.push([way, kubeconfig]);
      return on.fleet.reach(way, kubeconfig);
    },
  };
  return { on: { ...on, fleet }, asked, ways };
}

describe('a release to clusters of AKS', () => {
  it('opens each by itself, in the cloud that the file names', async () => {
    const { on, asked, ways } = azure();
    expect(await released(on, inputs)).toMatchObject({ outcome: 'promoted' });
    expect(running(on)).toEqual({ east: { auth: 2 }, west: { auth: 2 } });
    expect(asked.toSorted((one, other) => one.localeCompare(other))).toEqual([
      'describe east at https://management.chinacloudapi.cn',
      'describe west at https://management.chinacloudapi.cn',
      'kubeconfig east',
      'kubeconfig west',
    ]);
    expect(ways.map(([{ cluster }, kubeconfig]) => [cluster, kubeconfig])).toEqual([
      ['east', 'of east'],
      ['west', 'of west'],
    ]);
  });

  it('an input says another cloud than the file', async () => {
    const { on, asked } = azure();
    await released(on, { ...inputs, 'azure-cloud': 'public', 'dry-run': 'true' });
    expect(asked[0]).toContain('https://management.azure.com');
  });

  it('does not ask for one whose kubeconfig was given by name', async () => {
    const { on, asked, ways } = azure({ own: ['east'] });
    expect(await released(on, inputs)).toMatchObject({ outcome: 'promoted' });
    expect(asked.filter((each) => each.includes('east'))).toEqual([]);
    expect(ways.map(([, kubeconfig]) => kubeconfig)).toEqual(expect.arrayContaining([undefined, 'of west']));
  });

  it('takes what an earlier step has opened, where nobody said who this workflow is', async () => {
    const { on, ways } = azure({ nobody: true });
    expect(await released(on, inputs)).toMatchObject({ outcome: 'promoted' });
    expect(ways.map(([{ opened }, kubeconfig]) => [opened, kubeconfig])).toEqual([
      [`${subscription}/g/east`, undefined],
      [`${subscription}/g/west`, undefined],
    ]);
  });

  it.each([
    ['stopped', { ...sound, running: false }, 'the cluster is stopped'],
    ['being upgraded', { ...sound, provisioningState: 'Upgrading' }, 'wait-for-operation'],
  ])('writes nothing while one is %s, and says all of it', async (_, state, said) => {
    const { on, asked } = azure({ state });
    const { code, what } = await failureOf(released(on, inputs));
    expect([code, what]).toEqual(['PREFLIGHT_FAILED', expect.stringContaining(said)]);
    expect(what).toContain('Cluster east: ');
    expect(what).toContain('Cluster west: ');
    expect(asked.filter((each) => each.startsWith('kubeconfig'))).toHaveLength(2);
    expect(running(on)).toEqual({ east: { auth: 1 }, west: { auth: 1 } });
  });

  it('goes back in clusters that it opens anew, whatever Azure does to them; no kubeconfig was handed over', async () => {
    const first = azure();
    await released(first.on, inputs);
    const handed = first.on.handedOver.find(({ open }) => open === 'true') ?? {};
    expect(JSON.stringify(handed)).not.toContain('of east');
    const later = azure({ state: { ...sound, provisioningState: 'Upgrading' } });
    await later.on.clock.until(takeBack(deployPlan(inputs), handed, later.on.fleet));
    expect(later.asked.toSorted((one, other) => one.localeCompare(other))).toEqual(['kubeconfig east', 'kubeconfig west']);
  });
});
