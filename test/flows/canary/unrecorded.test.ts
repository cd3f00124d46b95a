import { describe, expect, it } from '@jest/globals';
import { Deployment, HTTPRoute, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import type { CanaryResult } from '../../../src/flows/canary/result.ts';
import { takeBack } from '../../../src/flows/canary/take-back.ts';
import { onRoute, unrecorded } from '../../../src/flows/canary/unrecorded.ts';
import { routeWith } from '../../domain/traffic/httproute/fixtures.ts';
import { forbidden, unreachable } from '../memory-cluster/failures.ts';
import { leaseOf, operate, runBy, running, tellBy, weightWritten } from '../operations/on-shop.ts';
import { stage } from '../stand-ins.ts';
import { digest, newImage, oldImage, planOf, type Shop, shop } from './shop.ts';

/** Users are on the canary, and somebody deletes the Lease: what its run has come to. */
async function leaseDeleted(on: Shop): Promise<CanaryResult> {
  for (const image of [digest('3'), digest('4')])
    await on.clock.until(executeCanary(planOf({ image, stages: '25@1m', promote: 'false' }), on.world));
  const run = running(on, { stages: '50@10m 100@1m' });
  await on.clock.until(weightWritten(on, 50));
  on.cluster.remove(Lease, 'wf-deploy-agent');
  return await on.clock.until(run);
}

/** By hand, before any run: nobody's epoch is on the route. */
function byHand(on: Shop, weight: number): void {
  const backendRefs = Object.entries({ agent: 100 - weight, 'agent-canary': weight }).map(([name, each]) => ({
    name,
    port: 80,
    weight: each,
  }));
  on.cluster.reacting(on.cluster.put(HTTPRoute, routeWith([{ backendRefs }])));
}

function ready(on: Shop, readyReplicas: number): void {
  const stable = on.cluster.find(Deployment, 'agent') as KubernetesObject;
  on.cluster.put(Deployment, { ...stable, status: { ...(stable['status'] as object), readyReplicas } });
}

const post = (on: Shop, handedOver: Readonly<Record<string, string>> = { holder: 'run-1', open: 'true' }) =>
  on.clock.until(takeBack(planOf(), handedOver, stage({ holder: 'post', query: on.world.metrics.query }, on).world));

describe('a Lease that is deleted while users are on the canary', () => {
  it('ends its run without another write, and the post step gives them back', async () => {
    const on = shop();
    expect(await leaseDeleted(on)).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST' });
    expect(on.weight()).toBe(50);
    const report = await post(on, Object.assign({}, ...on.handedOver));
    expect(report).toMatchObject({ succeeded: false, outputs: { outcome: 'aborted', weight: '0' } });
    expect(report?.file).toMatchObject({
      image: newImage,
      previousImage: oldImage,
      warnings: expect.arrayContaining([expect.stringMatching(/^No Lease says what else/)]),
    });
    expect([on.weight(), on.replicas('agent-canary'), leaseOf(on)?.holder, leaseOf(on)?.rollout?.phase]).toEqual([0, 0, '', 'resting']);
  });

  it.each(['false', 'true'])('and is given back by abort, with `only-this-run: %s` too: the route is marked', async (only) => {
    const on = shop();
    await leaseDeleted(on);
    const settings = { page: 'https://github.example.com/shop/agent/actions/runs/7/attempts/1' };
    const result = await on.clock.until(runBy(operate(on, 'abort', { 'only-this-run': only }, settings)));
    expect(result).toMatchObject({ outcome: 'aborted', weight: 0 });
    expect([on.weight(), leaseOf(on)?.rollout?.phase]).toEqual([0, 'resting']);
  });

  it('leaves them where they are as long as stable has no pod that could take them, and says so', async () => {
    const on = shop();
    await leaseDeleted(on);
    ready(on, 0);
    await expect(on.clock.until(operate(on, 'abort'))).rejects.toMatchObject({
      code: 'OPERATION_REFUSED',
      what: 'The route gives the canary 50 %, no Lease says what stable ran before, and Deployment shop/agent has no ready pod that could take these users.',
    });
    expect([on.weight(), leaseOf(on)?.holder]).toEqual([50, '']);
    ready(on, 1);
    expect(await on.clock.until(runBy(operate(on, 'abort')))).toMatchObject({ outcome: 'aborted', weight: 0 });
  });

  it('leaves nothing to a post step where another run was faster', async () => {
    const on = shop();
    await leaseDeleted(on);
    const other = running({ ...on, world: { ...on.world, run: { ...on.world.run, holder: 'run-2' } } }, { stages: '25@10m' });
    await on.clock.until(weightWritten(on, 25));
    expect(await post(on)).toBeUndefined();
    expect(on.weight()).toBe(25);
    on.cancel('SIGINT');
    await on.clock.until(other);
  });
});

describe('a weight that no run has written', () => {
  it('is given to stable by an abort that a person asks for', async () => {
    const on = shop();
    byHand(on, 20);
    expect(await on.clock.until(runBy(operate(on, 'abort')))).toMatchObject({ outcome: 'aborted', weight: 0 });
  });

  it('is no business of a workflow run that never began', async () => {
    const on = shop();
    byHand(on, 20);
    const settings = { page: 'https://github.example.com/shop/agent/actions/runs/7/attempts/1' };
    expect(await on.clock.until(operate(on, 'abort', { 'only-this-run': 'true' }, settings))).toMatchObject({
      told: { outcome: 'nothing-to-do' },
    });
    expect(await post(on)).toBeUndefined();
    expect([on.weight(), leaseOf(on)]).toEqual([20, undefined]);
  });
});

describe('a route that cannot be asked', () => {
  it('may not be read: abort does not say that nothing was left', async () => {
    const on = shop();
    on.cluster.failing = ({ kind }) => (kind === 'HTTPRoute' ? forbidden() : undefined);
    expect(await tellBy(on, 'abort')).toMatchObject({ outcome: 'nothing-to-do', reason: expect.stringContaining('was not checked') });
    expect(await unrecorded(on.world, planOf())).toBeUndefined();
  });

  it('gives no answer: nobody knows', async () => {
    const on = shop();
    on.cluster.failing = unreachable;
    await expect(unrecorded(on.world, planOf())).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
  });

  it('is gone: it sends nobody to the canary', async () => {
    const on = shop();
    byHand(on, 20);
    expect(await onRoute(on.world, planOf())).toEqual({ weight: 20, isMarked: false });
    on.cluster.remove(HTTPRoute, 'agent');
    expect(await onRoute(on.world, planOf())).toEqual({ weight: 0, isMarked: false });
  });
});
