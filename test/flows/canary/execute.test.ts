import { describe, expect, it } from '@jest/globals';
import { guardianKey } from '../../../src/domain/guardian/sign.ts';
import { Deployment, HTTPRoute, Job, Lease, Pod } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { readLease } from '../../../src/domain/rollout/lease.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import type { CanaryResult } from '../../../src/flows/canary/result.ts';
import { takeBack } from '../../../src/flows/canary/take-back.ts';
import { acquireLock } from '../../../src/flows/lock.ts';
import { waiting } from '../../domain/kubernetes/pods.ts';
import { routeWith } from '../../domain/traffic/httproute/fixtures.ts';
import { dyingAfter } from '../dying-after.ts';
import { commit, memoryForge } from '../lineage/forge.ts';
import { forbidden, refused, unreachable } from '../memory-cluster/failures.ts';
import { stage } from '../stand-ins.ts';
import { firstEpoch } from '../virtual-clock.ts';
import { digest, newImage, oldImage, planOf, type Shop, shop } from './shop.ts';

const run = (on: Shop, inputs: Readonly<Record<string, string>> = {}): Promise<CanaryResult> =>
  on.clock.until(executeCanary(planOf(inputs), on.world));
const leaseOf = ({ cluster }: Shop) => {
  const object = cluster.find(Lease, 'wf-deploy-agent');
  return object === undefined ? undefined : readLease(object);
};
const moved = (on: Shop): readonly string[] => on.cluster.writes().filter((write) => /HTTPRoute|Deployment/.test(write));

