import { describe, expect, it } from '@jest/globals';
import { capacityKey } from '../../../src/domain/capacity/record.ts';
import { guardianName } from '../../../src/domain/guardian/name.ts';
import type { GuardianSign } from '../../../src/domain/guardian/sign.ts';
import { Deployment, HorizontalPodAutoscaler, Job, Lease, Service } from '../../../src/domain/kubernetes/kinds.ts';
import { signing } from '../../../src/domain/rollout/lease-writes.ts';
import { Failure } from '../../../src/failure.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { parsePromoteInputs } from '../../../src/flows/canary/inputs.ts';
import { type CanaryPlan, planRollout } from '../../../src/flows/canary/plan.ts';
import { reportCanary } from '../../../src/flows/canary/report.ts';
import type { CanaryResult } from '../../../src/flows/canary/result.ts';
import { acquireLock } from '../../../src/flows/lock.ts';
import { patched } from '../../domain/rollout/patched.ts';
import { mortal } from '../dying-after.ts';
import { commit, memoryForge } from '../lineage/forge.ts';
import { forbidden, unreachable } from '../memory-cluster/failures.ts';
import { unheard } from '../memory-cluster/unheard.ts';
import { leaseOf, left, running, weightWritten } from '../operations/on-shop.ts';
import { least, rawInputs } from '../raw-inputs.ts';
import { type Settings, stage } from '../stand-ins.ts';
import { firstEpoch } from '../virtual-clock.ts';
import { violations } from './schema.ts';
import { digest, newImage, oldImage, planOf, type Shop, shop } from './shop.ts';

type Inputs = Readonly<Record<string, string>>;
const third = digest('3');
const half = { stages: '50@10m 100@1m' };

/** A run of the new image, without a guardian, died with half of all users on its canary. */
async function died(
  settings: Settings = {},
  inputs: Inputs = {},
  when: (on: Shop) => boolean = (on) => on.weights.at(-1) === 50,
): Promise<Shop> {
  const on = shop({}, settings);
  let dead = false;
  const run = { ...on.world.run, holder: 'run-0' };
  void executeCanary(planOf({ ...half, ...inputs }), { ...on.world, cluster: mortal(on.cluster, () => dead), run, notifiers: [] });
  while (!when(on)) await on.clock.pass(0.5);
  dead = true;
  await on.clock.pass(1);
  expect([on.weight() >= 50, leaseOf(on)?.holder]).toEqual([true, 'run-0']);
  return on;
}

const next = (on: Shop, plan: CanaryPlan, settings: Settings = {}): Promise<CanaryResult> => {
  const { world } = stage({ query: on.world.metrics.query, resolve: on.world.registry.resolve, ...settings }, on);
  return on.clock.until(executeCanary(plan, { ...world, log: on.world.log, handover: on.world.handover, notifiers: on.world.notifiers }));
};
const refusal = async (work: Promise<CanaryResult>): Promise<Failure> => {
  const came = await work.catch((error: unknown) => error);
  if (came instanceof Failure) return came;
  throw came instanceof Error ? came : new Error(`It was not refused: ${JSON.stringify(came)}`);
};
const promotion = (inputs: Inputs = {}): CanaryPlan =>
  planRollout(parsePromoteInputs(rawInputs({ ...least, guardian: 'false', drain: '10s', ...inputs })).wishes);

const takenBack = (on: Shop) => ({
  weights: [on.weight(), on.weights.at(-1)],
  pods: on.replicas('agent-canary'),
  stable: on.image('agent'),
  lease: [leaseOf(on)?.holder, leaseOf(on)?.rollout?.phase],
});
const wholly = { weights: [0, 0], pods: 0, stable: oldImage, lease: ['', 'resting'] };

