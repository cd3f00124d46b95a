import { describe, expect, it } from '@jest/globals';
import { Deployment, HTTPRoute, Lease, Service } from '../../../src/domain/kubernetes/kinds.ts';
import type { Kind, KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { planOf, type Shop, shop } from '../canary/shop.ts';
import { firstEpoch } from '../virtual-clock.ts';
import { leaseOf, left, running, tellBy, weightWritten } from './on-shop.ts';

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
    const first = await tellBy(on, 'prepare');
    expect(first).toMatchObject({
      outcome: 'done',
      writes: ['Service shop/agent-canary: created', 'HTTPRoute shop/agent: the canary at weight 0'],
    });
    expect([on.weight(), leaseOf(on)?.holder]).toEqual([0, '']);
    expect(await tellBy(on, 'prepare')).toMatchObject({ outcome: 'nothing-to-do', writes: [] });
    expect(await on.clock.until(executeCanary(planOf(), on.world))).toMatchObject({ outcome: 'promoted' });
  });

  it('says in a dry run what it would add, and writes nothing', async () => {
    const on = unprepared();
    const dry = await tellBy(on, 'prepare', { 'dry-run': 'true' });
    expect(dry).toMatchObject({
      outcome: 'not-started',
      writes: [expect.stringContaining('create Service agent-canary'), expect.stringContaining('change HTTPRoute agent')],
    });
    expect(on.cluster.writes()).toEqual([]);
  });

  it('refuses what it cannot add before it writes anything', async () => {
    const on = unprepared();
    on.cluster.remove(Deployment, 'agent');
    await expect(tellBy(on, 'prepare')).rejects.toMatchObject({
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
    await expect(tellBy(on, 'prepare')).rejects.toMatchObject({ what: expect.stringContaining('not done beside a living run') });
    on.cancel('SIGINT');
    await on.clock.until(run);
    left(on, 'stages', '');
    await expect(tellBy(on, 'prepare')).rejects.toMatchObject({ what: expect.stringContaining('left in the phase `stages`') });
    expect(leaseOf(on)?.holder).toBe('');
  });

  const annotate = (on: Shop, kind: Kind, name: string, annotations: Readonly<Record<string, string>>): void => {
    const object = on.cluster.find(kind, name) as KubernetesObject;
    on.cluster.put(kind, { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } } });
  };

  it('refuses while a rolling update is half done, with what ends it', async () => {
    const on = unprepared();
    left(on, 'resting', '');
    const record = { phase: 'writing', key: 'k', run: 'page-1', since: 's' };
    annotate(on, Lease, 'wf-deploy-agent', { 'wf-deploy.io/rolling': JSON.stringify(record) });
    await expect(tellBy(on, 'prepare')).rejects.toMatchObject({
      code: 'OPERATION_REFUSED',
      what: expect.stringContaining('A rolling update is open'),
      remedy: expect.stringContaining('actions/stage again'),
    });
    expect(leaseOf(on)?.holder).toBe('');
    expect(on.cluster.writes().filter((write) => !/Lease/.test(write))).toEqual([]);
  });

  it('does not write a route that carries a later epoch: whoever wrote that decides', async () => {
    const on = unprepared();
    annotate(on, HTTPRoute, 'agent', { 'wf-deploy.io/epoch': `${firstEpoch * 2}` });
    await expect(tellBy(on, 'prepare')).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect(on.cluster.writes().filter((write) => /HTTPRoute/.test(write))).toEqual([]);
  });
});