describe('a canary in a cluster', () => {
  it('that is good is promoted, in the order that is safe', async () => {
    const on = shop();
    const result = await run(on, { image: 'registry.example.com/agent:v2' });
    expect(result).toMatchObject({ outcome: 'promoted', image: newImage, previousImage: oldImage, weight: 0, code: undefined });
    expect(on.weights).toEqual([0, 25, 100, 50, 0]);
    expect([on.image('agent'), on.replicas('agent-canary')]).toEqual([newImage, 0]);
    expect(moved(on)).toEqual([
      'replace HTTPRoute agent',
      'create Deployment agent-canary',
      'patch Deployment agent-canary',
      'replace HTTPRoute agent',
      'patch Deployment agent-canary',
      'replace HTTPRoute agent',
      'patch Deployment agent',
      'replace HTTPRoute agent',
      'replace HTTPRoute agent',
      'patch Deployment agent-canary',
    ]);
    expect(leaseOf(on)).toMatchObject({
      holder: '',
      epoch: firstEpoch,
      lastKnownGood: newImage,
      evidence: { image: newImage },
      rollout: { phase: 'resting', weight: 0 },
    });
    expect(result.stages.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual(
      ['1/2 pass', '2/2 pass', 'promoting pass', 'returning pass'].map((each) =>
        expect.stringMatching(each.replace('promoting pass', 'promoting')),
      ),
    );
    expect(on.handedOver).toEqual([{ holder: 'run-1', open: 'true' }, { open: 'false' }]);
    expect(on.alerts).toEqual([]);
  });

  it('says before it begins what replaces what, and for how many pods', async () => {
    const on = shop();
    await run(on, { 'dry-run': 'true' });
    expect(on.lines.slice(0, 5)).toEqual([
      'canary of shop/agent',
      `  image    ${newImage}`,
      `  replaces ${oldImage}`,
      expect.stringMatching(/^ {2}stages {3}\S+ .*, then stable gets the image$/),
      '  stable   4 pods',
    ]);
  });

  it('that fails is taken back, and stable is never touched', async () => {
    const on = shop({ [newImage]: { errors: 0.05 } });
    const result = await run(on);
    expect(result).toMatchObject({
      outcome: 'rolled-back',
      code: 'CRITERIA_FAILED',
      weight: 0,
      reason: expect.stringContaining('error-rate 5 %'),
    });
    expect([on.weights, on.image('agent'), on.replicas('agent-canary')]).toEqual([[0, 25, 0], oldImage, 0]);
    expect(leaseOf(on)).toMatchObject({ holder: '', rollout: { phase: 'resting' } });
    expect(leaseOf(on)?.evidence).toBeUndefined();
    expect(on.alerts).toMatchObject([{ severity: 'warning', title: 'agent: rolled-back', facts: { image: newImage, weight: '0' } }]);
  });

  it('with `promote: false` leaves its evidence and nothing else', async () => {
    const on = shop();
    expect(await run(on, { promote: 'false', stages: '25@1m' })).toMatchObject({ outcome: 'analysed', weight: 0 });
    expect([on.weights, on.image('agent')]).toEqual([[0, 25, 0], oldImage]);
    expect(leaseOf(on)).toMatchObject({ evidence: { image: newImage } });
    expect(leaseOf(on)?.lastKnownGood).toBeUndefined();
  });

  it('whose image cannot be pulled gets no user', async () => {
    const on = shop({ [newImage]: { never: { containerStatuses: [waiting('ImagePullBackOff', 'manifest unknown')] } } });
    expect(await run(on)).toMatchObject({
      outcome: 'rolled-back',
      code: 'ROLLOUT_FAILED',
      reason: expect.stringContaining('manifest unknown'),
    });
    expect([on.weights, on.replicas('agent-canary')]).toEqual([[0], 0]);
  });

  it('beside a third backend is told its share as a person reads it', async () => {
    const on = shop();
    const backendRefs = Object.entries({ agent: 75, 'agent-canary': 0, other: 25 }).map(([name, weight]) => ({ name, port: 80, weight }));
    on.cluster.put(HTTPRoute, routeWith([{ backendRefs }]));
    const { writes } = await run(on);
    expect(writes.map(({ what }) => what)).toContain('route agent: canary 25.3 %, stable 74.7 %');
  });

  it('whose smoke check fails gets no user', async () => {
    const on = shop({}, { probe: () => ({ is: 'answer', status: 500, body: '' }) });
    expect(await run(on, { smoke: '- http: /health' })).toMatchObject({ outcome: 'rolled-back', code: 'SMOKE_FAILED' });
    expect(on.weights).toEqual([0]);
  });

  it('that stable does not take gives stable its old image before a user is sent there', async () => {
    const on = shop();
    const control = on.cluster.reacting;
    on.cluster.reacting = (object) => {
      control(object);
      if (object.kind !== 'Deployment' || object.metadata.name !== 'agent' || on.image('agent') !== newImage) return;
      const conditions = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' }];
      on.cluster.put(Deployment, {
        ...object,
        status: {
          observedGeneration: object.metadata.generation,
          replicas: 4,
          updatedReplicas: 1,
          readyReplicas: 3,
          availableReplicas: 3,
          conditions,
        },
      });
    };
    expect(await run(on)).toMatchObject({ outcome: 'rolled-back', reason: expect.stringContaining('exceeded quota') });
    expect([on.weights, on.image('agent')]).toEqual([[0, 25, 100, 0], oldImage]);
  });
});

describe('a canary with pods at rest', () => {
  const wished = { 'canary-at-rest': '1', stages: '25@1m 100@1m' };

  it.each([
    ['promoted', {}],
    ['analysed', { promote: 'false' }],
  ])('that was %s keeps them, and the next run begins with them', async (outcome, more) => {
    const on = shop();
    expect(await run(on, { ...wished, ...more })).toMatchObject({ outcome, weight: 0 });
    expect([on.replicas('agent-canary'), on.image('agent-canary'), on.weight()]).toEqual([1, newImage, 0]);
    expect(leaseOf(on)).toMatchObject({ holder: '', rollout: { phase: 'resting' } });
    expect(await run(on, { ...wished, image: digest('3') })).toMatchObject({ outcome: 'promoted' });
    expect([on.replicas('agent-canary'), on.image('agent-canary'), on.image('agent')]).toEqual([1, digest('3'), digest('3')]);
  });

  it('that failed keeps none', async () => {
    const on = shop({ [newImage]: { errors: 0.05 } });
    expect(await run(on, wished)).toMatchObject({ outcome: 'rolled-back' });
    expect(on.replicas('agent-canary')).toBe(0);
  });

  it('has no more of them than that, though an autoscaler has added some, and they go only while the Lease is ours', async () => {
    const on = shop();
    const { reacting } = on.cluster;
    let before: readonly string[] = [];
    on.cluster.reacting = (object) => {
      reacting(object);
      const canary = on.cluster.find(Deployment, 'agent-canary');
      // One pod is ordered in each stage, and its autoscaler makes it three.
      if (object.kind === 'HTTPRoute' && canary !== undefined && on.weight() > 0)
        on.cluster.put(Deployment, { ...canary, spec: { ...(canary['spec'] as object), replicas: 3 } });
      if (object.metadata.name === 'agent-canary' && on.weight() === 0)
        before = on.cluster.calls.slice(-3).map(({ verb, kind }) => `${verb} ${kind}`);
    };
    expect(await run(on, { ...wished, stages: '25@1m', promote: 'false' })).toMatchObject({ outcome: 'analysed' });
    expect(on.replicas('agent-canary')).toBe(1);
    expect(before).toEqual(['get Deployment', 'patch Lease', 'patch Deployment']);
  });

  it('that somebody deleted needs none', async () => {
    const on = shop();
    const { reacting } = on.cluster;
    on.cluster.reacting = (object) => {
      reacting(object);
      if (object.kind === 'HTTPRoute' && on.weight() === 0) on.cluster.remove(Deployment, 'agent-canary');
    };
    expect(await run(on, wished)).toMatchObject({ outcome: 'promoted' });
    expect(on.cluster.find(Deployment, 'agent-canary')).toBeUndefined();
    expect(leaseOf(on)).toMatchObject({ holder: '', rollout: { phase: 'resting' } });
  });

  it('whose run is killed after any of its writes comes to rest by `post`, and the next run leaves what is wished', async () => {
    for (let writes = 1; ; writes += 1) {
      const on = shop();
      let over = false;
      void executeCanary(planOf(wished), { ...on.world, cluster: dyingAfter(on.cluster, writes) }).then(() => {
        over = true;
      });
      await on.clock.pass(600);
      if (over) {
        expect(writes).toBeGreaterThan(20);
        break;
      }
      const promoted = ['promoted', 'resting'].includes(leaseOf(on)?.rollout?.phase ?? '');
      const post = { ...on.world, run: { ...on.world.run, holder: 'post-1' } };
      await on.clock.until(takeBack(planOf(wished), { holder: 'run-1', open: 'true' }, post));
      const pods = on.replicas('agent-canary');
      expect([writes, on.weight(), leaseOf(on)?.holder ?? '', pods ?? 0]).toEqual([writes, 0, '', promoted ? 1 : 0]);
      const next = stage({ holder: 'run-2', query: on.world.metrics.query, resolve: on.world.registry.resolve }, on);
      expect(await on.clock.until(executeCanary(planOf({ ...wished, image: digest('3') }), next.world))).toMatchObject({
        outcome: 'promoted',
      });
      expect([writes, on.replicas('agent-canary'), on.image('agent')]).toEqual([writes, 1, digest('3')]);
    }
  });
});

describe('before anything is written', () => {
  it('a dry run says the plan and writes nothing', async () => {
    const on = shop();
    expect(await run(on, { 'dry-run': 'true' })).toMatchObject({ outcome: 'not-started', dryRun: true, writes: [] });
    expect(moved(on)).toEqual([]);
    expect(leaseOf(on)).toBeUndefined();
    expect(on.lines.join('\n')).toContain('25@1m 100@1m, then stable gets the image');
  });

  it('the image that stable runs already is nothing to do, but to take away the guardian of a run that died before its last steps', async () => {
    const on = shop();
    await run(on);
    const lease = on.cluster.find(Lease, 'wf-deploy-agent');
    if (lease === undefined) throw new Error('There is no Lease.');
    const annotations = {
      ...lease.metadata.annotations,
      [guardianKey]: JSON.stringify({ is: 'watching', pod: 'p', epoch: firstEpoch, beat: '1' }),
    };
    const spec = { ...(lease['spec'] as object), holderIdentity: 'dead' };
    on.cluster.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations }, spec });
    on.cluster.put(Job, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'wf-deploy-guardian-agent', uid: 'u' } });
    expect(await run(on)).toMatchObject({ outcome: 'promoted', reason: expect.stringContaining('already') });
    expect(on.cluster.find(Job, 'wf-deploy-guardian-agent')).toBeUndefined();
    expect(leaseOf(on)).toMatchObject({ holder: '' });
    const before = on.cluster.writes().length;
    await run(on);
    expect(
      on.cluster
        .writes()
        .slice(before)
        .filter((each) => !/SelfSubject/.test(each)),
    ).toEqual([]);
  });

  it('that image as the next commit needs no right to Jobs where no guardian is wanted', async () => {
    const on = shop({}, { forge: memoryForge(), commit: commit(60) });
    on.cluster.failing = ({ kind }) => (kind === 'Job' ? forbidden() : undefined);
    const inputs = { 'github-token': 't' };
    expect(await run(on, inputs)).toMatchObject({ outcome: 'promoted' });
    const settings = { query: on.world.metrics.query, resolve: on.world.registry.resolve, forge: on.world.forge, commit: commit(61) };
    const next = stage({ holder: 'run-2', ...settings }, on);
    expect(await on.clock.until(executeCanary(planOf(inputs), next.world))).toMatchObject({
      outcome: 'promoted',
      reason: expect.stringContaining('already'),
    });
    expect(leaseOf(on)).toMatchObject({ holder: '', epoch: firstEpoch + 1, deployed: { newest: commit(61) } });
    expect(next.handedOver.at(-1)).toEqual({ open: 'false' });
  });

  it('the image that stable runs already is nothing to do', async () => {
    const on = shop();
    expect(await run(on, { image: oldImage })).toMatchObject({ outcome: 'promoted', reason: expect.stringContaining('already') });
    expect(moved(on)).toEqual([]);
  });

  it('a promotion without evidence tells that with everything else', async () => {
    const on = shop();
    on.cluster.remove(HTTPRoute, 'agent');
    const plan = { ...planOf(), action: 'promote' as const, image: undefined, requireEvidence: true };
    await expect(on.clock.until(executeCanary(plan, on.world))).rejects.toMatchObject({
      code: 'PREFLIGHT_FAILED',
      what: expect.stringMatching(/^2 problems were found[\s\S]*No canary of agent has passed[\s\S]*HTTPRoute shop\/agent is not there/),
    });
  });

  it('all problems are told at once', async () => {
    const on = shop({}, { resolve: () => Promise.resolve({ is: 'missing' }), query: () => Promise.resolve([]) });
    on.cluster.remove(HTTPRoute, 'agent');
    await expect(run(on)).rejects.toMatchObject({
      code: 'PREFLIGHT_FAILED',
      what: expect.stringMatching(
        /^3 problems were found[\s\S]*HTTPRoute shop\/agent is not there[\s\S]*The registry has no image[\s\S]*Stable cannot be measured/,
      ),
    });
    expect([moved(on), on.handedOver]).toEqual([[], []]);
  });

  it('a cluster that cannot be reached is told as that', async () => {
    const on = shop();
    on.cluster.failing = unreachable;
    await expect(run(on)).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
  });

  it.each([
    ['a rolling update', { rolling: { phase: 'writing', key: 'k', run: 'run-0', since: 'then' } }, 'half done by the run run-0'],
    [
      'a switch between colours',
      {
        blueGreen: {
          phase: 'switching',
          operation: 'deploy',
          from: 'blue',
          to: 'green',
          container: 'api',
          image: 'agent:2',
          before: { image: 'agent:1', replicas: 0 },
          serving: 2,
          run: 'run-0',
          since: 'then',
        },
      },
      'A switch of agent between its colours is in the phase `switching` (run-0).',
    ],
  ] as const)('begins nothing where %s was left half done, and gives the lock back', async (_, left, what) => {
    const on = shop();
    const dead = stage({ holder: 'run-0' }, on);
    const lock = await on.clock.until(acquireLock(dead.world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }));
    await lock.record(left);
    lock.stop();
    await expect(run(on)).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED', what: expect.stringContaining(what) });
    // Stable has the image because that one died half-way: it is not there yet.
    await expect(run(on, { image: oldImage })).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED', what: expect.stringContaining(what) });
    expect(moved(on)).toEqual([]);
    expect(leaseOf(on)).toMatchObject({ holder: '', ...left });
  });

  it('begins nothing where the record of a switch between colours cannot be read', async () => {
    const on = shop();
    on.cluster.put(Lease, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'wf-deploy-agent', namespace: 'shop', annotations: { 'wf-deploy.io/blue-green': '{' } },
      spec: { holderIdentity: '' },
    });
    await expect(run(on)).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED', what: expect.stringContaining('cannot be read') });
    expect([moved(on), leaseOf(on)?.holder]).toEqual([[], '']);
  });

  it('another run is waited for, and its lock is not taken', async () => {
    const on = shop();
    const other = stage({ holder: 'run-0' }, on);
    const lock = await on.clock.until(acquireLock(other.world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }));
    await expect(run(on, { 'lock-timeout': '90s' })).rejects.toMatchObject({ code: 'LOCK_HELD', what: expect.stringContaining('run-0') });
    expect(moved(on)).toEqual([]);
    lock.stop();
  });

  it('what stood there while a silent run had the lock is looked at again once it is ours', async () => {
    const on = shop();
    const silent = stage({ holder: 'run-0' }, on);
    const lock = await on.clock.until(acquireLock(silent.world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }));
    lock.stop();
    // It renews nothing any more, and writes all the same.
    void on.clock.sleep(20).then(() => {
      const stable = JSON.stringify(on.cluster.find(Deployment, 'agent'));
      on.cluster.put(Deployment, JSON.parse(stable.replaceAll(oldImage, digest('3'))) as KubernetesObject);
    });
    expect(await run(on)).toMatchObject({ outcome: 'promoted', previousImage: digest('3') });
    expect(leaseOf(on)).toMatchObject({ epoch: firstEpoch + 1 });
  });

  it('a cancel while it waits for the lock leaves everything as it was', async () => {
    const on = shop();
    const other = stage({ holder: 'run-0' }, on);
    const lock = await on.clock.until(acquireLock(other.world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }));
    const going = executeCanary(planOf(), on.world);
    await on.clock.pass(7);
    on.cancel('SIGINT');
    await expect(on.clock.until(going)).rejects.toMatchObject({
      code: 'CANCELLED',
      what: expect.stringContaining('before anything was written'),
    });
    expect(moved(on)).toEqual([]);
    lock.stop();
  });
});