describe('what a dead run without a guardian has left is taken back before the next one is refused', () => {
  it.each<readonly [string, string, (on: Shop) => Promise<CanaryResult>, Settings]>([
    [
      'by the preflight',
      'PREFLIGHT_FAILED',
      (on) => {
        on.cluster.remove(Service, 'agent-canary');
        return next(on, planOf({ image: third }));
      },
      {},
    ],
    [
      'because the registry does not have its image',
      'PREFLIGHT_FAILED',
      (on) => next(on, planOf({ image: 'registry.example.com/agent:v3' }), { resolve: () => Promise.resolve({ is: 'missing' }) }),
      {},
    ],
    [
      'because the metrics do not answer',
      'PREFLIGHT_FAILED',
      (on) =>
        next(on, planOf({ image: third }), {
          query: () => Promise.reject(new Failure('METRICS_UNREACHABLE', 'No answer.', 'Look.')),
        }),
      {},
    ],
    ['because it has no evidence', 'PREFLIGHT_FAILED', (on) => next(on, promotion({ image: third })), {}],
    ['behind a gate that failed', 'GATES_NOT_PASSED', (on) => next(on, planOf({ image: third, gates: 'scan: failure' })), {}],
    [
      'because the order of its commit is not known',
      'COMMIT_UNORDERED',
      (on) => next(on, planOf({ image: third, 'github-token': 't' }), { forge: memoryForge(), commit: commit(101) }),
      { forge: memoryForge(), commit: commit(60) },
    ],
  ])('%s', async (_, code, run, settings) => {
    const on = await died(settings);
    if (settings.forge !== undefined) deployed(on, commit(60));
    const result = await run(on);
    expect(result).toMatchObject({
      outcome: 'rolled-back',
      code,
      weight: 0,
      reason: expect.stringMatching(/What the run before had left had to be taken back\.$/),
    });
    expect(reportCanary(planOf(), result)).toMatchObject({ succeeded: false });
    expect(takenBack(on)).toEqual(wholly);
    expect(on.handedOver.at(-1)).toMatchObject({ open: 'false' });
  });

  it('and its lock, which the refused one has taken, is not given away with the weight on the canary', async () => {
    const on = await died();
    const refused = next(on, planOf({ image: third }));
    await on.clock.pass(10);
    // While it waits for the lock something breaks, and somebody writes into the Lease.
    on.cluster.remove(Service, 'agent-canary');
    deployed(on, commit(1));
    expect(await refused).toMatchObject({ outcome: 'rolled-back', code: 'PREFLIGHT_FAILED', weight: 0 });
    expect(on.clock.monotonic() - 1000).toBeLessThan(120);
    expect(takenBack(on)).toEqual(wholly);
  });

  it('a promotion of its own image is undone: stable first', async () => {
    const on = await died({}, { stages: '50@1m 100@1m' }, (where) => where.image('agent') === newImage);
    on.cluster.remove(Service, 'agent-canary');
    const result = await next(on, planOf());
    expect(result).toMatchObject({ outcome: 'rolled-back', code: 'PREFLIGHT_FAILED', weight: 0 });
    expect(takenBack(on)).toEqual(wholly);
    // The YAML that mends it is for whoever started the run.
    expect([result.reason, on.alerts.at(-1)?.message]).toEqual([
      expect.stringContaining('kind: Service'),
      expect.not.stringContaining('kind: Service'),
    ]);
    expect(on.alerts.at(-1)?.message).toContain('Service shop/agent-canary is not there');
    // Whoever reads the log, the annotation or an output finds what is to be mended, and no word that nothing was written.
    const { annotation, outputs } = reportCanary(planOf(), result);
    expect([annotation?.text, outputs['reason'], on.lines.join('\n')]).toEqual([
      expect.stringContaining('kind: Service'),
      expect.stringContaining('Service shop/agent-canary is not there'),
      expect.stringContaining('Service shop/agent-canary is not there'),
    ]);
    expect(annotation?.text).not.toContain('Nothing was written');
  });
});

describe('a run that is superseded', () => {
  it('takes back what a dead one has left, deploys nothing, and succeeds', async () => {
    const on = await died({ forge: memoryForge(), commit: commit(5) });
    deployed(on, commit(5));
    const plan = planOf({ image: third, 'github-token': 't' });
    const result = await next(on, plan, { forge: memoryForge(), commit: commit(4) });
    expect(result).toMatchObject({ outcome: 'superseded', weight: 0, reason: expect.stringMatching(/was taken back\.$/) });
    const report = reportCanary(plan, result);
    expect([report.succeeded, violations(report.file)]).toEqual([true, []]);
    expect(takenBack(on)).toEqual(wholly);
  });

  it('fails where it cannot', async () => {
    const on = await died({ forge: memoryForge(), commit: commit(5) });
    deployed(on, commit(5));
    on.cluster.failing = ({ write, kind }) => (kind === 'Lease' && write !== undefined ? forbidden() : undefined);
    const plan = planOf({ image: third, 'github-token': 't' });
    expect(await refusal(next(on, plan, { forge: memoryForge(), commit: commit(4) }))).toMatchObject({
      code: 'CLUSTER_FORBIDDEN',
      what: expect.stringMatching(/left 50 % on the canary, in the phase `stages`, and that could not be taken back: The account may not/),
    });
  });
});

