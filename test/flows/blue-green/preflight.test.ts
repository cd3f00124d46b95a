import { describe, expect, it } from '@jest/globals';
import { Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { leaseName, readLease } from '../../../src/domain/rollout/lease.ts';
import { executeBlueGreen } from '../../../src/flows/blue-green/execute.ts';
import { dyingAfter } from '../dying-after.ts';
import type { Stage } from '../stand-ins.ts';
import { failureOf } from './failure-of.ts';
import { backWish, next, pair, run, standing, wish } from './pair.ts';

const key = 'wf-deploy.io/blue-green';
const leaseOf = ({ cluster }: Stage) => cluster.find(Lease, leaseName('agent')) as KubernetesObject;
const plan = wish({ watch: '60s' });
/** What serves: a lock may be taken and given away. */
const written = ({ cluster }: Stage) => cluster.writes().filter((each) => /Deployment|Ingress/.test(each));

/** A run died while it watched, and then somebody edited its record. */
async function edited(change: (text: string) => string): Promise<Stage> {
  const on = pair({ holder: 'run-1' });
  void executeBlueGreen(plan, { ...on.world, cluster: dyingAfter(on.cluster, 7) });
  await on.clock.pass(400);
  const lease = leaseOf(on);
  const { annotations = {} } = lease.metadata;
  expect(annotations[key]).toContain('"phase":"watching"');
  on.cluster.put(Lease, {
    ...lease,
    metadata: { ...lease.metadata, annotations: { ...annotations, [key]: change(annotations[key] ?? '') } },
  });
  return on;
}

describe('the record of a run that died while it watched', () => {
  it('is read where it is of the first versions, and taken back as ever', async () => {
    const on = await edited((text) => {
      const { operation: _operation, serving: _serving, ...first } = JSON.parse(text) as Record<string, unknown>;
      return JSON.stringify(first);
    });
    const result = await run(pair({ holder: 'run-2' }, on), plan);
    expect(result).toMatchObject({ outcome: 'promoted', live: 'green' });
    // Not simply found there: taken back, brought again and watched to its end.
    expect(result.asked).toContainEqual(expect.stringContaining('watched for 1m'));
    expect(standing(on)).toBe('agent-green; blue 0 × old, green 2 × next');
  });

  it.each(['{', '{"phase":"flying"}', ''])('stops every deployment where it is `%s`: not known is not none', async (text) => {
    const on = await edited(() => text);
    const writes = written(on).length;
    for (const image of [next, `agent@sha256:${'5'.repeat(64)}`]) {
      const { code, what } = await failureOf(run(pair({ holder: 'run-2' }, on), wish({ image })));
      expect([code, what]).toEqual([
        'PREFLIGHT_FAILED',
        expect.stringContaining(`The annotation ${key} of the service's Lease cannot be read`),
      ]);
    }
    expect(written(on)).toHaveLength(writes);
  });

  it('stops no rollback where it cannot be read, which says so and writes it anew', async () => {
    const on = await edited(() => '{');
    const result = await run(pair({ holder: 'run-2' }, on), backWish());
    expect(result).toMatchObject({ outcome: 'rolled-back', live: 'blue', held: [next.split('@')[1]] });
    expect(result.warnings).toContainEqual(expect.stringContaining('cannot be read'));
    expect(standing(on)).toBe('agent-blue; blue 2 × old, green 0 × next');
    expect(readLease(leaseOf(on)).blueGreen).toMatchObject({ phase: 'resting', operation: 'rollback' });
  });
});
