import { describe, expect, it } from '@jest/globals';
import { Deployment } from '../../../src/domain/kubernetes/kinds.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { dyingAfter } from '../dying-after.ts';
import { leaseOf } from '../operations/on-shop.ts';
import { stage } from '../stand-ins.ts';
import { digest, newImage, oldImage, planOf, type Shop, shop } from './shop.ts';

const hotfix = digest('9');

/** Someone else's tool gives stable an image, and its pods follow. */
function deploys(on: Shop, image: string, manager = 'kubectl-set'): void {
  const stable = on.cluster.find(Deployment, 'agent');
  if (stable === undefined) throw new Error('There is no stable.');
  const written = JSON.parse(JSON.stringify(stable).replaceAll(on.image('agent') ?? '', image));
  const managedFields = [
    { manager: 'wf-deploy', time: '2026-03-01T10:00:00Z' },
    { manager, time: '2026-03-01T10:00:01Z', fieldsV1: { 'f:spec': { 'f:template': {} } } },
  ];
  on.cluster.reacting(on.cluster.put(Deployment, { ...written, metadata: { ...written.metadata, managedFields } }));
}

const ladder = { stages: '25@3m 100@1m' };

/** Its run was killed when it had recorded that it promotes. */
async function brokenOffInPromotion(): Promise<Shop> {
  for (let writes = 1; ; writes += 1) {
    const on = shop();
    void executeCanary(planOf(ladder), { ...on.world, cluster: dyingAfter(on.cluster, writes) });
    await on.clock.pass(600);
    if (leaseOf(on)?.rollout?.phase === 'promoting') return on;
  }
}

describe('stable that got another image while the canary was tried', () => {
  it.each(['kubectl-set', 'helm'])('keeps what %s gave it: the canary goes back, and who it was is said', async (manager) => {
    const on = shop();
    const running = executeCanary(planOf(ladder), on.world);
    await on.clock.pass(60);
    expect(on.weight()).toBe(25);
    deploys(on, hotfix, manager);
    expect(await on.clock.until(running)).toMatchObject({
      outcome: 'rolled-back',
      code: 'DRIFT',
      reason: `Deployment shop/agent runs ${hotfix} now, and not ${oldImage} as when the rollout began: \`${manager}\` wrote it last.`,
      weight: 0,
    });
    expect([on.image('agent'), on.weight(), on.replicas('agent-canary')]).toEqual([hotfix, 0, 0]);
    expect(leaseOf(on)).toMatchObject({ holder: '', rollout: { phase: 'resting' } });
    expect(leaseOf(on)?.holds).toBeUndefined();
  });

  it('keeps it from the run that finds a promotion of the same image broken off', async () => {
    const on = await brokenOffInPromotion();
    expect([on.image('agent'), on.weight()]).toEqual([oldImage, 100]);
    deploys(on, hotfix);
    const { world } = stage({ holder: 'run-2', query: on.world.metrics.query, resolve: on.world.registry.resolve }, on);
    expect(await on.clock.until(executeCanary(planOf(ladder), world))).toMatchObject({ outcome: 'rolled-back', code: 'DRIFT', weight: 0 });
    expect([on.image('agent'), on.weight()]).toEqual([hotfix, 0]);
  });

  it('is promoted where that is the image of the rollout', async () => {
    const on = shop();
    const running = executeCanary(planOf(ladder), on.world);
    await on.clock.pass(60);
    deploys(on, newImage);
    expect(await on.clock.until(running)).toMatchObject({ outcome: 'promoted' });
    expect(on.cluster.writes().filter((write) => write === 'patch Deployment agent')).toEqual([]);
  });
});
