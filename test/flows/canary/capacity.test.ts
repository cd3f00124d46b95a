import { describe, expect, it } from '@jest/globals';
import { Deployment, HorizontalPodAutoscaler, Lease, PodDisruptionBudget, ScaledObject } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { readLease } from '../../../src/domain/rollout/lease.ts';
import { Failure } from '../../../src/failure.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import type { CanaryResult } from '../../../src/flows/canary/result.ts';
import { takeBack } from '../../../src/flows/canary/take-back.ts';
import { hpa, kedaHpa, scaledObject } from '../../domain/capacity/autoscalers.ts';
import { dyingAfter } from '../dying-after.ts';
import type { Call } from '../memory-cluster/cluster.ts';
import { conflict, forbidden, refused } from '../memory-cluster/failures.ts';
import { weightWritten } from '../operations/on-shop.ts';
import { standingStill } from '../operations/standing-still.ts';
import { digest, newImage, oldImage, planOf, type Shop, shop } from './shop.ts';

const stages = '25@1m 50@1m 100@1m';
const run = (on: Shop, inputs: Readonly<Record<string, string>> = {}) => ended(on, executeCanary(planOf({ stages, ...inputs }), on.world));

/** Without the one warning that the route of these tests always gets. */
async function ended(on: Shop, running: Promise<CanaryResult>): Promise<CanaryResult> {
  const result = await on.clock.until(running);
  return { ...result, warnings: result.warnings.filter((warning) => !warning.startsWith('No header route')) };
}

/** Stable has four pods, and its autoscaler would let it have two. */
function scaled(behaviours = {}, object: KubernetesObject = hpa('agent', { minReplicas: 2 })): Shop {
  const on = shop(behaviours);
  on.cluster.put(HorizontalPodAutoscaler, object);
  return on;
}

const specOf = (on: Shop, name: string) =>
  on.cluster.find(HorizontalPodAutoscaler, name)?.['spec'] as { readonly minReplicas: number; readonly maxReplicas: number } | undefined;
const leaseOf = (on: Shop) => {
  const object = on.cluster.find(Lease, 'wf-deploy-agent');
  return object === undefined ? undefined : readLease(object);
};
const about = (on: Shop): readonly string[] =>
  on.cluster.writes().filter((write) => /Autoscaler|ScaledObject|HTTPRoute|Deployment agent-canary/.test(write));
/** The next release, by another process on the same cluster. */
const successor = (on: Shop, inputs: Readonly<Record<string, string>>) =>
  executeCanary(planOf(inputs), { ...on.world, run: { ...on.world.run, holder: 'run-2' } });
/** Nothing of a rollout is left. */
const lawful = (on: Shop) => [
  specOf(on, 'agent')?.minReplicas,
  specOf(on, 'wf-deploy-agent'),
  on.weight(),
  on.replicas('agent-canary') ?? 0,
];
const asBefore = [2, undefined, 0, 0];

