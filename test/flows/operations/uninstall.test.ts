import { describe, expect, it } from '@jest/globals';
import { Deployment, HTTPRoute } from '../../../src/domain/kubernetes/kinds.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { canary } from '../../domain/traffic/replicas/canaries.ts';
import { planOf, shop } from '../canary/shop.ts';
import { leaseOf, left, present, running, tellBy, weightWritten } from './on-shop.ts';

describe('uninstall', () => {
  it('removes all that is ours and nothing else, and then has nothing to do', async () => {
    const on = shop();
    const before = present(on);
    await on.clock.until(executeCanary(planOf(), on.world));
    expect(present(on)).not.toEqual(before);
    const dry = await tellBy(on, 'uninstall', { 'dry-run': 'true' });
    expect(dry.writes).toHaveLength(3);
    expect(leaseOf(on)).toBeDefined();
    const done = await tellBy(on, 'uninstall');
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
    expect(await tellBy(on, 'uninstall')).toMatchObject({ outcome: 'nothing-to-do' });
  });

  it('a canary that is its own route goes with what is written on it', async () => {
    const on = shop();
    left(on, 'resting', '');
    on.cluster.put(
      Deployment,
      canary(0, '0/5', { metadata: { ...canary(0, '0/5').metadata, annotations: { 'wf-deploy.io/epoch': '3' } } }),
    );
    expect((await tellBy(on, 'uninstall', { router: 'replicas' })).writes).toEqual([
      'Deployment shop/agent-canary: removed',
      'Lease shop/wf-deploy-agent: removed',
    ]);
  });

  it('refuses beside a living run, under weight, and while a way back is written down', async () => {
    const on = shop();
    const run = running(on);
    await on.clock.until(weightWritten(on, 25));
    await expect(tellBy(on, 'uninstall')).rejects.toMatchObject({ what: expect.stringContaining('not done beside a living run') });
    left(on, 'stages', '');
    await expect(tellBy(on, 'uninstall')).rejects.toMatchObject({ what: expect.stringContaining('gives the canary 25 %') });
    on.cancel('SIGINT');
    await on.clock.until(run);
    const again = shop();
    left(again, 'emptying', '');
    await expect(tellBy(again, 'uninstall')).rejects.toMatchObject({ what: expect.stringContaining('in the phase `emptying`') });
    expect(again.cluster.writes()).toEqual([]);
  });

  it('refuses while somebody has given the canary weight by hand', async () => {
    const on = shop();
    left(on, 'resting', '');
    const route = on.cluster.find(HTTPRoute, 'agent');
    const spec = JSON.parse(JSON.stringify(route?.['spec']).replace('"weight":0', '"weight":7')) as object;
    if (route !== undefined) on.cluster.put(HTTPRoute, { ...route, spec });
    await expect(tellBy(on, 'uninstall')).rejects.toMatchObject({
      code: 'OPERATION_REFUSED',
      what: expect.stringContaining('gives the canary 6.5 %'),
    });
    expect(on.cluster.writes()).toEqual([]);
  });

  it('takes its mark off Deployments that are the user’s', async () => {
    const on = shop();
    const stable = on.cluster.find(Deployment, 'agent');
    const annotations = { 'wf-deploy.io/epoch': '5', mine: 'yes' };
    if (stable !== undefined) on.cluster.put(Deployment, { ...stable, metadata: { ...stable.metadata, annotations } });
    left(on, 'resting', '');
    expect((await tellBy(on, 'uninstall')).writes).toContain('the annotation wf-deploy.io/epoch of Deployment shop/agent: removed');
    expect(on.cluster.find(Deployment, 'agent')?.metadata.annotations).toEqual({ mine: 'yes' });
  });

  it('leaves the user’s own canary alone', async () => {
    const on = shop();
    const stable = on.cluster.find(Deployment, 'agent');
    if (stable !== undefined) on.cluster.put(Deployment, { ...stable, metadata: { name: 'agent-canary', labels: { app: 'mine' } } });
    left(on, 'resting', '');
    await tellBy(on, 'uninstall');
    expect(on.cluster.find(Deployment, 'agent-canary')).toBeDefined();
  });
});
