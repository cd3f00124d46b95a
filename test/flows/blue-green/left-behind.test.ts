import { expect, it } from '@jest/globals';
import { Deployment, Ingress, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { leaseName, readLease } from '../../../src/domain/rollout/lease.ts';
import { executeBlueGreen } from '../../../src/flows/blue-green/execute.ts';
import { dyingAfter } from '../dying-after.ts';
import type { Stage } from '../stand-ins.ts';
import { backWish, next, pair, run, standing, wish } from './pair.ts';

const hotfix = `agent@sha256:${'5'.repeat(64)}`;
const later = `agent@sha256:${'4'.repeat(64)}`;
const leaseOf = ({ cluster }: Stage) => readLease(cluster.find(Lease, leaseName('agent')) as KubernetesObject);

/** A run that died when the new colour had its image, and a person who led the users there. */
async function finishedByHand(): Promise<Stage> {
  const on = pair();
  void executeBlueGreen(wish(), { ...on.world, cluster: dyingAfter(on.cluster, 4) });
  await on.clock.pass(400);
  expect([standing(on), leaseOf(on).blueGreen?.phase]).toEqual(['agent-blue; blue 2 × old, green 2 × next', 'preparing']);
  const route = on.cluster.find(Ingress, 'agent') as KubernetesObject;
  on.cluster.put(Ingress, JSON.parse(JSON.stringify(route).replaceAll('"agent-blue"', '"agent-green"')) as KubernetesObject);
  return on;
}

/** A run that died while it watched, and a person who mended the new colour in its place. */
async function mendedByHand(): Promise<Stage> {
  const on = pair();
  void executeBlueGreen(wish(), { ...on.world, cluster: dyingAfter(on.cluster, 6) });
  await on.clock.pass(400);
  expect([standing(on), leaseOf(on).blueGreen?.phase]).toEqual(['agent-green; blue 2 × old, green 2 × next', 'switching']);
  const green = on.cluster.find(Deployment, 'agent-green') as KubernetesObject;
  on.cluster.reacting(on.cluster.put(Deployment, JSON.parse(JSON.stringify(green).replaceAll(next, hotfix)) as KubernetesObject));
  return on;
}

it.each([
  ['led to the colour that a dead run had prepared', finishedByHand, 'next'],
  ['has on the colour of a dead run with a hotfix', mendedByHand, hotfix],
])('users whom a person %s stay there until the next run has a newer one', async (_, prepared, image) => {
  const on = await prepared();
  const users = new Set<string>();
  const react = on.cluster.reacting;
  on.cluster.reacting = (object) => {
    react(object);
    users.add(standing(on));
  };
  const second = pair({ holder: 'run-2' }, on);
  expect(await run(second, wish({ image: later, watch: '20s' }), second.world)).toMatchObject({ outcome: 'promoted', live: 'blue' });
  expect(standing(on)).toBe(`agent-blue; blue 2 × ${later}, green 0 × ${image}`);
  expect([...users].filter((each) => each.startsWith('agent-blue') && each.includes('× old'))).toEqual([]);
});

it('a rollback by hand leads them back all the same', async () => {
  const on = await finishedByHand();
  const second = pair({ holder: 'run-2' }, on);
  expect(await run(second, backWish(), second.world)).toMatchObject({ outcome: 'rolled-back', live: 'blue' });
  expect(standing(on)).toBe('agent-blue; blue 2 × old, green 0 × older');
});