describe('where the way back is impossible', () => {
  it('without the permission to take the Lease the refusal says so', async () => {
    const on = await died();
    on.cluster.remove(Service, 'agent-canary');
    on.cluster.failing = ({ write, kind }) => (kind === 'Lease' && write !== undefined ? forbidden() : undefined);
    expect(await refusal(next(on, planOf({ image: third })))).toMatchObject({
      code: 'PREFLIGHT_FAILED',
      what: expect.stringMatching(/agent-canary[\s\S]*left 50 % on the canary, in the phase `stages`, and that could not be taken back/),
      remedy: expect.stringContaining('look at the route at once'),
    });
    // Half of all users are where nobody wanted them: the `post` step tries again, and raises the alarm.
    expect(on.handedOver.at(-1)).toMatchObject({ open: 'true' });
  });

  it('without the permission to write the route the outcome is unknown', async () => {
    const on = await died();
    on.cluster.remove(Service, 'agent-canary');
    on.cluster.failing = ({ write, kind }) => (kind === 'HTTPRoute' && write !== undefined ? forbidden() : undefined);
    const result = await next(on, planOf({ image: third }));
    expect(result).toMatchObject({ outcome: 'unknown' });
    expect(reportCanary(planOf(), result).succeeded).toBe(false);
    expect(on.alerts.at(-1)).toMatchObject({ severity: 'critical' });
  });

  it('without the permission to read the Lease nobody knows, and that is said', async () => {
    const on = await died();
    on.cluster.failing = ({ kind }) => (kind === 'Lease' ? forbidden() : undefined);
    expect(await refusal(next(on, planOf({ image: third, gates: 'scan: failure' })))).toMatchObject({
      code: 'GATES_NOT_PASSED',
      what: expect.stringContaining('Whether an earlier run has left users on the canary could not be seen: The account may not do that.'),
    });
  });
});

it('a guardian that is at work is waited for, and what it leaves is tidied up', async () => {
  const on = await died();
  const guardian = stage({ holder: 'guardian/pod' }, on);
  const lock = await on.clock.until(
    acquireLock(guardian.world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0, successorOf: 'run-0' }),
  );
  const refused = next(on, planOf({ image: third, gates: 'scan: failure' }), { holder: 'run-1' });
  await on.clock.pass(70);
  expect([on.weight(), leaseOf(on)?.holder]).toEqual([50, 'guardian/pod']);
  await lock.record({ release: true });
  lock.stop();
  expect(await refused).toMatchObject({ outcome: 'rolled-back', code: 'GATES_NOT_PASSED', weight: 0 });
  expect(leaseOf(on)).toMatchObject({ holder: '', rollout: { phase: 'resting' } });
});

/** The Lease with the last word of a guardian. */
function signed(on: Shop, sign: GuardianSign): void {
  const lease = on.cluster.find(Lease, 'wf-deploy-agent');
  const written = lease === undefined ? undefined : patched(lease, signing(5, sign));
  if (written === undefined) throw new Error('There is no Lease.');
  on.cluster.put(Lease, written);
}

const watching = { is: 'watching', pod: 'p', epoch: 5, beat: 'b' } as const;
const acted = { is: 'acted', pod: 'p', epoch: 5, at: 't', after: 'run-0', did: 'It did.' } as const;

it('a guardian that nobody dismissed is tidied up by a run that is refused', async () => {
  const on = shop();
  left(on, 'resting', '');
  signed(on, acted);
  on.cluster.put(Job, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: guardianName('agent'), namespace: 'shop', uid: 'job-uid', labels: { 'wf-deploy.io/track': 'guardian' } },
  });
  await next(on, planOf({ image: third, gates: 'scan: failure' })).catch(() => undefined);
  expect(on.cluster.find(Job, guardianName('agent'))).toBeUndefined();
  expect(leaseOf(on)).toMatchObject({ holder: '', rollout: { phase: 'resting' } });
});

