import { describe, expect, it } from '@jest/globals';
import { HTTPRoute } from '../../../src/domain/kubernetes/kinds.ts';
import { gatewayApi } from '../../../src/domain/traffic/gateway-api.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { app } from '../../domain/traffic/httproute/fixtures.ts';
import { lineOf } from '../line.ts';
import { leaseOf } from '../operations/on-shop.ts';
import { stage } from '../stand-ins.ts';
import { newImage, planOf, type Shop, shop } from './shop.ts';

it('a way back that comes back from a gap in the network leaves the stable that its successor has promoted', async () => {
  const on = shop();
  const { clock, cluster } = on;
  const line = lineOf(on.world);
  const { reacting } = cluster;
  let promoting = false;
  cluster.reacting = (object) => {
    if (object.kind === 'Deployment' && object.metadata.name === 'agent' && !promoting) {
      // Stable's pods take their time.
      promoting = true;
      void clock.sleep(3).then(() => on.cancel('SIGINT'));
      return;
    }
    reacting(object);
    if (object.kind === 'Lease' && leaseOf(on)?.rollout?.phase === 'restoring') line.cut();
  };
  const plan = planOf({ stages: '25@1m 100@1m' });
  const successor = async (): Promise<unknown> => {
    await line.isCut;
    cluster.reacting = reacting;
    await clock.sleep(70);
    const { world } = stage({ holder: 'run-2', query: on.world.metrics.query, resolve: on.world.registry.resolve }, on);
    const result = await executeCanary(plan, world);
    line.mend();
    return result;
  };
  const [first, second] = await clock.until(Promise.all([executeCanary(plan, line.world), successor()]));
  expect(second).toMatchObject({ outcome: 'promoted' });
  expect(first).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST' });
  expect([on.image('agent'), on.weight()]).toEqual([newImage, 0]);
});

describe('a gateway that takes four seconds to accept a weight, and someone who writes another one meanwhile', () => {
  /** Two seconds after a weight was ordered that `isMeant` names, someone gives the canary 80 %, `times` times in all. */
  function writtenBetween(on: Shop, manager: string, times: number, isMeant: (weight: number) => boolean): void {
    const { reacting } = on.cluster;
    let left = times;
    on.cluster.reacting = (object) => {
      if (object.kind !== 'HTTPRoute') return reacting(object);
      const { generation } = object.metadata;
      const now = () => on.cluster.find(HTTPRoute, 'agent') ?? object;
      void on.clock.sleep(4).then(() => {
        if (now().metadata.generation === generation) reacting(now());
      });
      if (!isMeant(on.weight()) || left === 0) return;
      left -= 1;
      void on.clock.sleep(2).then(() => {
        const [route = object] = gatewayApi.withWeight([now()], app, 80);
        const managedFields = [
          { manager: 'wf-deploy', time: '2026-03-01T10:00:00Z' },
          { manager, time: '2026-03-01T10:00:01Z' },
        ];
        on.cluster.reacting(on.cluster.put(HTTPRoute, { ...route, metadata: { ...route.metadata, managedFields } }));
      });
    };
  }
  const run = (on: Shop) => on.clock.until(executeCanary(planOf({ stages: '25@1m 100@1m' }), on.world));

  it('is drift, and not the weight of the stage', async () => {
    const on = shop();
    writtenBetween(on, 'kubectl-edit', 1, (weight) => weight === 25);
    const reason = 'The route was changed by `kubectl-edit` during the rollout: the canary has 80 % instead of 25 %.';
    expect(await run(on)).toMatchObject({ outcome: 'rolled-back', code: 'DRIFT', weight: 0, reason });
    expect([on.weight(), on.replicas('agent-canary')]).toEqual([0, 0]);
  });

  it('is answered where a controller writes it, and the stage has its own weight', async () => {
    const on = shop();
    writtenBetween(on, 'argocd-controller', 1, (weight) => weight === 25);
    expect(await run(on)).toMatchObject({ outcome: 'promoted' });
    expect(on.lines.filter((line) => line.includes('route agent: canary 25 %'))).toHaveLength(2);
  });

  it('is not taken for weight 0 on the way back: 0 is written once more before the pods go', async () => {
    const on = shop({ [newImage]: { errors: 0.2 } });
    let carried = false;
    writtenBetween(on, 'argocd-controller', 1, (weight) => {
      carried ||= weight === 25;
      return carried && weight === 0;
    });
    const podsAt: (number | undefined)[] = [];
    const watching = on.cluster.reacting;
    on.cluster.reacting = (object) => {
      if (object.kind === 'Deployment' && on.replicas('agent-canary') === 0) podsAt.push(on.weight());
      watching(object);
    };
    expect(await run(on)).toMatchObject({ outcome: 'rolled-back', code: 'CRITERIA_FAILED', weight: 0 });
    expect([on.weight(), on.replicas('agent-canary')]).toEqual([0, 0]);
    expect(new Set(podsAt)).toEqual(new Set([0]));
  });
});
