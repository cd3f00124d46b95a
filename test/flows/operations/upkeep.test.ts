import { describe, expect, it } from '@jest/globals';
import { Deployment, Event, HTTPRoute, Lease, Service } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { newImage, oldImage, planOf, type Shop, shop } from '../canary/shop.ts';
import { forbidden } from '../stand-ins.ts';
import { leaseOf, operate, present, running, toldBy, weightWritten } from './on-shop.ts';

const told = (on: Shop, ...rest: Parameters<typeof operate> extends [Shop, ...infer Rest] ? Rest : never) =>
  on.clock.until(toldBy(operate(on, ...rest)));

/** A shop whose route knows stable alone, without a Service for the canary. */
function unprepared(): Shop {
  const on = shop();
  on.cluster.remove(Service, 'agent-canary');
  const route = on.cluster.find(HTTPRoute, 'agent');
  const spec = JSON.parse(JSON.stringify(route?.['spec'] ?? {})) as { rules: { backendRefs?: { name: string }[] }[] };
  for (const rule of spec.rules)
    if (rule.backendRefs !== undefined) rule.backendRefs = rule.backendRefs.filter(({ name }) => name === 'agent');
  if (route !== undefined) on.cluster.put(HTTPRoute, { ...route, spec });
  return on;
}

describe('prepare', () => {
  it('adds the Service and the backend at weight 0, once, and a run goes through', async () => {
    const on = unprepared();
    await expect(on.clock.until(executeCanary(planOf(), on.world))).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED' });
    const first = await told(on, 'prepare');
    expect(first).toMatchObject({
      outcome: 'done',
      writes: ['Service shop/agent-canary: created', 'HTTPRoute shop/agent: the canary at weight 0'],
    });
    expect([on.weight(), leaseOf(on)?.holder]).toEqual([0, '']);
    expect(await told(on, 'prepare')).toMatchObject({ outcome: 'nothing-to-do', writes: [] });
    expect(await on.clock.until(executeCanary(planOf(), on.world))).toMatchObject({ outcome: 'promoted' });
  });

  it('says in a dry run what it would add, and writes nothing', async () => {
    const on = unprepared();
    const dry = await told(on, 'prepare', { 'dry-run': 'true' });
    expect(dry).toMatchObject({
      outcome: 'not-started',
      writes: [expect.stringContaining('create Service agent-canary'), expect.stringContaining('change HTTPRoute agent')],
    });
    expect(on.cluster.writes()).toEqual([]);
  });

  it('refuses what it cannot add before it writes anything', async () => {
    const on = unprepared();
    on.cluster.remove(Deployment, 'agent');
    await expect(told(on, 'prepare')).rejects.toMatchObject({
      code: 'OPERATION_REFUSED',
      what: expect.stringContaining('Deployment shop/agent is not there'),
    });
    expect(on.cluster.writes()).toEqual([]);
  });

  it('refuses beside a living run, and after one that was left', async () => {
    const on = shop();
    const run = running(on);
    await on.clock.until(weightWritten(on, 25));
    on.cluster.remove(Service, 'agent-canary');
    await expect(told(on, 'prepare')).rejects.toMatchObject({ what: expect.stringContaining('not done beside a living run') });
    on.cancel('SIGINT');
    await on.clock.until(run);
    left(on, 'stages', '');
    await expect(told(on, 'prepare')).rejects.toMatchObject({ what: expect.stringContaining('left in the phase `stages`') });
    expect(leaseOf(on)?.holder).toBe('');
  });
});