describe('what is left alone', () => {
  it('a living run, which is not waited for longer than it takes to renew', async () => {
    const on = shop({}, { holder: 'run-0' });
    const run = running(on, half);
    await on.clock.until(weightWritten(on, 50));
    const began = on.clock.monotonic();
    expect((await refusal(next(on, planOf({ image: third, gates: 'scan: failure' }), { holder: 'run-1' }))).code).toBe('GATES_NOT_PASSED');
    expect(on.clock.monotonic() - began).toBeLessThanOrEqual(22);
    expect(on.lines.join('\n')).not.toMatch(/had to be taken back|an earlier one was left/);
    expect(on.handedOver.at(-1)).toMatchObject({ open: 'false' });
    expect([on.weight(), leaseOf(on)]).toEqual([50, expect.objectContaining({ holder: 'run-0', epoch: firstEpoch })]);
    on.cancel('SIGINT');
    await on.clock.until(run);
  });

  it('and a run that an outage kept from renewing', async () => {
    const on = shop({}, { holder: 'run-0' });
    const run = running(on, half);
    await on.clock.until(weightWritten(on, 50));
    on.cluster.failing = unheard('run-0');
    const refused = refusal(next(on, planOf({ image: third, gates: 'scan: failure' }), { holder: 'run-1' }));
    await on.clock.pass(45);
    on.cluster.failing = () => undefined;
    expect((await refused).code).toBe('GATES_NOT_PASSED');
    expect(leaseOf(on)).toMatchObject({ holder: 'run-0', epoch: firstEpoch });
    on.cancel('SIGINT');
    await on.clock.until(run);
  });

  const pausing = (beat: string): GuardianSign => ({ is: 'pausing', pod: 'p', epoch: 5, beat, passed: 60 });

  it('a pause that its run has handed over to a guardian: a refused promotion is no decision about it', async () => {
    const on = shop();
    left(on, 'paused', '');
    signed(on, pausing('0'));
    const began = on.clock.monotonic();
    const refused = refusal(next(on, promotion({ image: third })));
    await on.clock.pass(10);
    signed(on, pausing('1'));
    expect((await refused).code).toBe('PREFLIGHT_FAILED');
    // One beat is enough.
    expect(on.clock.monotonic() - began).toBeLessThanOrEqual(12);
    expect([on.weights, leaseOf(on)?.rollout?.phase, leaseOf(on)?.epoch]).toEqual([[], 'paused', 5]);
    expect(on.handedOver.at(-1)).toMatchObject({ open: 'false' });
  });

  it('and one whose guardian could not beat while the API server gave no answer', async () => {
    const on = shop();
    left(on, 'paused', '');
    signed(on, pausing('0'));
    const refused = refusal(next(on, planOf({ image: third, gates: 'scan: failure' })));
    await on.clock.pass(40);
    on.cluster.failing = () => unreachable();
    await on.clock.pass(15);
    on.cluster.failing = () => undefined;
    await on.clock.pass(20);
    signed(on, pausing('1'));
    expect((await refused).code).toBe('GATES_NOT_PASSED');
    expect([on.weights, leaseOf(on)?.rollout?.phase, leaseOf(on)?.epoch]).toEqual([[], 'paused', 5]);
  });

  it('but not one whose guardian is gone', async () => {
    const on = shop();
    left(on, 'paused', '');
    signed(on, pausing('0'));
    const began = on.clock.monotonic();
    const result = await next(on, planOf({ image: third, gates: 'scan: failure' }));
    expect(result).toMatchObject({ outcome: 'rolled-back', code: 'GATES_NOT_PASSED', weight: 0 });
    expect(leaseOf(on)).toMatchObject({ holder: '', rollout: { phase: 'resting' } });
    // As long as a Lease lasts: a guardian that is started again on another node has the time to beat.
    expect(on.clock.monotonic() - began).toBeGreaterThanOrEqual(60);
  });

  it('but not a pause that nobody watches', async () => {
    const on = shop();
    left(on, 'paused', '');
    expect(await next(on, promotion({ image: third }))).toMatchObject({ outcome: 'rolled-back', code: 'PREFLIGHT_FAILED', weight: 0 });
    expect(leaseOf(on)).toMatchObject({ holder: '', rollout: { phase: 'resting' } });
  });

  it('everything by a dry run, and what has ended by any', async () => {
    const on = await died();
    const before = on.cluster.writes().length;
    await refusal(next(on, planOf({ image: third, gates: 'scan: failure', 'dry-run': 'true' })));
    left(on, 'resting', 'run-0');
    const began = on.clock.monotonic();
    await refusal(next(on, planOf({ image: third, gates: 'scan: failure' })));
    expect([on.cluster.writes().length, on.clock.monotonic()]).toEqual([before, began]);
  });

  it('what the wait for a dead run was cancelled for, and the refusal says so', async () => {
    const on = await died();
    const { world, cancel, handedOver } = stage({}, on);
    const refused = refusal(executeCanary(planOf({ image: third, gates: 'scan: failure' }), world));
    await on.clock.pass(10);
    cancel('SIGINT');
    expect(await refused).toMatchObject({
      code: 'GATES_NOT_PASSED',
      what: expect.stringMatching(/left 50 % .* could not be taken back: The run was cancelled/),
    });
    expect(handedOver.at(-1)).toEqual({ holder: 'run-1', open: 'true' });
  });
});

