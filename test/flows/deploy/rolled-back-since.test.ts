import { describe, expect, it } from '@jest/globals';
import { Deployment, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { holdsKey } from '../../../src/domain/rollout/hold.ts';
import { leaseName } from '../../../src/domain/rollout/lease.ts';
import { executeDeploy } from '../../../src/flows/deploy/execute.ts';
import { reportDeploy } from '../../../src/flows/deploy/report.ts';
import type { DeployResult } from '../../../src/flows/deploy/result.ts';
import { rollBack } from '../../../src/flows/rollback/execute.ts';
import type { MemoryCluster } from '../memory-cluster/cluster.ts';
import { unreachable } from '../memory-cluster/failures.ts';
import { backPlan } from '../rollback/shop.ts';
import { deployPlan, type FleetShop, fleetShop, leftBehind, released, releaseText, running, threeWaves } from './fleet-shop.ts';

const { clusters, files } = threeWaves;
const names = ['auth', 'agent'];
const versions = (version: number) => Object.fromEntries(names.map((name) => [name, version]));
const wish = {
  clusters: 'all',
  environment: 'production',
  release: releaseText({ services: names.map((name) => ({ name, version: 2 })) }),
  soak: '1m',
};

function clusterOf(on: FleetShop, name: string): MemoryCluster {
  const found = on.clusters[name];
  if (found === undefined) throw new Error(`There is no cluster ${name}.`);
  return found;
}

/** While the last wave rolls. */
function whenLastWaveRolls(on: FleetShop, happens: () => void): void {
  let rolls = false;
  clusterOf(on, 'east').failing = ({ verb, kind, write }) => {
    if (!rolls && verb === 'replace' && kind === 'Deployment' && write?.dryRun !== true) {
      rolls = true;
      happens();
    }
    return undefined;
  };
}

const atEveryLook = (on: FleetShop, look: () => void): void => {
  clusterOf(on, 'canary').failing = ({ verb, kind }) => {
    if (verb === 'list' && kind === 'Lease') look();
    return undefined;
  };
};

describe('the look after the last wave, with `on-failure: stop`', () => {
  const stopped = (on: FleetShop): Promise<DeployResult> =>
    on.clock.until(executeDeploy(deployPlan({ ...wish, 'on-failure': 'stop' }), on.fleet));

  it('sees what somebody took back meanwhile: the release is not called promoted, and neither is the cluster', async () => {
    const on = fleetShop({ services: names, clusters, files });
    whenLastWaveRolls(on, () => {
      const { world } = on.fleet.reach({ cluster: 'canary', context: '' });
      void rollBack(backPlan({ service: 'auth', namespace: 'shop', reason: 'checkout answers 500' }), {
        ...world,
        run: { ...world.run, holder: 'by hand' },
      });
    });
    const result = await stopped(on);
    expect(result).toMatchObject({ outcome: 'stopped', code: 'ROLLED_BACK', reason: expect.stringContaining('Cluster canary: auth: ') });
    expect(result.clusters.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(['canary stopped', 'west promoted', 'east promoted']);
    expect(reportDeploy(result)).toMatchObject({ succeeded: false });
    expect(running(on)['canary']).toEqual({ auth: 1, agent: 2 });
  });

  it('is no pass where a cluster cannot be asked any more', async () => {
    const on = fleetShop({ services: names, clusters, files });
    whenLastWaveRolls(on, () => {
      clusterOf(on, 'canary').failing = unreachable;
    });
    const result = await stopped(on);
    expect(result).toMatchObject({ outcome: 'stopped', code: 'CLUSTER_UNREACHABLE' });
    expect(result.clusters.map(({ outcome }) => outcome)).toEqual(['stopped', 'promoted', 'promoted']);
  });

  it('is no pass where it was cancelled: what is done stays, and nobody has seen it', async () => {
    const on = fleetShop({ services: names, clusters, files });
    whenLastWaveRolls(on, () => atEveryLook(on, () => on.cancel('SIGINT')));
    expect(await stopped(on)).toMatchObject({ outcome: 'stopped', code: 'CANCELLED' });
    expect(running(on)).toEqual(Object.fromEntries(clusters.map((name) => [name, versions(2)])));
  });
});

describe('a look', () => {
  it.each(['revert', 'stop'])('that is cancelled while nothing can be asked ends with a result (`on-failure: %s`)', async (onFailure) => {
    const on = fleetShop({ services: names, clusters, files });
    const going = executeDeploy(deployPlan({ ...wish, 'on-failure': onFailure }), on.fleet);
    void (async () => {
      while (running(on)['canary']?.['agent'] !== 2) await on.clock.sleep(5);
      const cluster = clusterOf(on, 'canary');
      cluster.failing = ({ verb, kind }) => {
        if (verb !== 'list' || kind !== 'Lease') return undefined;
        on.cancel('SIGINT');
        return unreachable();
      };
    })();
    const result = await on.clock.until(going);
    expect(result).toMatchObject({ outcome: onFailure === 'revert' ? 'aborted' : 'stopped', code: 'CANCELLED' });
    expect(leftBehind(on)).toEqual([]);
  });

  it('counts no hold that the preflight has seen: behind its tag is another image by now', async () => {
    const [then, now] = ['7', '8'].map((digit) => `sha256:${digit.repeat(64)}`);
    const on = fleetShop({
      services: ['auth'],
      clusters: ['canary', 'west'],
      files,
      resolve: (image) => Promise.resolve({ is: 'found', digest: image.digest ?? now ?? '' }),
    });
    for (const cluster of Object.values(on.clusters)) {
      const object = cluster.find(Deployment, 'auth') as KubernetesObject & { spec: { template: { spec: { containers: object[] } } } };
      const withProxy = structuredClone(object);
      withProxy.spec.template.spec.containers.push({ name: 'proxy', image: 'shop/proxy:1' });
      cluster.reacting(cluster.put(Deployment, withProxy));
      const hold = {
        environment: 'shop',
        digest: then,
        image: 'shop/proxy:1',
        who: 'x',
        why: 'old',
        run: 'r',
        at: '2024-01-01T00:00:00Z',
        by: 'rollback',
      };
      cluster.put(Lease, {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: leaseName('auth'), namespace: 'shop', annotations: { [holdsKey]: JSON.stringify([hold]) } },
        spec: { holderIdentity: '', leaseDurationSeconds: 60 },
      } as KubernetesObject);
    }
    const two = { ...wish, clusters: 'canary,west', release: releaseText({ services: [{ name: 'auth', version: 2 }] }) };
    expect(await released(on, two)).toMatchObject({ outcome: 'promoted' });
  });
});
