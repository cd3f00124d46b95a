import { describe, expect, it } from '@jest/globals';
import { Deployment, HTTPRoute, Job, Pod } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import type { CanaryResult } from '../../../src/flows/canary/result.ts';
import { terminated } from '../../domain/kubernetes/pods.ts';
import { guardianOn, undo } from '../../guardian/on-shop.ts';
import { firstEpoch } from '../virtual-clock.ts';
import { newImage, planOf, type Shop, shop } from './shop.ts';

/** The three pods that are added after the first stage take so many seconds, while the first one goes on. */
function slow(on: Shop, seconds: number, begun: () => void): void {
  const control = on.cluster.reacting;
  let held: string | undefined;
  on.cluster.reacting = (object) => {
    const spec = object['spec'] as { readonly replicas?: number };
    if (object.kind !== 'Deployment' || object.metadata.name !== 'agent-canary' || spec.replicas !== 4 || held === 'over')
      return control(object);
    on.cluster.put(Deployment, object);
    if (held !== undefined) return;
    held = 'coming';
    begun();
    void on.clock.sleep(seconds).then(() => {
      held = 'over';
      const found = on.cluster.find(Deployment, 'agent-canary');
      if (found !== undefined && on.replicas('agent-canary') === 4) control(found);
    });
  };
}

const stages = '25@1m 100@1m';
const run = (on: Shop, inputs: Readonly<Record<string, string>> = {}): Promise<CanaryResult> =>
  on.clock.until(executeCanary(planOf({ stages, ...inputs }), on.world));

/** Writes weight 0 under that name. */
function writeZero(on: Shop, manager: string): void {
  const route = on.cluster.find(HTTPRoute, 'agent') as KubernetesObject;
  const spec = JSON.parse(JSON.stringify(route['spec']).replace('"weight":25', '"weight":0').replace('"weight":75', '"weight":100'));
  const managedFields = [{ manager, operation: 'Update', time: on.clock.now().toISOString() }];
  on.cluster.reacting(on.cluster.put(HTTPRoute, { ...route, metadata: { ...route.metadata, managedFields }, spec }));
}

describe('users who are on the canary while its next pods come up', () => {
  it('go no further after a person has written weight 0, who is obeyed', async () => {
    const on = shop();
    slow(on, 120, () => void on.clock.sleep(20).then(() => writeZero(on, 'kubectl-edit')));
    const result = await run(on);
    expect(result).toMatchObject({ outcome: 'rolled-back', code: 'DRIFT', reason: expect.stringContaining('`kubectl-edit`') });
    expect(on.weights).toEqual([0, 25, 0]);
  });

  it('get the weight of their stage again after a controller has undone it, and the stage begins anew', async () => {
    const on = shop();
    slow(on, 120, () => void on.clock.sleep(20).then(() => writeZero(on, 'argocd-controller')));
    expect(await run(on)).toMatchObject({ outcome: 'promoted' });
    expect(on.weights).toEqual([0, 25, 0, 25, 100, 50, 0]);
  });

  it('go back when the guardian is lost', async () => {
    const on = shop();
    let lives = true;
    const guarding = (async () => {
      while (on.cluster.find(Job, 'wf-deploy-guardian-agent') === undefined) await on.clock.sleep(1);
      const clock = {
        now: () => on.clock.now(),
        monotonic: () => on.clock.monotonic(),
        // A killed one goes on with nothing any more.
        sleep: (seconds: number) => (lives ? on.clock.sleep(seconds) : new Promise<void>(() => undefined)),
      };
      return await guardianOn(on, { clock, undo: { ...undo, epoch: firstEpoch } });
    })();
    guarding.catch(() => undefined);
    slow(on, 300, () => {
      lives = false;
    });
    expect(await run(on, { guardian: 'true' })).toMatchObject({ outcome: 'rolled-back', code: 'GUARDIAN_LOST' });
    expect(on.weights).toEqual([0, 25, 0]);
  });

  it('go back at the second look that shows them harmed, and the report shows it', async () => {
    const behaviours: Record<string, { errors?: number }> = {};
    const on = shop(behaviours);
    let from = 0;
    slow(on, 280, () => {
      behaviours[newImage] = { errors: 0.5 };
      from = on.clock.monotonic();
    });
    const result = await run(on);
    expect(result).toMatchObject({ outcome: 'rolled-back', code: 'CRITERIA_FAILED' });
    expect(result.stages.at(-1)).toMatchObject({ name: '1/2', weight: 25, verdict: 'fail' });
    expect(on.weights).toEqual([0, 25, 0]);
    const zero = result.writes.find(({ what }) => what.includes('canary 0 %, stable 100 %') && what.includes('route'))?.at ?? '';
    expect((Date.parse(zero) - Date.parse(result.started)) / 1000 + 1000 - from).toBeLessThanOrEqual(60);
  });

  it('go back when none of their pods is left', async () => {
    const on = shop();
    slow(on, 280, () => on.cluster.remove(Pod, 'agent-canary-2-1'));
    expect(await run(on)).toMatchObject({ outcome: 'rolled-back', code: 'ROLLOUT_FAILED' });
    expect(on.weights).toEqual([0, 25, 0]);
  });

  it('go on when all is well, and the log says what is waited for', async () => {
    const on = shop();
    slow(on, 100, () => undefined);
    expect(await run(on)).toMatchObject({ outcome: 'promoted' });
    expect(on.weights).toEqual([0, 25, 100, 50, 0]);
    expect(on.lines.filter((line) => line.includes('canary: waiting for'))).toHaveLength(3);
  });

  it('do not go back because a pod that has no users yet comes up at its second start', async () => {
    const on = shop();
    slow(on, 100, () => {
      const pod = on.cluster.find(Pod, 'agent-canary-2-1') as KubernetesObject;
      const containerStatuses = [{ name: 'agent', ready: false, restartCount: 1, state: { running: {} }, lastState: terminated(1) }];
      const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }], containerStatuses };
      on.cluster.put(Pod, { ...pod, metadata: { ...pod.metadata, name: 'agent-canary-2-2' }, status });
    });
    expect(await run(on)).toMatchObject({ outcome: 'promoted' });
  });

  it('go back when the pods do not come within `rollout-timeout`', async () => {
    const on = shop();
    let from = 0;
    slow(on, 3000, () => {
      from = on.clock.monotonic();
    });
    const result = await run(on, { 'rollout-timeout': '2m' });
    expect(result).toMatchObject({
      outcome: 'rolled-back',
      code: 'ROLLOUT_TIMED_OUT',
      reason: expect.stringContaining('not Available after 2m'),
    });
    const zero = result.writes.findLast(({ what }) => what.startsWith('route'))?.at ?? '';
    expect((Date.parse(zero) - Date.parse(result.started)) / 1000 + 1000 - from).toBe(120);
  });

  it('are looked at by one request more where the pods are there at once, what it saw is what is written, and nothing is written for it', async () => {
    const on = shop();
    expect(await run(on)).toMatchObject({ outcome: 'promoted' });
    const calls = on.cluster.calls
      .filter(({ verb, kind }) => verb !== 'watch' && ['Deployment', 'HTTPRoute', 'Pod'].includes(kind))
      .map(({ verb, kind }) => `${verb} ${kind}`);
    const [, , second = 0] = calls.flatMap((call, index) => (call === 'replace HTTPRoute' ? [index] : []));
    const size = calls.lastIndexOf('patch Deployment', second);
    expect(calls.slice(size + 1, second + 1)).toEqual(['get HTTPRoute', 'replace HTTPRoute']);
  });
});