describe("stable's autoscaler during a rollout", () => {
  it('may not scale stable down from before the first user to after the last one, and the canary has one like it from 50 % on', async () => {
    const on = scaled();
    const seen: string[] = [];
    const { reacting } = on.cluster;
    on.cluster.reacting = (object) => {
      reacting(object);
      if (object.kind === 'HTTPRoute')
        seen.push(`${on.weight()} %: ${specOf(on, 'agent')?.minReplicas}, ${specOf(on, 'wf-deploy-agent')?.minReplicas}`);
    };
    expect(await run(on)).toMatchObject({ outcome: 'promoted' });
    expect(seen).toEqual(['0 %: 2, undefined', '25 %: 4, undefined', '50 %: 4, 2', '100 %: 4, 4', '50 %: 4, 4', '0 %: 4, 4']);
    expect(lawful(on)).toEqual(asBefore);
    expect(about(on)).toEqual([
      'replace HTTPRoute agent',
      'create Deployment agent-canary',
      'patch Deployment agent-canary',
      'patch HorizontalPodAutoscaler agent',
      'replace HTTPRoute agent',
      'patch Deployment agent-canary',
      'apply HorizontalPodAutoscaler wf-deploy-agent',
      'replace HTTPRoute agent',
      'patch Deployment agent-canary',
      'apply HorizontalPodAutoscaler wf-deploy-agent',
      'replace HTTPRoute agent',
      'replace HTTPRoute agent',
      'replace HTTPRoute agent',
      'delete HorizontalPodAutoscaler wf-deploy-agent',
      'patch Deployment agent-canary',
      'patch HorizontalPodAutoscaler agent',
    ]);
    expect(leaseOf(on)).toMatchObject({ holder: '', rollout: { phase: 'resting' }, capacity: { pins: [], copied: false } });
  });

  it('is put back when the canary is taken back', async () => {
    const on = scaled({ [newImage]: { errors: 0.1 } });
    expect(await run(on, { stages: '50@1m 100@1m' })).toMatchObject({ outcome: 'rolled-back', warnings: [] });
    expect(lawful(on)).toEqual(asBefore);
  });

  it('is put back when the run is cancelled', async () => {
    const on = scaled();
    const running = executeCanary(planOf({ stages }), on.world);
    await on.clock.pass(90);
    expect(specOf(on, 'agent')?.minReplicas).toBe(4);
    on.cancel('SIGINT');
    expect(await ended(on, running)).toMatchObject({ outcome: 'aborted' });
    expect(lawful(on)).toEqual(asBefore);
  });

  it('is kept by the size that stable has when users come, not by the one that it had at the preflight', async () => {
    const on = scaled();
    const { reacting } = on.cluster;
    on.cluster.reacting = (object) => {
      reacting(object);
      const stable = on.cluster.find(Deployment, 'agent');
      if (object.metadata.name !== 'agent-canary' || stable === undefined) return;
      on.cluster.put(Deployment, { ...stable, spec: { ...(stable['spec'] as object), replicas: 6 } });
    };
    const seen: (number | undefined)[] = [];
    on.cluster.failing = ({ verb, kind }) =>
      void (verb === 'replace' && kind === 'HTTPRoute' && seen.push(specOf(on, 'agent')?.minReplicas));
    await run(on);
    expect(seen.slice(0, 2)).toEqual([2, 6]);
  });

  it('that is high enough already is not touched', async () => {
    const on = scaled({}, hpa('agent', { minReplicas: 4 }));
    expect(await run(on, { stages: '25@1m', promote: 'false' })).toMatchObject({ outcome: 'analysed' });
    expect(about(on).filter((write) => write.includes('Autoscaler'))).toEqual([]);
    expect(leaseOf(on)?.capacity).toBeUndefined();
  });

  it('whose minimum someone changes in the middle keeps theirs, and the report says so', async () => {
    const on = scaled();
    const running = executeCanary(planOf({ stages }), on.world);
    await on.clock.pass(90);
    on.cluster.put(HorizontalPodAutoscaler, hpa('agent', { minReplicas: 7 }));
    const result = await ended(on, running);
    expect([result.outcome, specOf(on, 'agent')?.minReplicas]).toEqual(['promoted', 7]);
    expect(result.warnings).toEqual([
      'HorizontalPodAutoscaler agent: someone else set minReplicas to 7 during the run, and that stays (before the run: 2).',
    ]);
    expect(leaseOf(on)?.capacity).toEqual({ pins: [], copied: false });
  });

  it('that someone deletes in the middle stays deleted', async () => {
    const on = scaled();
    const running = executeCanary(planOf({ stages }), on.world);
    await on.clock.pass(90);
    on.cluster.remove(HorizontalPodAutoscaler, 'agent');
    expect(await ended(on, running)).toMatchObject({
      outcome: 'promoted',
      warnings: ['HorizontalPodAutoscaler agent is gone: its minimum was not put back.'],
    });
  });

  it('that refuses to be put back leaves it to the next run, and says so', async () => {
    const on = scaled();
    on.cluster.failing = ({ verb, kind }) =>
      verb === 'patch' && kind === 'HorizontalPodAutoscaler' && specOf(on, 'agent')?.minReplicas === 4 ? forbidden() : undefined;
    const result = await run(on);
    expect([result.outcome, specOf(on, 'agent')?.minReplicas]).toEqual(['promoted', 4]);
    expect(result.warnings).toEqual([
      "Stable's minimum was not put back: HorizontalPodAutoscaler agent: minReplicas 2 (during the run: 4) (The account may not do that). The next run tries again.",
    ]);
    expect(leaseOf(on)).toMatchObject({ holder: '', rollout: { phase: 'promoted' }, capacity: { pins: [{ name: 'agent' }] } });
    on.cluster.failing = () => undefined;
    await run(on, { image: oldImage });
    expect(lawful(on)).toEqual(asBefore);
  });

  it("is put back where the canary's pods cannot be taken away, and both are told", async () => {
    const on = scaled();
    on.cluster.failing = ({ verb, kind, name, write }) =>
      verb === 'patch' && kind === 'Deployment' && name === 'agent-canary' && JSON.stringify(write).includes('"/spec/replicas","value":0')
        ? refused('A policy forbids 0 replicas.')
        : undefined;
    const result = await run(on, { stages: '25@1m 100@1m' });
    expect([result.outcome, ...lawful(on)]).toEqual(['promoted', 2, undefined, 0, 4]);
    expect(result.warnings).toEqual(["The canary's pods were not taken away: A policy forbids 0 replicas. The next run tries again."]);
    expect(leaseOf(on)).toMatchObject({ holder: '', rollout: { phase: 'promoted' } });
    on.cluster.failing = () => undefined;
    await run(on, { image: oldImage });
    expect(lawful(on)).toEqual(asBefore);
  });

  it('is written again after a conflict, which its controller makes all the time', async () => {
    const on = scaled();
    let conflicts = 0;
    on.cluster.failing = ({ verb, kind, name }) => {
      if (verb !== 'patch' || kind !== 'HorizontalPodAutoscaler' || conflicts > 2) return undefined;
      conflicts += 1;
      const found = on.cluster.find(HorizontalPodAutoscaler, name);
      if (found !== undefined) on.cluster.put(HorizontalPodAutoscaler, { ...found, status: { currentReplicas: conflicts } });
      return undefined;
    };
    expect(await run(on)).toMatchObject({ outcome: 'promoted' });
    expect([conflicts, ...lawful(on)]).toEqual([3, ...asBefore]);
  });
});

