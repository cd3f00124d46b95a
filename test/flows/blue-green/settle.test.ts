import { expect, it } from '@jest/globals';
import { Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { leaseName, readLease } from '../../../src/domain/rollout/lease.ts';
import { executeBlueGreen } from '../../../src/flows/blue-green/execute.ts';
import { takeBack } from '../../../src/flows/blue-green/take-back.ts';
import { mortal } from '../dying-after.ts';
import { commit, memoryForge } from '../lineage/forge.ts';
import type { Stage } from '../stand-ins.ts';
import { next, pair, run, sick, standing, wish } from './pair.ts';

const leaseOf = ({ cluster }: Stage) => readLease(cluster.find(Lease, leaseName('agent')) as KubernetesObject);
const [first, second] = ['1'.repeat(40), '2'.repeat(40)] as const;
const plan = wish({ watch: '20s' });

/** A run that dies when it has recorded that the watch has passed. */
async function passedAndDead(): Promise<Stage> {
  const on = pair({ holder: 'run-1', commit: first });
  const { cluster } = on;
  const react = cluster.reacting;
  let isDead = false;
  cluster.reacting = (object) => {
    react(object);
    isDead ||= object.kind === 'Lease' && leaseOf(on).blueGreen?.phase === 'retiring';
  };
  void executeBlueGreen(plan, { ...on.world, cluster: mortal(cluster, () => isDead) });
  await on.clock.pass(400);
  cluster.reacting = react;
  return on;
}

it('what a dead run had brought is finished, and not said to be of the commit of the run that finishes it', async () => {
  const on = await passedAndDead();
  const later = pair({ holder: 'run-2', commit: second }, on);
  expect(await run(later, wish({ image: sick, watch: '20s' }), later.world)).toMatchObject({ outcome: 'rolled-back' });
  expect(standing(on)).toBe('agent-green; blue 0 × old, green 2 × next');
  expect([leaseOf(on).lastKnownGood, leaseOf(on).deployed]).toEqual([next, undefined]);
  expect(leaseOf(on).releases).toMatchObject([{ images: { api: next }, run: 'run-1' }]);
  expect(leaseOf(on).releases?.[0]).toMatchObject({ who: undefined, commit: undefined });
});

it('finished by its own post step it is of its own commit', async () => {
  const on = await passedAndDead();
  const post = pair({ holder: 'run-1', commit: first }, on);
  await on.clock.until(takeBack(plan, { holder: 'run-1', open: 'true' }, post.world));
  expect(leaseOf(on)).toMatchObject({ deployed: { commit: first, newest: first, images: [next] } });
  expect(leaseOf(on).releases).toEqual([expect.objectContaining({ images: { api: next }, commit: first })]);
});

it('the run of the same image that finishes it puts it on record, as the dead one could not', async () => {
  const on = await passedAndDead();
  const forge = memoryForge();
  const later = pair({ holder: 'run-2', commit: commit(2), forge }, on);
  const wished = wish({ watch: '20s', 'github-token': 't', environment: 'production' });
  const result = await run(later, wished, later.world);
  expect(result).toMatchObject({ outcome: 'promoted', lineage: [expect.stringMatching(/^On record with GitHub: success of /)] });
  expect(leaseOf(on).deployed).toMatchObject({ commit: commit(2), images: [next] });
});
