import { describe, expect, it } from '@jest/globals';
import { ConfigMap, Deployment, Lease, Secret } from '../../../src/domain/kubernetes/kinds.ts';
import { journalName } from '../../../src/domain/rolling/journal.ts';
import { type StageNeeds, stagePermissions } from '../../../src/domain/rolling/permissions.ts';
import { deployment } from '../../../src/domain/rolling/workloads/deployment.ts';
import { leaseName, readLease } from '../../../src/domain/rollout/lease.ts';
import { Failure } from '../../../src/failure.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import type { OperationResult, UpdateResult } from '../../../src/flows/stage/result.ts';
import { forbidden, unreachable } from '../memory-cluster/failures.ts';
import { asking, denies, lackingIn, printedRoles } from '../rights.ts';
import type { Stage } from '../stand-ins.ts';
import { firstEpoch } from '../virtual-clock.ts';
import { deployPlan, imageNow, killed, modeNow, next, old, shop, sick, stagePlan } from './shop.ts';

const run = (on: Stage, inputs?: Readonly<Record<string, string>>): Promise<UpdateResult> =>
  on.clock.until(executeStage(deployPlan(inputs), on.world)) as Promise<UpdateResult>;
const operated = (on: Stage, inputs: Readonly<Record<string, string>>): Promise<OperationResult> =>
  on.clock.until(executeStage(stagePlan(inputs), on.world)) as Promise<OperationResult>;
const leaseOf = ({ cluster }: Stage) => {
  const lease = cluster.find(Lease, leaseName('agent'));
  return lease === undefined ? undefined : readLease(lease);
};
const journalOf = ({ cluster }: Stage) => cluster.find(Secret, journalName('agent'));
const failure = async (work: Promise<unknown>): Promise<Failure> => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Failure) return error;
  throw error ?? new Error('Nothing failed.');
};

const wanted = (more: Partial<StageNeeds> = {}) =>
  stagePermissions({
    service: 'agent',
    namespace: 'shop',
    workloads: [{ of: deployment, name: 'agent' }],
    applied: [],
    reads: false,
    journal: true,
    portForward: false,
    ...more,
  });

