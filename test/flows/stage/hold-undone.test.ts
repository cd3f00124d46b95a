import { describe, expect, it } from '@jest/globals';
import { ControllerRevision, Deployment, Lease, Pod, StatefulSet } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { digestIn, holdsKey } from '../../../src/domain/rollout/hold.ts';
import { leaseName } from '../../../src/domain/rollout/lease.ts';
import type { Failure } from '../../../src/failure.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import type { OperationResult } from '../../../src/flows/stage/result.ts';
import { controllerRevision, template, workload } from '../../domain/rolling/objects.ts';
import { full, leaseOf, updated, written } from '../rollback/shop.ts';
import type { Stage } from '../stand-ins.ts';
import { deployPlan, imageNow, next, old, stagePlan } from './shop.ts';

const undo = (on: Stage, inputs: Readonly<Record<string, string>> = {}): Promise<OperationResult> =>
  on.clock.until(executeStage(stagePlan({ operation: 'undo', ...inputs }), on.world)) as Promise<OperationResult>;
const refusal = (on: Stage, work: Promise<unknown>): Promise<unknown> => on.clock.until(work.catch((error: Failure) => error.code));
const held = (on: Stage) => leaseOf(on).holds?.list.map(({ digest }) => digest);

/** As if it had been deployed under another text. */
async function renamed(on: Stage, text: string, from = next): Promise<void> {
  const object = JSON.parse(JSON.stringify(on.cluster.find(Deployment, 'agent')).replaceAll(from, text)) as KubernetesObject;
  await on.clock.until(on.cluster.write({ do: 'replace', ref: { kind: Deployment, namespace: 'shop', name: 'agent' }, object }));
}