describe('cancelled', () => {
  async function cancelledAfter(
    seconds: number,
    more: (on: Shop) => void = () => undefined,
  ): Promise<readonly [Shop, CanaryResult, number]> {
    const on = shop();
    const going = executeCanary(planOf(), on.world);
    await on.clock.pass(seconds);
    const at = on.clock.monotonic();
    more(on);
    on.cancel('SIGINT');
    const result = await on.clock.until(going);
    return [on, result, on.clock.monotonic() - at];
  }

  it('in a stage goes to weight 0 at once, and is done within eight seconds', async () => {
    const [on, result, took] = await cancelledAfter(40);
    expect(result).toMatchObject({ outcome: 'aborted', code: 'CANCELLED', weight: 0 });
    expect([on.weights, on.replicas('agent-canary')]).toEqual([[0, 25, 0], 0]);
    expect(took).toBeLessThanOrEqual(8);
  });

  it('twice changes nothing', async () => {
    const [on, result] = await cancelledAfter(40, (each) => void each.clock.sleep(1).then(() => each.cancel('SIGTERM')));
    expect(result).toMatchObject({ outcome: 'aborted', reason: 'The run was cancelled (SIGINT).' });
    expect(on.weights).toEqual([0, 25, 0]);
  });

  it('while the API server is silent keeps on until weight 0 is confirmed', async () => {
    const [on, result] = await cancelledAfter(40, (each) => {
      each.cluster.failing = ({ kind }) => (kind === 'HTTPRoute' ? unreachable() : undefined);
      void each.clock.sleep(25).then(() => {
        each.cluster.failing = () => undefined;
      });
      void each.clock.sleep(5).then(() => each.cancel('SIGTERM'));
    });
    expect(result).toMatchObject({ outcome: 'aborted', weight: 0 });
    expect(on.weights).toEqual([0, 25, 0]);
  });
});