const config = (mode: string, more = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: agent-config\ndata:\n  MODE: ${mode}\n${more}`;
const withConfig = { manifests: 'config.yaml' };

describe('an update of an image', () => {
  it('writes the journal, the record, the workload, and tidies up in the end', async () => {
    const on = shop();
    const result = await run(on);
    expect(result).toMatchObject({ outcome: 'promoted', writes: [{ what: `Deployment agent: api ${next}` }] });
    expect(imageNow(on)).toBe(next);
    const writes = on.cluster.writes().filter((each) => !each.includes('SelfSubjectAccessReview'));
    expect(writes).toEqual([
      'create Lease wf-deploy-agent',
      'apply Secret wf-deploy-agent-undo',
      'patch Lease wf-deploy-agent',
      'replace Deployment agent',
      'patch Lease wf-deploy-agent',
      'delete Secret wf-deploy-agent-undo',
      'patch Lease wf-deploy-agent',
    ]);
    expect(leaseOf(on)).toMatchObject({ holder: '', lastKnownGood: next, rolling: { phase: 'resting' } });
    expect(on.handedOver).toEqual([{ holder: 'run-1', open: 'true' }, { decision: 'keep' }, { open: 'false' }]);
    // As with the canary, a good ending is told of on demand alone.
    expect(on.alerts).toEqual([]);
  });

  it('tells of a good ending where that is wanted, and leaves word of it', async () => {
    const on = shop();
    const result = await run(on, { images: `api: ${next}`, 'notify-on': 'always' });
    expect(on.alerts).toEqual([expect.objectContaining({ severity: 'info', title: 'agent: promoted' })]);
    expect(result).toMatchObject({ notices: [{ about: 'promoted', told: true }] });
  });

  it('that is there already writes nothing, not even a Lease', async () => {
    const on = shop();
    expect(await run(on, { images: `api: ${old}` })).toMatchObject({
      outcome: 'promoted',
      reason: expect.stringContaining('nothing had to be done'),
    });
    expect(on.cluster.writes().filter((each) => !each.includes('SelfSubjectAccessReview'))).toEqual([]);
  });

  it('as a dry run shows what would change', async () => {
    const on = shop();
    const result = await run(on, { images: `api: ${next}`, 'dry-run': 'true' });
    expect(result).toMatchObject({
      outcome: 'not-started',
      dryRun: true,
      objects: [{ changes: [`spec.template.spec.containers.api.image: ${old} → ${next}`] }],
    });
    expect(imageNow(on)).toBe(old);
  });

  it('whose pods crash goes back, early, and says it', async () => {
    const on = shop();
    const began = on.clock.monotonic();
    const result = await run(on, { images: `api: ${sick}` });
    expect(result).toMatchObject({ outcome: 'rolled-back', code: 'ROLLOUT_FAILED' });
    expect(on.clock.monotonic() - began).toBeLessThan(30);
    expect(imageNow(on)).toBe(old);
    expect(journalOf(on)).toBeUndefined();
    expect(leaseOf(on)).toMatchObject({ holder: '', rolling: { phase: 'resting' } });
    expect(leaseOf(on)?.lastKnownGood).toBeUndefined();
    expect(on.alerts).toEqual([expect.objectContaining({ severity: 'warning' })]);
  });

  it('whose smoke check fails goes back', async () => {
    const on = shop({ probe: () => ({ is: 'answer', status: 500, body: '' }) });
    const result = await run(on, { images: `api: ${next}`, smoke: '- http: /health' });
    expect(result).toMatchObject({
      outcome: 'rolled-back',
      code: 'SMOKE_FAILED',
      reason: expect.stringMatching(/^A smoke check of the new version failed/),
    });
    expect(imageNow(on)).toBe(old);
  });

  it('that is cancelled goes back', async () => {
    const on = shop();
    on.cluster.failing = ({ verb, kind }) => {
      if (verb === 'watch' && kind === 'Pod' && imageNow(on) === next) on.cancel('SIGINT');
      return undefined;
    };
    expect(await run(on)).toMatchObject({ outcome: 'aborted', code: 'CANCELLED' });
    expect(imageNow(on)).toBe(old);
  });

  it('leaves what others set in the middle, and does not know how it stands', async () => {
    const on = shop();
    const other = `agent@sha256:${'4'.repeat(64)}`;
    on.cluster.failing = ({ verb, kind }) => {
      const now = on.cluster.find(Deployment, 'agent');
      if (verb !== 'list' || kind !== 'Event' || now === undefined) return undefined;
      on.cluster.put(Deployment, JSON.parse(JSON.stringify(now).replaceAll(sick, other)));
      return undefined;
    };
    const result = await run(on, { images: `api: ${sick}` });
    expect(result).toMatchObject({ outcome: 'unknown', reason: expect.stringContaining('was given other images since') });
    expect(imageNow(on)).toBe(other);
  });
});

describe('the preflight', () => {
  it.each<readonly [string, (on: Stage) => void, Readonly<Record<string, string>>, RegExp]>([
    [
      'a missing workload',
      () => undefined,
      { workloads: 'statefulset/none', images: `api: ${next}` },
      /StatefulSet shop\/none is not there/,
    ],
    ['an entry for nothing', () => undefined, { images: `worker: ${next}` }, /no container is called so/],
    [
      'a missing permission',
      (on) => {
        on.cluster.allows = () => false;
      },
      { images: `api: ${next}` },
      /Permissions are missing: .*update deployments/,
    ],
    ['a paused Deployment', (on) => pause(on), { images: `api: ${next}` }, /is paused/],
    [
      'a canary that was not taken back',
      (on) => leaveCanary(on),
      { images: `api: ${next}` },
      /A canary of agent ended in the phase `stages`/,
    ],
    ['an owner', (on) => label(on, { 'app.kubernetes.io/managed-by': 'Helm' }), { images: `api: ${next}` }, /belongs to Helm/],
    ['a pace that is none', (on) => recreate(on), { images: `api: ${next}`, 'max-surge': '1' }, /the strategy Recreate/],
  ])('%s', async (_, prepare, inputs, what) => {
    const on = shop();
    prepare(on);
    const { code, what: said } = await failure(run(on, inputs));
    expect(code).toBe('PREFLIGHT_FAILED');
    expect(said).toMatch(what);
    expect(on.cluster.writes().filter((each) => !each.includes('SelfSubjectAccessReview'))).toEqual([]);
  });

  it('says what the API server refuses in the rehearsal', async () => {
    const on = shop();
    on.cluster.failing = ({ write }) =>
      write?.dryRun === true ? new Failure('CLUSTER_REFUSED', 'A rule refuses it.', 'See the rule.') : undefined;
    expect((await failure(run(on))).what).toContain('A rule refuses it.');
  });

  it('an image that the registry does not have is a problem', async () => {
    const on = shop({ resolve: () => Promise.resolve({ is: 'missing' }) });
    expect((await failure(run(on))).what).toContain('The registry has no image');
  });

  it('a missing permission is printed with all others, for whoever asks, in a Role that no other action has', async () => {
    const on = shop();
    denies(on.cluster, 'update deployments');
    const printed = printedRoles((await failure(run(on))).what);
    expect(lackingIn(printed, wanted())).toEqual([]);
    expect(printed).toMatchObject([
      { kind: 'Role', metadata: { name: 'wf-deploy-agent-stage', namespace: 'shop' } },
      { kind: 'RoleBinding', subjects: [asking] },
    ]);
  });

  it('an advisory one is "not checked", and the log has the Role', async () => {
    const on = shop();
    denies(on.cluster, 'list events');
    const { outcome, warnings } = await run(on);
    expect({ outcome, warnings }).toEqual({
      outcome: 'promoted',
      warnings: expect.arrayContaining([expect.stringMatching(/^Not checked for lack of permission: list events \(.*\)\. .*\.$/)]),
    });
    expect(lackingIn(printedRoles(on.lines.join('\n')), wanted())).toEqual([]);
  });

  it('a cluster that may not be read at all is said by the permission', async () => {
    const on = shop();
    on.cluster.allows = () => false;
    on.cluster.failing = ({ verb }) => (verb === 'get' ? forbidden() : undefined);
    expect((await failure(run(on))).what).toMatch(/Permissions are missing/);
  });
});

describe('a ConfigMap', () => {
  it('that changes replaces the pods that read it', async () => {
    const on = shop({ config: config('new') });
    const result = await run(on, withConfig);
    expect(result).toMatchObject({ outcome: 'promoted', objects: [{ kind: 'ConfigMap' }, { kind: 'Deployment' }] });
    expect(modeNow(on)).toBe('new');
    expect(JSON.stringify(on.cluster.find(Deployment, 'agent'))).toMatch(
      /"wf-deploy.io\/config-checksum":"ConfigMap\/agent-config=[0-9a-f]{16}"/,
    );
    const again = await run(on, withConfig);
    expect(again.reason).toContain('nothing had to be done');
  });

  it('goes back before the workload does', async () => {
    const on = shop({ config: config('new') });
    const result = await run(on, { ...withConfig, images: `api: ${sick}` });
    expect(result).toMatchObject({ outcome: 'rolled-back' });
    expect([modeNow(on), imageNow(on)]).toEqual(['old', old]);
    const writes = on.cluster.writes().filter((each) => /ConfigMap|Deployment/.test(each));
    expect(writes).toEqual([
      'apply ConfigMap agent-config',
      'replace Deployment agent',
      'replace ConfigMap agent-config',
      'replace Deployment agent',
    ]);
  });

  it('that is new stays, and is named', async () => {
    const more = '---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: brand-new\ndata: {}\n';
    const on = shop({ config: config('new', more) });
    const result = await run(on, { ...withConfig, images: `api: ${sick}` });
    expect(result.left).toEqual(['ConfigMap brand-new']);
    expect(on.cluster.find(ConfigMap, 'brand-new')).toBeDefined();
  });
});

describe('a dead run', () => {
  it('that wanted the same is gone on with, and its way back stays', async () => {
    const on = shop();
    await killed(on, { images: `api: ${sick}` });
    expect(imageNow(on)).toBe(sick);
    const successor = shop({ holder: 'run-2' }, on);
    const result = await run(successor, { images: `api: ${sick}` });
    expect(successor.lines.join('\n')).toContain('going on');
    expect(result).toMatchObject({ outcome: 'rolled-back' });
    expect(imageNow(on)).toBe(old);
  });

  it('that wanted something else is taken back first', async () => {
    const on = shop({ config: config('new') });
    await killed(on, { ...withConfig, images: `api: ${sick}` });
    expect(modeNow(on)).toBe('new');
    const successor = shop({ holder: 'run-2' }, on);
    const result = await run(successor, { images: `api: ${next}` });
    expect(successor.lines.join('\n')).toContain('taken back first');
    expect(result).toMatchObject({ outcome: 'promoted' });
    expect([modeNow(on), imageNow(on)]).toEqual(['old', next]);
    expect(result.objects[0]?.images?.before).toEqual({ api: old });
  });

  it('whose journal cannot be read stops the next one', async () => {
    const on = shop();
    await killed(on, { images: `api: ${sick}` });
    on.cluster.put(Secret, { apiVersion: 'v1', kind: 'Secret', metadata: { name: journalName('agent') }, data: {} });
    const said = await failure(run(shop({ holder: 'run-2' }, on)));
    expect(said.what).toContain('does not hold what a run before has remembered');
  });
});

describe('a canary', () => {
  it('that goes on is waited for, and is no problem of its own', async () => {
    const on = shop();
    leaveCanary(on, 'somebody');
    const { code, what } = await failure(run(on, { images: `api: ${next}`, 'lock-timeout': '5s' }));
    expect([code, what]).toEqual(['LOCK_HELD', expect.stringContaining('was held by somebody')]);
    expect(imageNow(on)).toBe(old);
  });

  it('that died is seen under its lock, which is given away again', async () => {
    const on = shop();
    leaveCanary(on, 'somebody');
    const { code, what } = await failure(run(on, { images: `api: ${next}`, 'lock-timeout': '10m' }));
    expect([code, what]).toEqual(['PREFLIGHT_FAILED', expect.stringContaining('ended in the phase `stages`')]);
    expect(leaseOf(on)?.holder).toBe('');
    expect(imageNow(on)).toBe(old);
    expect((await failure(operated(on, { operation: 'restart' }))).what).toContain('ended in the phase `stages`');
  });
});

describe('an API server that is silent', () => {
  it('for a moment is waited for', async () => {
    const on = shop();
    let silent = 3;
    on.cluster.failing = ({ verb, kind, write }) =>
      verb === 'replace' && kind === 'Deployment' && write?.dryRun !== true && silent-- > 0 ? unreachable() : undefined;
    expect(await run(on)).toMatchObject({ outcome: 'promoted' });
  });
});

describe('operations', () => {
  it('history and status write nothing', async () => {
    const on = shop();
    await run(on);
    const before = on.cluster.writes().length;
    expect(await operated(on, { operation: 'status' })).toMatchObject({ outcome: 'done', reason: 'Deployment agent is available.' });
    const { workloads } = await operated(on, { operation: 'history' });
    expect(workloads[0]?.history.map(({ images, current }) => [images['api'], current])).toEqual([
      [next, true],
      [old, false],
    ]);
    expect(
      on.cluster
        .writes()
        .slice(before)
        .filter((each) => !each.includes('SelfSubjectAccessReview')),
    ).toEqual([]);
  });

  it('undo goes back a revision under the lock, and leaves it free', async () => {
    const on = shop();
    await run(on);
    expect(await operated(on, { operation: 'undo' })).toMatchObject({ outcome: 'done' });
    expect(imageNow(on)).toBe(old);
    expect(leaseOf(on)).toMatchObject({ holder: '', epoch: firstEpoch + 1 });
  });

  it('undo to a revision that is sick fails, and says why', async () => {
    const on = shop();
    await run(on, { images: `api: ${sick}` });
    // It crashed before our eyes, and is held.
    expect((await failure(on.clock.until(executeStage(stagePlan({ operation: 'undo' }), on.world)))).code).toBe('DIGEST_HELD');
    on.cluster.remove(Lease, leaseName('agent'));
    expect(await operated(on, { operation: 'undo' })).toMatchObject({ outcome: 'failed', code: 'ROLLOUT_FAILED' });
  });

  it('a dry run of undo writes nothing', async () => {
    const on = shop();
    await run(on);
    expect(await operated(on, { operation: 'undo', 'dry-run': 'true' })).toMatchObject({ outcome: 'not-started', dryRun: true });
    expect(imageNow(on)).toBe(next);
  });

  it.each(['undo', 'status'] as const)(
    '%s with a right missing prints the whole Role, which is not that of a rolling update',
    async (operation) => {
      const on = shop();
      await run(on);
      const before = on.cluster.writes().length;
      denies(on.cluster, 'list pods');
      const { code, what } = await failure(operated(on, { operation }));
      expect({ code, what }).toEqual({
        code: 'PREFLIGHT_FAILED',
        what: expect.stringContaining(`One problem was found before \`${operation}\`:\n- Permissions are missing: list pods `),
      });
      const printed = printedRoles(what);
      expect(lackingIn(printed, wanted({ journal: false, reads: operation === 'status' }))).toEqual([]);
      expect(printed).toMatchObject([{ metadata: { name: `wf-deploy-agent-stage-${operation}` } }, { subjects: [asking] }]);
      expect(on.cluster.writes()).toHaveLength(before);
    },
  );

  it.each(['undo', 'status'] as const)('%s says what it does not check for lack of permission', async (operation) => {
    const on = shop();
    await run(on);
    denies(on.cluster, 'get pods', 'list events');
    const { outcome, warnings } = await operated(on, { operation });
    expect({ outcome, warnings }).toEqual({
      outcome: 'done',
      warnings: [expect.stringMatching(/^Not checked for lack of permission: list events \(.*\), get pods\/log \(.*\)\. .*\.$/)],
    });
    expect(printedRoles(on.lines.join('\n'))).toMatchObject([{ metadata: { name: `wf-deploy-agent-stage-${operation}` } }, {}]);
  });

  it('one that cannot be done for one workload is done for none', async () => {
    const on = shop();
    on.cluster.put(Deployment, {
      ...(on.cluster.find(Deployment, 'agent') as never as object),
      metadata: { name: 'other', uid: 'x' },
    } as never);
    const result = await operated(on, { operation: 'undo', workloads: 'deployment/agent deployment/other' });
    expect(result).toMatchObject({ outcome: 'failed', writes: [] });
  });
});

const pause = ({ cluster }: Stage): void => {
  const now = cluster.find(Deployment, 'agent') as { spec: object } & Parameters<typeof cluster.put>[1];
  cluster.put(Deployment, { ...now, spec: { ...now.spec, paused: true } });
};
const recreate = ({ cluster }: Stage): void => {
  const now = cluster.find(Deployment, 'agent') as { spec: object } & Parameters<typeof cluster.put>[1];
  cluster.put(Deployment, { ...now, spec: { ...now.spec, strategy: { type: 'Recreate' } } });
};
const label = ({ cluster }: Stage, labels: Record<string, string>): void => {
  const now = cluster.find(Deployment, 'agent') as Parameters<typeof cluster.put>[1];
  cluster.put(Deployment, { ...now, metadata: { ...now.metadata, labels } });
};
const leaveCanary = ({ cluster }: Stage, holder = ''): void => {
  const rollout = { phase: 'stages', weight: 5, container: 'api', image: next, previousImage: old, run: 'r', since: 'x' };
  cluster.put(Lease, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: leaseName('agent'), annotations: { 'wf-deploy.io/rollout': JSON.stringify(rollout) } },
    spec: { holderIdentity: holder, leaseDurationSeconds: 60 },
  });
};