describe("the canary's autoscaler", () => {
  it('is deleted as it was read, and read again where its controller has written since', async () => {
    const on = scaled();
    let meddled = 0;
    on.cluster.failing = ({ verb, kind }) =>
      verb === 'delete' && kind === 'HorizontalPodAutoscaler' && ++meddled < 3 ? conflict('Written since.') : undefined;
    expect(await run(on)).toMatchObject({ outcome: 'promoted' });
    expect([meddled, ...lawful(on)]).toEqual([3, ...asBefore]);
  });

  it.each(['get', 'delete'])('of a successor stays: of a run that slept right before its %s', async (verb) => {
    const on = scaled();
    let leaving = false;
    const slow = standingStill(on.world, (call) => {
      leaving ||= on.weights.at(-1) === 0 && on.weights.includes(50) && leaseOf(on)?.rollout?.phase === 'emptying';
      return leaving && call === `${verb} HorizontalPodAutoscaler`;
    });
    const first = executeCanary(planOf({ stages: '50@1m', promote: 'false' }), slow.world);
    await on.clock.until(slow.isStopped);
    const second = successor(on, { image: digest('3'), stages: '60@10m', promote: 'false' });
    await on.clock.until(weightWritten(on, 60));
    await on.clock.pass(5);
    slow.goOn();
    expect(await on.clock.until(first)).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST' });
    expect([on.weight(), specOf(on, 'wf-deploy-agent')]).toMatchObject([60, {}]);
    await on.clock.until(second);
    expect(specOf(on, 'wf-deploy-agent')).toBeUndefined();
  });
});