describe('when things go wrong on the way', () => {
  it('an outage of the metric store of three minutes is survived', async () => {
    const on = shop();
    const query = on.world.metrics.query;
    let down = false;
    const going = on.clock.until(
      executeCanary(planOf({ stages: '25@3m', promote: 'false' }), {
        ...on.world,
        metrics: { query: (promql, signal) => (down ? Promise.reject(forbiddenMetrics()) : query(promql, signal)) },
      }),
    );
    void on.clock.sleep(60).then(() => {
      down = true;
    });
    void on.clock.sleep(240).then(() => {
      down = false;
    });
    expect(await going).toMatchObject({ outcome: 'analysed' });
  });

  it('a route that may not be written any more ends as unknown, keeps the lock and says so loudly', async () => {
    const on = shop({ [newImage]: { errors: 0.2 } });
    void on.clock.sleep(20).then(() => {
      on.cluster.failing = ({ kind, write }) => (kind === 'HTTPRoute' && write !== undefined ? forbidden() : undefined);
    });
    expect(await run(on)).toMatchObject({
      outcome: 'unknown',
      weight: undefined,
      reason: expect.stringContaining('Weight 0 could not be confirmed'),
    });
    expect(leaseOf(on)).toMatchObject({ holder: 'run-1', rollout: { phase: 'stages', weight: 25 } });
    expect(on.alerts).toMatchObject([{ severity: 'critical' }]);
    expect(on.handedOver).toEqual([{ holder: 'run-1', open: 'true' }, { alarmed: 'true' }]);
  });

  /** Writes another split as soon as the canary has 25 %, so many times. */
  function meddle(on: Shop, by: string, times: number, weight = 80): void {
    const accept = on.cluster.reacting;
    let left = times;
    on.cluster.reacting = (object) => {
      accept(object);
      if (object.kind !== 'HTTPRoute' || on.weight() !== 25 || left <= 0) return;
      left -= 1;
      void on.clock.sleep(5).then(() => {
        const route = on.cluster.find(HTTPRoute, 'agent');
        if (route === undefined) return;
        const spec = JSON.stringify(route['spec'])
          .replace('"weight":25', `"weight":${weight}`)
          .replace('"weight":75', `"weight":${100 - weight}`);
        const managedFields = [
          { manager: 'wf-deploy', time: '2026-03-01T10:00:00Z' },
          { manager: by, time: '2026-03-01T10:00:01Z' },
        ];
        accept(on.cluster.put(HTTPRoute, { ...route, metadata: { ...route.metadata, managedFields }, spec: JSON.parse(spec) }));
      });
    };
  }

  it.each([
    ['more weight', '\\"weight\\":100', [0, 25, 0]],
    ['its promotion', '\\"phase\\":\\"promoting\\"', [0, 25, 100, 0]],
  ])(
    'a canary that crashed while the API server was silent, after the look that allowed %s, does not get it',
    async (_, record, weights) => {
      const on = shop();
      let since: number | undefined;
      on.cluster.failing = ({ kind, write }) => {
        if (since === undefined && kind === 'Lease' && JSON.stringify(write ?? {}).includes(record)) {
          since = on.clock.monotonic();
          for (const pod of on.cluster.objectsOf(Pod).filter(({ metadata: { labels } }) => labels?.['owner'] === 'agent-canary'))
            on.cluster.put(Pod, { ...pod, status: { containerStatuses: [waiting('CrashLoopBackOff')] } });
        }
        return since !== undefined && on.clock.monotonic() < since + 50 ? unreachable() : undefined;
      };
      expect(await run(on)).toMatchObject({ outcome: 'rolled-back', code: 'ROLLOUT_FAILED', weight: 0 });
      expect([on.weights, on.cluster.writes().filter((write) => write === 'patch Deployment agent').length]).toEqual([
        weights,
        weights.includes(100) ? 1 : 0,
      ]);
      expect(on.image('agent')).toBe(oldImage);
    },
  );

  it('a stable whose pods crash under the users that it takes back, and are ready at each look, gets its old image back', async () => {
    const on = shop();
    const { reacting } = on.cluster;
    on.cluster.reacting = (object) => {
      reacting(object);
      if (object.kind !== 'HTTPRoute' || on.weight() !== 50 || on.image('agent') !== newImage) return;
      const [pod] = on.cluster.objectsOf(Pod).filter(({ metadata: { labels } }) => labels?.['owner'] === 'agent');
      const containerStatuses = [{ ...restartedOnce, restartCount: 2 }];
      if (pod !== undefined)
        void on.clock.sleep(1).then(() => on.cluster.put(Pod, { ...pod, status: { ...(pod['status'] as object), containerStatuses } }));
    };
    expect(await run(on)).toMatchObject({
      outcome: 'rolled-back',
      code: 'ROLLOUT_FAILED',
      reason: expect.stringMatching(/^Container `agent` of pod agent-2-1 ended with exit code 1, restarted 2 times/),
    });
    expect([on.image('agent'), on.weights]).toEqual([oldImage, [0, 25, 100, 50, 100, 0]]);
    expect(leaseOf(on)?.holds?.list).toMatchObject([{ by: 'crash' }]);
  });

  it('a stable that fails under its users gives them to the canary, also where its old image is refused', async () => {
    const on = shop({ [oldImage]: {} });
    const { reacting } = on.cluster;
    on.cluster.reacting = (object) => {
      reacting(object);
      if (object.kind !== 'HTTPRoute' || on.weight() !== 50 || on.image('agent') !== newImage) return;
      const [pod] = on.cluster.objectsOf(Pod).filter(({ metadata: { labels } }) => labels?.['owner'] === 'agent');
      if (pod !== undefined)
        on.cluster.put(Pod, {
          ...pod,
          status: { ...(pod['status'] as object), containerStatuses: [{ ...restartedOnce, restartCount: 2 }] },
        });
    };
    on.cluster.failing = ({ verb, kind, name, write }) =>
      verb === 'patch' && kind === 'Deployment' && name === 'agent' && JSON.stringify(write).includes(oldImage)
        ? refused('Policy.')
        : undefined;
    expect(await run(on)).toMatchObject({ outcome: 'unknown', reason: expect.stringContaining('the canary still carries the traffic') });
    expect([on.weight(), on.weights]).toEqual([100, [0, 25, 100, 50, 100]]);
  });

  it('pods that somebody takes away are no crash of their image: it goes back, and is not held', async () => {
    const on = shop();
    void on.clock.sleep(40).then(() => {
      for (const { metadata } of on.cluster.objectsOf(Pod).filter(({ metadata: { labels } }) => labels?.['owner'] === 'agent-canary'))
        on.cluster.remove(Pod, metadata.name);
    });
    expect(await run(on)).toMatchObject({ outcome: 'rolled-back', code: 'ROLLOUT_FAILED', reason: 'The canary has no pod any more.' });
    expect(leaseOf(on)?.holds).toBeUndefined();
  });

  it('drift by a person is noticed at the next look and undone', async () => {
    const on = shop();
    meddle(on, 'kubectl-edit', 1);
    expect(await run(on)).toMatchObject({
      outcome: 'rolled-back',
      code: 'DRIFT',
      reason: expect.stringContaining('80 % instead of 25 %'),
      weight: 0,
    });
    expect([on.weights, on.weight()]).toEqual([[0, 25, 80, 0], 0]);
  });

  it.each([1, 2])('a controller that reverts the weight %i times is answered, and the stage begins anew', async (times) => {
    const on = shop();
    meddle(on, 'argocd-controller', times, 0);
    expect(await run(on)).toMatchObject({ outcome: 'promoted' });
    expect(on.weights.filter((weight) => weight === 25)).toHaveLength(1 + times);
    expect(on.lines.join('\n')).toContain('route changed by `argocd-controller`: the canary has 0 % instead of 25 %');
  });

  /** Writes weight 0 so many times, between the look that allows more than 25 % and the write that orders it. */
  function meddleUnseen(on: Shop, by: string, times: number): void {
    let left = times;
    on.cluster.failing = ({ verb, kind, name }) => {
      const route = on.cluster.find(HTTPRoute, 'agent');
      if (verb !== 'replace' || kind !== 'HTTPRoute' || left <= 0 || on.weights.at(-1) !== 25 || route === undefined) return undefined;
      left -= 1;
      const spec = JSON.stringify(route['spec']).replace('"weight":25', '"weight":0').replace('"weight":75', '"weight":100');
      const managedFields = [{ manager: by, time: '2026-03-01T10:00:01Z' }];
      on.cluster.reacting(
        on.cluster.put(HTTPRoute, { ...route, metadata: { ...route.metadata, name, managedFields }, spec: JSON.parse(spec) }),
      );
      return undefined;
    };
  }

  it('the rescue of a person is never written over by a weight that was decided before it', async () => {
    const on = shop();
    meddleUnseen(on, 'kubectl-edit', 1);
    expect(await run(on)).toMatchObject({
      outcome: 'rolled-back',
      code: 'DRIFT',
      reason: 'The route was changed by `kubectl-edit` during the rollout: the canary has 0 % instead of 100 %.',
    });
    expect(on.weights).toEqual([0, 25, 0]);
  });

  it('nor by one that is tried again because its first write got no answer', async () => {
    const on = shop();
    meddleUnseen(on, 'kubectl-edit', 1);
    const meddling = on.cluster.failing;
    on.cluster.failing = (call) => {
      const before = on.weights.length;
      meddling(call);
      return on.weights.length > before ? unreachable() : undefined;
    };
    const reason = 'The route was changed by `kubectl-edit` during the rollout: the canary has 0 % instead of 100 %.';
    expect(await run(on)).toMatchObject({ outcome: 'rolled-back', code: 'DRIFT', reason });
    expect(on.weights).toEqual([0, 25, 0]);
  });

  it('a controller that wrote between look and write has fought once', async () => {
    const on = shop();
    meddleUnseen(on, 'argocd-controller', 1);
    expect(await run(on)).toMatchObject({ outcome: 'promoted' });
    expect(on.weights.slice(0, 4)).toEqual([0, 25, 0, 100]);
    expect(on.lines.join('\n')).toContain('route changed by `argocd-controller`: the canary has 0 % instead of 100 %');
  });

  it('the third fight ends the war by going back, and names who', async () => {
    const on = shop();
    meddle(on, 'argocd-controller', 99, 0);
    const result = await run(on);
    expect(result).toMatchObject({ outcome: 'rolled-back', code: 'DRIFT', weight: 0 });
    expect(result.reason).toMatch(/changed by `argocd-controller` during the rollout, for the third time: the canary has 0 %/);
    expect(on.weights.filter((weight) => weight === 25)).toHaveLength(3);
  });

  it('a war that is lost on the way back too is not known to have ended, and alerts', async () => {
    const on = shop({ [newImage]: { errors: 0.05 } });
    const accept = on.cluster.reacting;
    on.cluster.reacting = (object) => {
      accept(object);
      if (object.kind !== 'HTTPRoute' || on.weight() !== 0 || !on.weights.includes(25)) return;
      void on.clock.sleep(1).then(() => {
        const route = on.cluster.find(HTTPRoute, 'agent');
        const spec = JSON.stringify(route?.['spec']).replace('"weight":0', '"weight":40').replace('"weight":100', '"weight":60');
        const managedFields = [{ manager: 'flux', time: '2026-03-01T10:00:01Z' }];
        if (route === undefined) return;
        accept(on.cluster.put(HTTPRoute, { ...route, metadata: { ...route.metadata, managedFields }, spec: JSON.parse(spec) }));
      });
    };
    const result = await run(on);
    expect(result).toMatchObject({ outcome: 'unknown', weight: undefined });
    expect(result.reason).toContain('`flux`');
    // Its pods stay with the users that are sent to it.
    expect(on.replicas('agent-canary')).toBe(1);
    expect(on.alerts.at(-1)).toMatchObject({ severity: 'critical' });
  });

  it('a successor is not written over', async () => {
    const on = shop();
    let successor: Promise<unknown> | undefined;
    void on.clock.sleep(20).then(() => {
      const other = stage({ holder: 'run-9' }, on);
      successor = acquireLock(other.world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0, successorOf: 'run-1' }).then(
        (lock) => lock.stop(),
      );
    });
    const result = await run(on);
    await successor;
    expect(result).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST', weight: undefined });
    expect(on.weights).toEqual([0, 25]);
    expect(leaseOf(on)).toMatchObject({ holder: 'run-9', epoch: firstEpoch + 1 });
  });
});