describe('uninstall', () => {
  it('removes all that is ours and nothing else, and then has nothing to do', async () => {
    const on = shop();
    const before = present(on);
    await on.clock.until(executeCanary(planOf(), on.world));
    expect(present(on)).not.toEqual(before);
    const dry = await told(on, 'uninstall', { 'dry-run': 'true' });
    expect(dry.writes).toHaveLength(3);
    expect(leaseOf(on)).toBeDefined();
    const done = await told(on, 'uninstall');
    expect(done).toMatchObject({
      outcome: 'done',
      writes: [
        'Deployment shop/agent-canary: removed',
        'the annotation wf-deploy.io/epoch of HTTPRoute shop/agent: removed',
        'Lease shop/wf-deploy-agent: removed',
      ],
    });
    expect(present(on).filter((name) => !name.startsWith('Pod'))).toEqual(before.filter((name) => !name.startsWith('Pod')));
    expect(on.cluster.find(HTTPRoute, 'agent')?.metadata.annotations).toEqual({});
    expect(await told(on, 'uninstall')).toMatchObject({ outcome: 'nothing-to-do' });
  });

  it('refuses beside a living run, under weight, and while a way back is written down', async () => {
    const on = shop();
    const run = running(on);
    await on.clock.until(weightWritten(on, 25));
    await expect(told(on, 'uninstall')).rejects.toMatchObject({ what: expect.stringContaining('not done beside a living run') });
    left(on, 'stages', '');
    await expect(told(on, 'uninstall')).rejects.toMatchObject({ what: expect.stringContaining('gives the canary 25 %') });
    on.cancel('SIGINT');
    await on.clock.until(run);
    const again = shop();
    left(again, 'emptying', '');
    await expect(told(again, 'uninstall')).rejects.toMatchObject({ what: expect.stringContaining('in the phase `emptying`') });
    expect(again.cluster.writes()).toEqual([]);
  });

  it('leaves the user’s own canary alone', async () => {
    const on = shop();
    const stable = on.cluster.find(Deployment, 'agent');
    if (stable !== undefined) on.cluster.put(Deployment, { ...stable, metadata: { name: 'agent-canary', labels: { app: 'mine' } } });
    left(on, 'resting', '');
    await told(on, 'uninstall');
    expect(on.cluster.find(Deployment, 'agent-canary')).toBeDefined();
  });
});

describe('unlock', () => {
  const reason = { reason: 'its runner is gone' };

  it('takes the Lease of a dead holder with the next epoch, and says why, where, and what takes the weight back', async () => {
    const on = shop();
    left(on, 'stages', 'run-0');
    const began = on.clock.monotonic();
    const done = await told(on, 'unlock', reason);
    expect(on.clock.monotonic() - began).toBeGreaterThanOrEqual(60);
    expect(done).toMatchObject({
      outcome: 'done',
      remedy: expect.stringMatching(/left 25 % on the canary.*Nobody takes it back by itself.*operation: abort/),
    });
    expect(leaseOf(on)).toMatchObject({ holder: '', epoch: 6, rollout: { phase: 'stages', weight: 25 } });
    const annotation = on.cluster.find(Lease, 'wf-deploy-agent')?.metadata.annotations?.['wf-deploy.io/unlocked'] ?? '';
    expect(JSON.parse(annotation)).toMatchObject({ from: 'run-0', who: 'someone', why: 'its runner is gone' });
    const [event] = on.cluster.objectsOf(Event) as readonly (KubernetesObject & { message?: string })[];
    expect(event?.message).toContain('someone took the Lease from run-0: its runner is gone');
  });

  it('refuses beside a holder that gives signs of life', async () => {
    const on = shop();
    const run = running(on);
    await on.clock.until(weightWritten(on, 25));
    await expect(told(on, 'unlock', reason)).rejects.toMatchObject({
      code: 'OPERATION_REFUSED',
      remedy: expect.stringContaining('operation: abort'),
    });
    on.cancel('SIGINT');
    expect(await on.clock.until(run)).toMatchObject({ outcome: 'aborted' });
  });

  it('has nothing to do where nobody holds it, and writes nothing in a dry run', async () => {
    const on = shop();
    expect(await told(on, 'unlock', reason)).toMatchObject({ outcome: 'nothing-to-do' });
    left(on, 'resting', 'run-0');
    expect(await told(on, 'unlock', { ...reason, 'dry-run': 'true' })).toMatchObject({ outcome: 'not-started' });
    expect(on.cluster.writes()).toEqual([]);
    expect((await told(on, 'unlock', reason)).remedy).toBeUndefined();
  });

  it('says so when it may not write the Event', async () => {
    const on = shop();
    left(on, 'resting', 'run-0');
    on.cluster.failing = (call) => (call.kind === 'Event' ? forbidden() : undefined);
    expect((await told(on, 'unlock', reason)).writes.at(-1)).toBe('no Event with the reason: The account may not do that.');
  });
});

function left(on: Shop, phase: string, holder: string): void {
  const weight = phase === 'resting' ? 0 : 25;
  const record = { phase, weight, container: 'app', image: newImage, previousImage: oldImage, run: 'page', since: 's' };
  on.cluster.put(Lease, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'wf-deploy-agent', annotations: { 'wf-deploy.io/epoch': '5', 'wf-deploy.io/rollout': JSON.stringify(record) } },
    spec: { holderIdentity: holder, leaseDurationSeconds: 60, renewTime: 't' },
  });
}