describe('KEDA', () => {
  it('is told by its own object, and its autoscaler is neither written nor copied', async () => {
    const on = scaled({}, kedaHpa);
    on.cluster.put(ScaledObject, scaledObject({ minReplicaCount: 1, idleReplicaCount: 0 }));
    const during: unknown[] = [];
    on.cluster.failing = ({ verb, kind }) =>
      void (verb === 'replace' && kind === 'HTTPRoute' && during.push(on.cluster.find(ScaledObject, 'agent')?.['spec']));
    expect(await run(on)).toMatchObject({ outcome: 'promoted' });
    expect(during[1]).toMatchObject({ minReplicaCount: 4 });
    expect(during[1]).not.toHaveProperty('idleReplicaCount');
    expect(on.cluster.find(ScaledObject, 'agent')?.['spec']).toMatchObject({ minReplicaCount: 1, idleReplicaCount: 0 });
    expect(on.cluster.writes().filter((write) => write.includes('Autoscaler'))).toEqual([]);
  });

  it('that is paused has no autoscaler, is found by what it scales, and left as it is', async () => {
    const on = shop();
    on.cluster.put(ScaledObject, scaledObject({ minReplicaCount: 1 }, { 'autoscaling.keda.sh/paused': 'true' }));
    const { outcome, notes } = await run(on);
    expect(outcome).toBe('promoted');
    expect(notes).toContain("ScaledObject agent is paused, so that KEDA leaves stable's size alone.");
    expect(notes).toContain('The canary has no autoscaler: KEDA scales stable alone (ScaledObject agent).');
    expect(on.cluster.writes().filter((write) => /Autoscaler|ScaledObject/.test(write))).toEqual([]);
  });

  it('that has not made its autoscaler yet is pinned all the same', async () => {
    const on = shop();
    on.cluster.put(ScaledObject, scaledObject({ minReplicaCount: 1 }));
    expect(await run(on)).toMatchObject({ outcome: 'promoted' });
    expect(on.cluster.writes().filter((write) => write.includes('ScaledObject'))).toHaveLength(2);
    expect(on.cluster.find(ScaledObject, 'agent')?.['spec']).toMatchObject({ minReplicaCount: 1 });
  });

  it('that is for a canary which is not there yet is refused before anything is written', async () => {
    const on = shop();
    const object = scaledObject({ scaleTargetRef: { name: 'agent-canary' }, minReplicaCount: 0 });
    on.cluster.put(ScaledObject, { ...object, metadata: { ...object.metadata, name: 'canary' } });
    await expect(run(on)).rejects.toThrow('ScaledObject canary sets the size of the canary, Deployment agent-canary');
    expect(on.cluster.writes()).toEqual([]);
  });

  it('that is not installed is no error; that may not be listed is said, and one that an autoscaler names is read', async () => {
    const notInstalled = shop();
    notInstalled.cluster.failing = ({ verb, kind }) =>
      verb === 'list' && kind === 'ScaledObject' ? new Failure('CLUSTER_NOT_FOUND', 'Not found.', '') : undefined;
    expect(await run(notInstalled)).toMatchObject({ outcome: 'promoted', warnings: [] });

    const on = scaled({}, kedaHpa);
    on.cluster.put(ScaledObject, scaledObject({ minReplicaCount: 1 }));
    on.cluster.failing = ({ verb, kind }) => (verb === 'list' && kind === 'ScaledObject' ? forbidden() : undefined);
    on.cluster.allows = (review) => {
      const { resource, verb } = (review['spec'] as { readonly resourceAttributes: Readonly<Record<string, string>> }).resourceAttributes;
      return !(resource === 'scaledobjects' && verb === 'list');
    };
    const { notes, warnings } = await run(on);
    expect(notes.join()).toContain('ScaledObject agent: minReplicaCount 4');
    expect(warnings).toEqual([expect.stringMatching(/^Not checked for lack of permission: .*scaledobjects/)]);
  });
});

/** A run that is killed when it has made so many writes, and the calls of it that were carried out. */
async function killedAfter(on: Shop, writes: number): Promise<boolean> {
  let over = false;
  void executeCanary(planOf({ stages }), { ...on.world, cluster: dyingAfter(on.cluster, writes) }).then(() => {
    over = true;
  });
  await on.clock.pass(600);
  return over;
}

