import { describe, expect, it } from '@jest/globals';
import { Deployment, Pod } from '../../../src/domain/kubernetes/kinds.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { leaseOf } from '../operations/on-shop.ts';
import { planOf, type Shop, shop } from './shop.ts';

/** With its pods, as the garbage collector does it. */
function deleteStable({ cluster }: Shop): void {
  cluster.remove(Deployment, 'agent');
  for (const pod of cluster.objectsOf(Pod)) if (pod.metadata.labels?.['owner'] === 'agent') cluster.remove(Pod, pod.metadata.name);
}

describe('a Deployment of stable that somebody deletes', () => {
  it.each([
    ['promoting', 'CLUSTER_NOT_FOUND', 0],
    ['returning', 'ROLLOUT_FAILED', 60],
  ])('in the phase %s: users are with the canary soon, and people are called', async (phase, code, seconds) => {
    const on = shop();
    let deleted: number | undefined;
    let alone: number | undefined;
    const { reacting } = on.cluster;
    on.cluster.reacting = (object) => {
      reacting(object);
      if (object.kind === 'HTTPRoute' && deleted !== undefined && on.weight() === 100) alone ??= on.clock.monotonic();
      if (object.kind !== 'Lease' || deleted !== undefined || leaseOf(on)?.rollout?.phase !== phase) return;
      deleted = on.clock.monotonic();
      deleteStable(on);
    };
    const result = await on.clock.until(executeCanary(planOf(), on.world));
    expect(result).toMatchObject({ outcome: 'unknown', code, reason: expect.stringMatching(/^(Stable .*: )?Deployment .*agent is/) });
    expect([on.weight(), on.replicas('agent-canary')]).toEqual([100, 4]);
    // Half of them were on the way to stable.
    expect((alone ?? deleted ?? 0) - (deleted ?? 0)).toBeLessThanOrEqual(seconds);
    expect(on.alerts.at(-1)).toMatchObject({ severity: 'critical' });
    expect(leaseOf(on)?.holds).toBeUndefined();
  });
});
