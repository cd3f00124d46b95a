import { expect, it } from '@jest/globals';
import { Deployment, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { leaseOf, left } from '../operations/on-shop.ts';
import { digest, newImage, oldImage, planOf, type Shop, shop } from './shop.ts';

const third = digest('3');

/** A run was killed in the drain after its promotion had passed, and its guardian has ended. Stable runs `image` by now. */
function promoted(image: string, errors = 0): Shop {
  const on = shop({ [third]: { errors } });
  left(on, 'promoted', '');
  const [lease, stable] = [on.cluster.find(Lease, 'wf-deploy-agent'), on.cluster.find(Deployment, 'agent')];
  if (lease === undefined || stable === undefined) throw new Error('Both are there.');
  const record = { phase: 'promoted', weight: 0, container: 'agent', image: newImage, previousImage: oldImage, run: 'run-0' };
  const annotations = {
    ...lease.metadata.annotations,
    'wf-deploy.io/rollout': JSON.stringify({ ...record, since: '2026-01-01T00:00:00Z' }),
    'wf-deploy.io/last-known-good': oldImage,
  };
  on.cluster.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations } });
  on.cluster.reacting(on.cluster.put(Deployment, JSON.parse(JSON.stringify(stable).replaceAll(oldImage, image))));
  return on;
}

const released = (on: Shop) => [leaseOf(on)?.lastKnownGood, leaseOf(on)?.releases?.map(({ images, run }) => [images['agent'], run])];

it('is known as good when the next run goes back to it', async () => {
  const on = promoted(newImage, 0.1);
  expect(await on.clock.until(executeCanary(planOf({ image: third }), on.world))).toMatchObject({ outcome: 'rolled-back' });
  expect(released(on)).toEqual([newImage, [[newImage, 'run-0']]]);
});

it('and is the release before the one that the next run brings', async () => {
  const on = promoted(newImage);
  expect(await on.clock.until(executeCanary(planOf({ image: third }), on.world))).toMatchObject({ outcome: 'promoted' });
  expect(released(on)).toEqual([
    third,
    [
      [third, 'run-1'],
      [newImage, 'run-0'],
    ],
  ]);
});

it('but not where stable runs another image by now', async () => {
  const on = promoted(digest('4'), 0.1);
  expect(await on.clock.until(executeCanary(planOf({ image: third }), on.world))).toMatchObject({ outcome: 'rolled-back' });
  expect(released(on)).toEqual([oldImage, undefined]);
});