describe('a promotion that had passed before its run died', () => {
  const failedGate = { image: third, gates: 'scan: failure' };
  /** Killed in the drain: stable runs the new image, and the Lease does not say yet that it is good. */
  function promoted(holder: string, sign?: GuardianSign): Shop {
    const on = shop();
    left(on, 'promoted', holder);
    const stable = on.cluster.find(Deployment, 'agent');
    if (stable === undefined) throw new Error('There is no stable.');
    on.cluster.reacting(on.cluster.put(Deployment, JSON.parse(JSON.stringify(stable).replaceAll(oldImage, newImage))));
    if (sign !== undefined) signed(on, sign);
    return on;
  }

  it.each([
    ['its guardian too', 'run-0', watching],
    ['and its guardian has ended', '', { ...acted, did: 'nothing to move' }],
  ] as const)('turns no failed gate green: it died, %s', async (_, holder, sign) => {
    const on = promoted(holder, sign);
    expect(await refusal(next(on, planOf(failedGate)))).toMatchObject({
      code: 'GATES_NOT_PASSED',
      what: expect.stringMatching(/`scan` \(failure\)\.\nWhat the run before had left was tidied up\.$/),
    });
    expect([leaseOf(on)?.lastKnownGood, on.image('agent')]).toEqual([newImage, newImage]);
    expect(leaseOf(on)).toMatchObject({ holder: '', rollout: { phase: 'resting' }, releases: [{ images: { agent: newImage } }] });
    expect(on.handedOver.at(-1)).toMatchObject({ open: 'false' });
  });

  it('is not said to be taken back by a run that is superseded', async () => {
    const on = promoted('run-0', watching);
    deployed(on, commit(5));
    const plan = planOf({ image: third, 'github-token': 't' });
    const result = await next(on, plan, { forge: memoryForge(), commit: commit(4) });
    expect(result).toMatchObject({ outcome: 'superseded', reason: expect.stringMatching(/had left was tidied up\.$/) });
    expect(leaseOf(on)).toMatchObject({ holder: '', lastKnownGood: newImage });
  });

  it("has stable's autoscaler put back, without a guardian too", async () => {
    const on = promoted('run-0');
    on.cluster.put(HorizontalPodAutoscaler, {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'agent', namespace: 'shop' },
      spec: { minReplicas: 4, maxReplicas: 8, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'agent' } },
    });
    const pin = { kind: 'HorizontalPodAutoscaler', name: 'agent', fields: [{ field: 'minReplicas', former: 2, pinned: 4 }] };
    annotated(on, capacityKey, { pins: [pin], copied: false });
    expect((await refusal(next(on, planOf(failedGate)))).code).toBe('GATES_NOT_PASSED');
    expect(on.cluster.find(HorizontalPodAutoscaler, 'agent')?.['spec']).toMatchObject({ minReplicas: 2 });
    expect(leaseOf(on)).toMatchObject({ holder: '', rollout: { phase: 'resting' }, capacity: { pins: [], copied: false } });
  });
});

/** As a run of before left it. */
function deployed(on: Shop, newest: string): void {
  annotated(on, 'wf-deploy.io/commit', { commit: newest, newest, images: [oldImage] });
  expect(leaseOf(on)?.deployed?.newest).toBe(newest);
}

function annotated(on: Shop, key: string, record: object): void {
  const lease = on.cluster.find(Lease, 'wf-deploy-agent');
  if (lease === undefined) throw new Error('There is no Lease.');
  const annotations = { ...lease.metadata.annotations, [key]: JSON.stringify(record) };
  on.cluster.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations } });
}
