import { describe, expect, it } from '@jest/globals';
import { digestIn } from '../../../src/domain/rollout/hold.ts';
import type { Failure } from '../../../src/failure.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import type { UpdateResult } from '../../../src/flows/stage/result.ts';
import { leaseOf } from '../rollback/shop.ts';
import type { Stage } from '../stand-ins.ts';
import { deployPlan, imageNow, next, old, shop, sick } from './shop.ts';

const run = (on: Stage, inputs: Readonly<Record<string, string>>): Promise<UpdateResult> =>
  on.clock.until(executeStage(deployPlan(inputs), on.world)) as Promise<UpdateResult>;
const held = (on: Stage) => leaseOf(on).holds?.list.map(({ digest }) => digest);

describe('an image that crashes in a rolling update', () => {
  it('is held with the first record of the way back, and does not come again by itself', async () => {
    const on = shop();
    let heldAtReturn: unknown;
    const write = on.cluster.write.bind(on.cluster);
    on.cluster.write = async (...call) => {
      const stored = await write(...call);
      if (heldAtReturn === undefined && stored.kind === 'Lease' && leaseOf(on).rolling?.phase === 'returning')
        heldAtReturn = [imageNow(on), held(on)];
      return stored;
    };
    expect(await run(on, { images: `api: ${sick}`, environment: 'staging' })).toMatchObject({ outcome: 'rolled-back' });
    expect(heldAtReturn).toEqual([sick, [digestIn(sick)]]);
    expect(leaseOf(on).holds?.list).toEqual([
      {
        environment: 'staging',
        digest: digestIn(sick),
        who: 'wf-deploy, started by someone,',
        why: expect.stringContaining('Container `api`'),
        run: 'run-1',
        at: expect.any(String),
        by: 'crash',
      },
    ]);
    expect(imageNow(on)).toBe(old);
    const again = executeStage(deployPlan({ images: `api: ${sick}` }), on.world).catch((error: Failure) => error.code);
    expect(await on.clock.until(again)).toBe('DIGEST_HELD');
    // A later version needs nothing, and the hold stays.
    expect(await run(on, { images: `api: ${next}` })).toMatchObject({ outcome: 'promoted' });
    expect(held(on)).toEqual([digestIn(sick)]);
  });

  it('is not held for a smoke check that fails, nor for a cancel', async () => {
    const smoked = shop({ probe: () => ({ is: 'answer', status: 500, body: '' }) });
    expect(await run(smoked, { images: `api: ${next}`, smoke: '- http: /health' })).toMatchObject({ code: 'SMOKE_FAILED' });
    expect(held(smoked)).toBeUndefined();
    const on = shop();
    const write = on.cluster.write.bind(on.cluster);
    on.cluster.write = async (...call) => {
      const stored = await write(...call);
      if (stored.kind === 'Deployment' && call[0].dryRun !== true) on.cancel('SIGINT');
      return stored;
    };
    expect(await run(on, { images: `api: ${sick}` })).toMatchObject({ outcome: 'aborted' });
    expect(held(on)).toBeUndefined();
  });

  it('by a tag whose digest nobody knows is not held, and that is said', async () => {
    const on = shop({ resolve: () => Promise.resolve({ is: 'not-checked', reason: 'unauthorised' }) });
    const put = on.cluster.put.bind(on.cluster);
    // Its pods are as those of the sick one.
    on.cluster.put = (kind, object) => {
      if (kind.kind !== 'Pod' || !JSON.stringify(object).includes('agent:v9')) return put(kind, object);
      const api = { name: 'api', ready: false, restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } };
      return put(kind, { ...object, status: { phase: 'Running', containerStatuses: [api] } });
    };
    expect(await run(on, { images: 'api: agent:v9' })).toMatchObject({ outcome: 'rolled-back' });
    expect(held(on)).toBeUndefined();
    expect(on.lines.join('\n')).toContain('Not held: the digest of agent:v9');
  });
});