describe('an undo by hand', () => {
  it('holds what it takes back before it writes anything else, and a re-run does not bring it again', async () => {
    const on = await updated();
    expect(await undo(on)).toMatchObject({ outcome: 'done', warnings: [] });
    expect(imageNow(on)).toBe(old);
    expect(written(on)).toEqual([
      'replace Lease wf-deploy-agent',
      'patch Lease wf-deploy-agent',
      'replace Deployment agent',
      'patch Lease wf-deploy-agent',
    ]);
    const by = { by: 'rollback', who: 'someone', run: 'run-1', environment: 'shop' } as const;
    const why = expect.stringMatching(/^`operation: undo` of actions\/stage: Deployment agent to revision \d+$/);
    expect(leaseOf(on).holds?.list).toEqual([expect.objectContaining({ digest: digestIn(next), ...by, why })]);
    expect(leaseOf(on)).toMatchObject({
      holder: '',
      rollback: {
        phase: 'resting',
        deployment: 'agent',
        images: { api: old },
        from: { api: next },
        to: expect.stringMatching(/^revision \d+$/),
      },
    });
    expect(await refusal(on, executeStage(deployPlan({ images: `api: ${next}` }), on.world))).toBe('DIGEST_HELD');
  });

  it('pressed twice goes no further back, and not forward again', async () => {
    const on = await updated();
    await undo(on);
    expect(await refusal(on, executeStage(stagePlan({ operation: 'undo' }), on.world))).toBe('DIGEST_HELD');
    expect([imageNow(on), held(on)]).toEqual([old, [digestIn(next)]]);
  });

  it('as a dry run, or refused for one of its workloads, holds nothing', async () => {
    const on = await updated();
    await undo(on, { 'dry-run': 'true' });
    const { spec } = on.cluster.find(Deployment, 'agent') as KubernetesObject & { spec: object };
    on.cluster.put(Deployment, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'other', uid: 'x' }, spec });
    expect(await undo(on, { workloads: 'deployment/agent deployment/other' })).toMatchObject({ outcome: 'failed', writes: [] });
    expect([imageNow(on), held(on)]).toEqual([next, undefined]);
  });

  it('of an image by a tag asks the node for its digest, and says where nobody knows it', async () => {
    const on = await updated({ resolve: full });
    await renamed(on, 'agent:v4');
    expect(await undo(on, { 'to-revision': '0' })).toMatchObject({
      warnings: [expect.stringContaining('Not held: the digest of agent:v4')],
    });
    expect(held(on)).toEqual([]);
    const again = await updated({ resolve: full });
    await renamed(again, 'agent:v4');
    const digest = `sha256:${'9'.repeat(64)}`;
    for (const pod of again.cluster.objectsOf(Pod)) {
      const containerStatuses = [{ name: 'api', ready: true, imageID: `agent@${digest}` }];
      again.cluster.put(Pod, { ...pod, status: { ...(pod['status'] as object), containerStatuses } });
    }
    await undo(again);
    expect(leaseOf(again).holds?.list).toEqual([expect.objectContaining({ digest, image: 'agent:v4' })]);
  });

  it('of a StatefulSet holds too; no record of a rollback is made of it', async () => {
    const on = await updated();
    const set = workload('statefulset', { replicas: 1, template: template({ api: next }) });
    on.cluster.put(StatefulSet, set);
    for (const [number, image] of [
      [1, old],
      [2, next],
    ] as const) {
      const revision = controllerRevision(number, { api: image });
      on.cluster.put(ControllerRevision, {
        ...revision,
        metadata: { ...revision.metadata, labels: { app: 'agent', 'controller-revision-hash': `h${number}` } },
      });
    }
    // Nothing replaces its pods here, so it is not available in time; what was taken back stays held.
    expect(await undo(on, { workloads: 'statefulset/agent', 'rollout-timeout': '5s' })).toMatchObject({ writes: [expect.anything()] });
    expect(held(on)).toEqual([digestIn(next)]);
    expect(leaseOf(on).rollback).toBeUndefined();
  });

  it('leaves holds that cannot be read as they are', async () => {
    const on = await updated();
    const lease = on.cluster.find(Lease, leaseName('agent'));
    if (lease === undefined) throw new Error('There is no Lease.');
    on.cluster.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations: { ...lease.metadata.annotations, [holdsKey]: '{' } } });
    // Nobody can say whether the earlier revision is held, and no doubt stops a way back.
    expect(await undo(on)).toMatchObject({
      outcome: 'done',
      warnings: expect.arrayContaining([expect.stringContaining('cannot be read')]),
    });
    expect(imageNow(on)).toBe(old);
    expect(leaseOf(on).holds?.unreadable).toBe(true);
  });

  it('goes on where the registry does not say what is behind the tag of the earlier revision, and says so', async () => {
    const on = await updated({ resolve: full });
    await renamed(on, 'agent:v3');
    await renamed(on, 'agent:v4', 'agent:v3');
    const lease = on.cluster.find(Lease, leaseName('agent'));
    if (lease === undefined) throw new Error('There is no Lease.');
    const hold = {
      environment: 'shop',
      digest: `sha256:${'9'.repeat(64)}`,
      who: 'x',
      why: 'old',
      run: 'r',
      at: '2024-01-01T00:00:00Z',
      by: 'rollback',
    };
    const annotations = { ...lease.metadata.annotations, [holdsKey]: JSON.stringify([hold]) };
    on.cluster.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations } });
    const silent = { resolve: () => Promise.resolve({ is: 'not-checked', reason: 'it gave no answer' } as const) };
    const world = { ...on.world, registry: { ...on.world.registry, ...silent } };
    const result = await on.clock.until(executeStage(stagePlan({ operation: 'undo' }), world));
    expect(result).toMatchObject({
      outcome: 'done',
      warnings: expect.arrayContaining([expect.stringContaining('Not checked: whether that was taken back before.')]),
    });
    expect(imageNow(on)).toBe('agent:v3');
    // Forward again, the same doubt stops.
    expect(await refusal(on, executeStage(deployPlan({ images: 'api: agent:v5' }), world))).toBe('REGISTRY_UNCHECKED');
  });
});