describe('a run that is killed', () => {
  it('after any of its writes leaves nothing that `post` does not put back, and nothing that the next run does not', async () => {
    const kills = { post: 0, next: 0 };
    for (let writes = 1; ; writes += 1) {
      const on = scaled();
      if (await killedAfter(on, writes)) break;
      kills.post += 1;
      await on.clock.until(
        takeBack(planOf({ stages }), { holder: 'run-1', open: 'true' }, { ...on.world, run: { ...on.world.run, holder: 'post-1' } }),
      );
      expect([writes, ...lawful(on), leaseOf(on)?.holder]).toEqual([writes, ...asBefore, '']);
      expect(leaseOf(on)?.capacity ?? { pins: [], copied: false }).toEqual({ pins: [], copied: false });
    }
    for (let writes = 1; writes <= kills.post; writes += 1) {
      const on = scaled();
      await killedAfter(on, writes);
      kills.next += 1;
      const next = { ...on.world, run: { ...on.world.run, holder: 'run-2' } };
      expect(await ended(on, executeCanary(planOf({ stages, image: digest('3') }), next))).toMatchObject({
        outcome: 'promoted',
        warnings: [],
      });
      expect([writes, ...lawful(on), leaseOf(on)?.holder]).toEqual([writes, ...asBefore, '']);
    }
    // Renewals of the Lease come between, so that the number is not a fixed one.
    expect(kills.post).toBeGreaterThan(25);
    expect(kills.next).toBe(kills.post);
  }, 60_000);
});

describe('the preflight', () => {
  const refused = async (on: Shop): Promise<string> => await run(on).then(String, (error: { readonly what: string }) => error.what);

  it('refuses two autoscalers of one Deployment, and one of the canary, before anything is written', async () => {
    const on = scaled();
    on.cluster.put(HorizontalPodAutoscaler, hpa('agent-too'));
    on.cluster.put(HorizontalPodAutoscaler, hpa('canary', {}, { target: 'agent-canary' }));
    expect(await refused(on)).toMatch(
      /2 problems were found.*2 autoscalers set the size of Deployment agent.*sets the size of the canary/s,
    );
    expect(on.cluster.writes().filter((write) => !write.includes('SelfSubjectAccessReview'))).toEqual([]);
  });

  it('asks for the right to change an autoscaler only where there is one', async () => {
    const asked = async (on: Shop): Promise<readonly string[]> => {
      await run(on);
      return on.cluster.calls.flatMap(({ write }: Call) => {
        if (write?.do !== 'create' || write.kind.kind !== 'SelfSubjectAccessReview') return [];
        const { resource, verb, name } = (write.object['spec'] as { readonly resourceAttributes: Readonly<Record<string, string>> })
          .resourceAttributes;
        return resource === 'horizontalpodautoscalers' ? [`${verb} ${name}`] : [];
      });
    };
    expect(await asked(shop())).toEqual(['list ']);
    expect(await asked(scaled())).toEqual([
      'list ',
      'get agent',
      'patch agent',
      'create ',
      'patch wf-deploy-agent',
      'delete wf-deploy-agent',
    ]);
  });

  it('warns of a PodDisruptionBudget that counts both arms, and of room that only load would need', async () => {
    const on = scaled();
    on.cluster.put(PodDisruptionBudget, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'keep', namespace: 'shop' },
      spec: { selector: {}, maxUnavailable: 1 },
    });
    const hard = { pods: '12' };
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'room', namespace: 'shop' }, spec: { hard } };
    on.cluster.put(
      { apiVersion: 'v1', kind: 'ResourceQuota', resource: 'resourcequotas' },
      { ...quota, status: { hard, used: { pods: '4' } } },
    );
    const { warnings } = await run(on);
    expect(warnings).toEqual([
      expect.stringContaining(
        'ResourceQuota room, pods: hard 12, used 4, needed 20 more for 20 pods of the canary agent-canary, which may grow to the maxReplicas of HorizontalPodAutoscaler agent, 20.',
      ),
      expect.stringContaining('PodDisruptionBudget keep (maxUnavailable 1) selects the pods of stable and of the canary'),
    ]);
  });
});
