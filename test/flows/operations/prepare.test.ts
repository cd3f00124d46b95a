import { describe, expect, it } from '@jest/globals';
import { Deployment, HTTPRoute, Service } from '../../../src/domain/kubernetes/kinds.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { planOf, type Shop, shop } from '../canary/shop.ts';
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
});
