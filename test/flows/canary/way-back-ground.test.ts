import { expect, it } from '@jest/globals';
import { DestinationRule, VirtualService } from '../../../src/domain/kubernetes/kinds.ts';
import { surveyWayBack, wayBackGround } from '../../../src/flows/canary/way-back-ground.ts';
import { forbidden, unreachable } from '../memory-cluster/failures.ts';
import { newImage, oldImage, planOf, type Shop, shop } from './shop.ts';

const subsets = planOf({ router: 'istio', 'stable-subset': 'stable', 'canary-subset': 'canary' });

/** A service of two subsets, with a rule of the same host in another namespace, which is none of the way back's. */
function mesh(): Shop {
  const on = shop();
  const rule = {
    host: 'agent',
    subsets: [
      { name: 'stable', labels: { version: 'old' } },
      { name: 'canary', labels: { version: 'new' } },
    ],
  };
  const apiVersion = 'networking.istio.io/v1';
  on.cluster.put(DestinationRule, {
    apiVersion,
    kind: 'DestinationRule',
    metadata: { name: 'agent', namespace: 'shop' },
    spec: rule,
  });
  return on;
}

const record = {
  phase: 'stages',
  weight: 25,
  container: 'app',
  image: newImage,
  previousImage: oldImage,
  run: 'run-0',
  since: 's',
} as const;
const ground = async (on: Shop) => wayBackGround(subsets, record, undefined, await surveyWayBack(on.world, subsets));

it('the labels of a subset come from the DestinationRule of its namespace', async () => {
  expect((await ground(mesh())).canaryLabels).toEqual({ version: 'new' });
});

it('nothing is asked of other namespaces', async () => {
  const on = mesh();
  await ground(on);
  const listed = on.cluster.calls.filter(({ verb }) => verb === 'list').map(({ kind }) => kind);
  expect([VirtualService, DestinationRule].map(({ kind }) => listed.filter((each) => each === kind).length)).toEqual([1, 1]);
});

it.each([unreachable, forbidden])('what is not needed for the write is missing when it does not come, at once: %p', async (error) => {
  const on = mesh();
  on.cluster.failing = ({ kind }) => (kind === 'Deployment' ? undefined : error());
  const { stable, canaryLabels, stablePods } = await ground(on);
  expect([stable['spec'] !== undefined, canaryLabels, stablePods]).toEqual([true, {}, []]);
});

it('a defect is none of what may be missing', async () => {
  const on = mesh();
  on.cluster.failing = ({ kind }) => (kind === 'Service' ? new Error('A defect.') : undefined);
  await expect(ground(on)).rejects.toThrow('A defect.');
});

it('the Deployments are waited for', async () => {
  const on = mesh();
  on.cluster.failing = ({ kind }) => (kind === 'Deployment' ? unreachable() : undefined);
  await expect(ground(on)).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
});