describe('a Lease that somebody has deleted', () => {
  const release = (on: Shop, image: string) => on.clock.until(executeCanary(planOf({ image, stages: '25@1m' }), on.world));

  it('is made anew, later than the epoch that the route carries', async () => {
    const on = shop();
    for (const each of [newImage, digest('3')]) await release(on, each);
    on.cluster.remove(Lease, 'wf-deploy-agent');
    expect(await release(on, digest('4'))).toMatchObject({ outcome: 'promoted' });
    expect(on.alerts.filter(({ severity }) => severity === 'critical')).toEqual([]);
  });
});

const restartedOnce = { name: 'agent', ready: true, restartCount: 1, state: { running: {} }, lastState: { terminated: { exitCode: 1 } } };

describe('a run after one that broke', () => {
  /** Kills a run after so many seconds: it does nothing any more, and nobody tidies up. */
  async function broken(on: Shop, seconds: number): Promise<void> {
    const killed = new AbortController();
    const world = {
      ...on.world,
      clock: {
        monotonic: () => on.clock.monotonic(),
        now: () => on.clock.now(),
        sleep: (time: number, signal?: AbortSignal) =>
          on.clock.sleep(time, signal).then(() => (killed.signal.aborted ? new Promise<void>(() => undefined) : undefined)),
      },
    };
    void executeCanary(planOf(), world);
    await on.clock.pass(seconds);
    killed.abort();
    await on.clock.pass(70);
  }
  const next = (on: Shop, inputs: Readonly<Record<string, string>> = {}) =>
    on.clock.until(executeCanary(planOf(inputs), { ...on.world, run: { ...on.world.run, holder: 'run-2' } }));

  it('in its stages begins with weight 0 and the first stage', async () => {
    const on = shop();
    await broken(on, 20);
    expect([on.weight(), leaseOf(on)?.rollout?.phase]).toEqual([25, 'stages']);
    expect(await next(on)).toMatchObject({ outcome: 'promoted' });
    expect(on.weights).toEqual([0, 25, 0, 25, 100, 50, 0]);
    expect(leaseOf(on)).toMatchObject({ epoch: firstEpoch + 1, holder: '' });
  });

  it.each([
    ['the same image is finished forward', {}, [0, 25, 100, 50, 0], newImage],
    ['another image undoes it first', { image: digest('3') }, [0, 25, 100, 0, 25, 100, 50, 0], digest('3')],
  ] as const)('in its promotion: %s', async (_, inputs, weights, image) => {
    const on = shop();
    const control = on.cluster.reacting;
    let slow = true;
    on.cluster.reacting = (object) => {
      control(object);
      if (!slow || object.metadata.name !== 'agent' || object.kind !== 'Deployment') return;
      on.cluster.put(Deployment, {
        ...object,
        status: { observedGeneration: object.metadata.generation, replicas: 5, updatedReplicas: 1, readyReplicas: 4, availableReplicas: 4 },
      });
      void on.clock.sleep(100).then(() => {
        slow = false;
        const found = on.cluster.find(Deployment, 'agent');
        if (found !== undefined) control(found);
      });
    };
    await broken(on, 130);
    // Before the canary had its users: the run that died had seen it.
    for (const pod of on.cluster.objectsOf(Pod).filter(({ metadata }) => metadata.labels?.['owner'] === 'agent-canary'))
      on.cluster.put(Pod, { ...pod, status: { ...(pod['status'] as object), containerStatuses: [restartedOnce] } });
    expect([on.weight(), leaseOf(on)?.rollout?.phase, on.image('agent')]).toEqual([100, 'promoting', newImage]);
    expect(await next(on, inputs)).toMatchObject({ outcome: 'promoted', previousImage: oldImage });
    expect(on.weights.filter((each, index) => each !== on.weights[index - 1])).toEqual(weights);
    expect(on.image('agent')).toBe(image);
  });
});

const forbiddenMetrics = (): Error => Object.assign(unreachable(), { code: 'METRICS_UNREACHABLE' });
