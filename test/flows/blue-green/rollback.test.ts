import { describe, expect, it } from '@jest/globals';
import { Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { leaseName, readLease } from '../../../src/domain/rollout/lease.ts';
import { executeBlueGreen } from '../../../src/flows/blue-green/execute.ts';
import { takeBack } from '../../../src/flows/blue-green/take-back.ts';
import { dyingAfter } from '../dying-after.ts';
import { forbidden } from '../memory-cluster/failures.ts';
import type { Stage } from '../stand-ins.ts';
import { failureOf } from './failure-of.ts';
import { hangingGateway } from './hanging-gateway.ts';
import { backWish, next, pair, run, standing, wish } from './pair.ts';

const leaseOf = ({ cluster }: Stage) => readLease(cluster.find(Lease, leaseName('agent')) as KubernetesObject);

describe('a rollback whose switch is not confirmed', () => {
  const switcher = { switcher: 'gateway-api' };

  it('never leads users back to what they were to be saved from, and pressing again finishes it', async () => {
    const scene = hangingGateway();
    const { on } = scene;
    expect(await run(on, wish(switcher))).toMatchObject({ outcome: 'promoted' });
    scene.hangs = true;
    for (const holder of ['run-2', 'run-3']) {
      const press = pair({ holder }, on);
      const result = await run(press, backWish({ ...switcher, reason: 'it hurts' }));
      expect(result).toMatchObject({
        outcome: 'unknown',
        code: 'ROUTE_NOT_ACCEPTED',
        succeeded: false,
        live: undefined,
        images: undefined,
      });
      expect(result.remedy).toContain('run the rollback again');
      expect(scene.leads()).toBe('agent-blue');
      expect(leaseOf(on).blueGreen).toMatchObject({ phase: 'switching', operation: 'rollback', to: 'blue' });
      expect(standing(on)).toContain('blue 2 × old, green 2 × next');
    }
    scene.hangs = false;
    expect(await run(pair({ holder: 'run-4' }, on), backWish(switcher))).toMatchObject({ outcome: 'rolled-back', live: 'blue' });
    expect(scene.leads()).toBe('agent-blue');
    expect(standing(on)).toContain('blue 2 × old, green 0 × next');
  });
});

it('a rollback over what is under way has ended well, whether or not users are looked at once more', async () => {
  const on = pair({ holder: 'run-1' });
  void executeBlueGreen(wish(), on.world);
  await on.clock.pass(60);
  on.cluster.failing = ({ verb, kind }) => (verb === 'get' && kind === 'Deployment' && leaseOf(on).holder === '' ? forbidden() : undefined);
  const press = pair({ holder: 'run-2' }, on);
  expect(await run(press, backWish())).toMatchObject({ outcome: 'rolled-back', live: 'blue', images: undefined });
  expect(press.lines.join('\n')).toContain('Not read: which image users have now.');
});

/** What a deployment was bringing, under way and on its way to be watched. */
const heldIn = (on: Stage): readonly string[] => (leaseOf(on).holds?.list ?? []).map(({ digest }) => digest);
const start = 'agent-blue; blue 2 × old, green 0 × older';

describe('a rollback over a living deployment that is killed at any of its writes', () => {
  /** The first takes the Lease, and says nothing yet of what it wants. */
  const writes = Array.from({ length: 8 }, (_, index) => index + 1);

  async function killed(at: number): Promise<Stage> {
    const on = pair({ holder: 'run-1' });
    void executeBlueGreen(wish(), on.world);
    await on.clock.pass(60);
    expect(standing(on)).toBe('agent-green; blue 2 × old, green 2 × next');
    const second = pair({ holder: 'run-2' }, on);
    void executeBlueGreen(backWish({ reason: 'it hurts' }), { ...second.world, cluster: dyingAfter(on.cluster, at) });
    await on.clock.pass(400);
    return { ...on, handedOver: second.handedOver };
  }

  const isHeld = async (on: Stage): Promise<void> => {
    expect(heldIn(on)).toEqual([next.split('@')[1]]);
    expect((await failureOf(run(pair({ holder: 'run-9' }, on), wish()))).code).toBe('DIGEST_HELD');
    expect(standing(on)).toBe(start);
    expect(leaseOf(on)).toMatchObject({ holder: '', blueGreen: { phase: 'resting' } });
  };

  it('begins with the hold', async () => {
    const on = await killed(2);
    expect(heldIn(on)).toEqual([next.split('@')[1]]);
    expect(standing(on)).toMatch(/^agent-green/);
  });

  it.each(writes.slice(1))('%i: the same digest does not come again', async (at) => isHeld(await killed(at)));

  it.each(writes)('%i: the post step finishes it, and the digest does not come again', async (at) => {
    const on = await killed(at);
    const post = pair({ holder: 'run-2' }, on);
    const handed = { ...on.handedOver[0], ...on.handedOver.at(-1) };
    const report = await on.clock.until(takeBack(backWish({ reason: 'it hurts' }), handed as Record<string, string>, post.world));
    if (report !== undefined) expect(report).toMatchObject({ succeeded: true, outputs: { outcome: 'rolled-back', live: 'blue' } });
    await isHeld(on);
  });
});

describe('the hold of a rollback over what is under way', () => {
  it('stops no way back where it cannot be written at first', async () => {
    const on = pair({ holder: 'run-1' });
    void executeBlueGreen(wish(), on.world);
    await on.clock.pass(60);
    let refused = 0;
    on.cluster.failing = ({ kind, write }) =>
      kind === 'Lease' && JSON.stringify(write ?? {}).includes('wf-deploy.io~1holds') && refused++ === 0 ? forbidden() : undefined;
    expect(await run(pair({ holder: 'run-2' }, on), backWish())).toMatchObject({ outcome: 'rolled-back', live: 'blue' });
    expect(refused).toBeGreaterThan(1);
    expect(heldIn(on)).toEqual([next.split('@')[1]]);
  });
});
