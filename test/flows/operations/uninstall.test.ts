import { describe, expect, it } from '@jest/globals';
import { labelsOf } from '../../../src/domain/guardian/objects.ts';
import {
  ConfigMap,
  Deployment,
  HTTPRoute,
  Job,
  Lease,
  Role,
  RoleBinding,
  Secret,
  ServiceAccount,
} from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { deploymentSpec } from '../../../src/domain/kubernetes/workload.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { executeOperation } from '../../../src/flows/operations/execute.ts';
import { canary } from '../../domain/traffic/replicas/canaries.ts';
import { digest, planOf, type Shop, shop } from '../canary/shop.ts';
import { forbidden } from '../memory-cluster/failures.ts';
import { stage } from '../stand-ins.ts';
import { leaseOf, left, operationPlan, present, running, tellBy, weightWritten } from './on-shop.ts';
import { standingStill } from './standing-still.ts';

describe('uninstall', () => {
  it('of a service whose route was deleted under its canary', async () => {
    const on = shop();
    const run = running(on, { stages: '50@10m 100@1m' });
    await on.clock.until(weightWritten(on, 50));
    on.cluster.remove(HTTPRoute, 'agent');
    expect(await on.clock.until(run)).toMatchObject({ outcome: 'rolled-back', code: 'DRIFT', weight: 0 });
    expect([on.replicas('agent-canary'), leaseOf(on)?.rollout?.phase]).toEqual([0, 'resting']);
    expect(await tellBy(on, 'uninstall')).toMatchObject({ outcome: 'done' });
  });

  it('removes all that is ours and nothing else, and then has nothing to do', async () => {
    const on = shop();
    const before = present(on);
    await on.clock.until(executeCanary(planOf(), on.world));
    expect(present(on)).not.toEqual(before);
    const dry = await tellBy(on, 'uninstall', { 'dry-run': 'true' });
    expect(dry.writes).toHaveLength(3);
    expect(leaseOf(on)).toBeDefined();
    const done = await tellBy(on, 'uninstall');
    expect(done).toMatchObject({
      outcome: 'done',
      writes: [
        'Deployment shop/agent-canary: removed',
        'the annotation wf-deploy.io/epoch of HTTPRoute shop/agent: removed',
        'Lease shop/wf-deploy-agent: removed',
      ],
    });
    expect(present(on).filter((name) => !name.startsWith('Pod'))).toEqual(before.filter((name) => !name.startsWith('Pod')));
    expect(on.cluster.find(HTTPRoute, 'agent')?.metadata.annotations).toEqual({});
    expect(await tellBy(on, 'uninstall')).toMatchObject({ outcome: 'nothing-to-do' });
  });

  it('a canary that is its own route goes with what is written on it', async () => {
    const on = shop();
    left(on, 'resting', '');
    on.cluster.put(
      Deployment,
      canary(0, '0/5', { metadata: { ...canary(0, '0/5').metadata, annotations: { 'wf-deploy.io/epoch': '3' } } }),
    );
    expect((await tellBy(on, 'uninstall', { router: 'replicas' })).writes).toEqual([
      'Deployment shop/agent-canary: removed',
      'Lease shop/wf-deploy-agent: removed',
    ]);
  });

  it('refuses beside a living run, under weight, and while a way back is written down', async () => {
    const on = shop();
    const run = running(on);
    await on.clock.until(weightWritten(on, 25));
    await expect(tellBy(on, 'uninstall')).rejects.toMatchObject({ what: expect.stringContaining('not done beside a living run') });
    left(on, 'stages', '');
    await expect(tellBy(on, 'uninstall')).rejects.toMatchObject({ what: expect.stringContaining('gives the canary 25 %') });
    on.cancel('SIGINT');
    await on.clock.until(run);
    const again = shop();
    left(again, 'emptying', '');
    await expect(tellBy(again, 'uninstall')).rejects.toMatchObject({ what: expect.stringContaining('in the phase `emptying`') });
    expect(again.cluster.writes()).toEqual([]);
  });

  it('refuses while somebody has given the canary weight by hand', async () => {
    const on = shop();
    left(on, 'resting', '');
    const route = on.cluster.find(HTTPRoute, 'agent');
    const spec = JSON.parse(JSON.stringify(route?.['spec']).replace('"weight":0', '"weight":7')) as object;
    if (route !== undefined) on.cluster.put(HTTPRoute, { ...route, spec });
    await expect(tellBy(on, 'uninstall')).rejects.toMatchObject({
      code: 'OPERATION_REFUSED',
      what: expect.stringContaining('gives the canary 6.5 %'),
    });
    expect(on.cluster.writes()).toEqual([]);
  });

  it.each([
    [
      'a rolling update',
      'rolling',
      { phase: 'writing', key: 'k', run: 'page-1', since: 's' },
      /rolling update is open in the phase `writing` \(page-1/,
      /actions\/stage again/,
    ],
    [
      'a switch',
      'blue-green',
      {
        phase: 'switching',
        operation: 'deploy',
        serving: 2,
        from: 'blue',
        to: 'green',
        container: 'api',
        image: 'i',
        before: { image: 'b', replicas: 0 },
        run: 'page-2',
        since: 's',
      },
      /switch from blue to green is open in the phase `switching` \(page-2/,
      /actions\/blue-green again/,
    ],
  ])('refuses while %s is half done: its way back would be removed', async (_, name, record, what, remedy) => {
    const on = shop();
    left(on, 'resting', '');
    const lease = on.cluster.find(Lease, 'wf-deploy-agent');
    if (lease === undefined) throw new Error('There is a Lease.');
    const annotations = { ...lease.metadata.annotations, [`wf-deploy.io/${name}`]: JSON.stringify(record) };
    on.cluster.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations } });
    const labels = { 'wf-deploy.io/service': 'agent' };
    on.cluster.put(Secret, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'wf-deploy-agent-undo', labels } });
    await expect(tellBy(on, 'uninstall')).rejects.toMatchObject({
      code: 'OPERATION_REFUSED',
      what: expect.stringMatching(what),
      remedy: expect.stringMatching(remedy),
    });
    expect(on.cluster.writes().filter((each) => !/SelfSubject/.test(each))).toEqual([]);
  });

  it('keeps the configuration that stable’s pods read, says so, and removes it when it is in use no more', async () => {
    const on = shop();
    left(on, 'resting', '');
    const labels = { 'wf-deploy.io/service': 'agent', 'wf-deploy.io/track': 'configuration' };
    on.cluster.put(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'agent-config-1', labels } });
    const stable = on.cluster.find(Deployment, 'agent');
    if (stable === undefined) throw new Error('There is a stable.');
    const spec = { containers: [{ name: 'app', envFrom: [{ configMapRef: { name: 'agent-config-1' } }] }] };
    on.cluster.put(Deployment, { ...stable, spec: { ...deploymentSpec(stable), template: { spec } } });
    const why = /left of agent but this\. ConfigMap shop\/agent-config-1: Deployment shop\/agent, or .* so they stay\./;
    const done = await tellBy(on, 'uninstall');
    expect(done.reason).toMatch(why);
    expect(done.writes).toEqual(['Lease shop/wf-deploy-agent: removed']);
    expect(on.cluster.find(ConfigMap, 'agent-config-1')?.metadata.labels).toEqual(labels);
    expect(await tellBy(on, 'uninstall')).toMatchObject({ outcome: 'nothing-to-do', reason: expect.stringMatching(why) });
    on.cluster.put(Deployment, stable);
    expect((await tellBy(on, 'uninstall')).writes).toContain('ConfigMap shop/agent-config-1: removed');
  });

  it('takes its mark off Deployments that are the user’s', async () => {
    const on = shop();
    const stable = on.cluster.find(Deployment, 'agent');
    const annotations = { 'wf-deploy.io/epoch': '5', mine: 'yes' };
    if (stable !== undefined) on.cluster.put(Deployment, { ...stable, metadata: { ...stable.metadata, annotations } });
    left(on, 'resting', '');
    expect((await tellBy(on, 'uninstall')).writes).toContain('the annotation wf-deploy.io/epoch of Deployment shop/agent: removed');
    expect(on.cluster.find(Deployment, 'agent')?.metadata.annotations).toEqual({ mine: 'yes' });
  });

  describe('and the account of a guardian', () => {
    const name = 'wf-deploy-guardian-agent';
    const kinds = [RoleBinding, Role, ServiceAccount];
    const withAccount = (metadata: object): Shop => {
      const on = shop();
      left(on, 'resting', '');
      for (const kind of kinds) on.cluster.put(kind, { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name, ...metadata } });
      return on;
    };
    const made = { labels: labelsOf('agent'), ownerReferences: [{ apiVersion: Job.apiVersion, kind: Job.kind, name, uid: 'u' }] };
    const accountOf = (on: Shop): readonly string[] => kinds.flatMap((kind) => on.cluster.objectsOf(kind).map((each) => each.kind));

    it('goes where a run made it', async () => {
      const on = withAccount(made);
      const { reason, writes } = await tellBy(on, 'uninstall');
      expect(writes.slice(0, 3)).toEqual(kinds.map(({ kind }) => `${kind} shop/${name}: removed`));
      expect(reason).toMatch(/^Nothing of wf-deploy is left of agent\. The route/);
      expect(accountOf(on)).toEqual([]);
    });

    it.each([
      ['as it is printed', {}],
      ['with our label, as it was printed once', { labels: labelsOf('agent') }],
    ])('stays where an administrator made it, %s, and says so', async (_, metadata) => {
      const on = withAccount(metadata);
      const why = `RoleBinding shop/${name}, Role shop/${name}, ServiceAccount shop/${name}: no run made it, so it stays.`;
      expect((await tellBy(on, 'uninstall', { 'dry-run': 'true' })).reason).toContain(why);
      const { reason, writes } = await tellBy(on, 'uninstall');
      expect(reason).toContain(`but this. ${why}`);
      expect(writes).toEqual(['Lease shop/wf-deploy-agent: removed']);
      expect(accountOf(on)).toHaveLength(3);
      expect(await tellBy(on, 'uninstall')).toMatchObject({ outcome: 'nothing-to-do', reason: expect.stringContaining(why) });
    });

    it.each([
      ['get', 'not looked at for lack of permission, so it stays if it is there.'],
      ['delete', "may not be deleted from here. The cluster deletes it after the guardian's Job."],
    ])('needs no right to be removed: what may not be done (%s) is said', async (verb, why) => {
      const on = withAccount(made);
      on.cluster.failing = (call) => (call.verb === verb && call.name === name ? forbidden() : undefined);
      const asked = (review: KubernetesObject): string =>
        (review['spec'] as { readonly resourceAttributes: { readonly name: string } }).resourceAttributes.name;
      on.cluster.allows = (review) => asked(review) !== name;
      const { reason, outcome } = await tellBy(on, 'uninstall');
      expect([outcome, reason]).toEqual(['done', expect.stringContaining(why)]);
      expect(on.lines.join('\n')).toMatch(/Not permitted, and done without: .*roles/);
      expect(accountOf(on)).toHaveLength(3);
    });
  });

  it.each([
    ['before it looks', 'list Job', []],
    ['before it removes the canary', 'delete Deployment', []],
    ['before it removes the Lease', 'delete Lease', ['agent-canary']],
  ])('that stood still under its lock (%s) removes nothing of the run that came meanwhile', async (_, at, removed) => {
    const on = shop();
    await on.clock.until(executeCanary(planOf(), on.world));
    const other = stage({ holder: 'uninstaller', query: on.world.metrics.query, resolve: on.world.registry.resolve }, on);
    const slow = standingStill(other.world, (call) => call === at && leaseOf(on)?.holder === 'uninstaller');
    const uninstalling = executeOperation(operationPlan('uninstall'), slow.world);
    uninstalling.catch(() => undefined);
    await on.clock.until(slow.isStopped);
    expect(on.cluster.find(Deployment, 'agent-canary') === undefined).toBe(removed.length > 0);
    const next = stage({ holder: 'run-2', query: on.world.metrics.query, resolve: on.world.registry.resolve }, on);
    const image = digest('5');
    const run = executeCanary(planOf({ image, stages: '25@5m 100@1m', 'no-data-timeout': '2m' }), next.world);
    on.weights.length = 0;
    await on.clock.until(weightWritten(on, 25));
    slow.goOn();
    await expect(on.clock.until(uninstalling)).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect([on.weight(), leaseOf(on)?.holder, on.replicas('agent-canary')]).toEqual([25, 'run-2', 1]);
    expect(await on.clock.until(run)).toMatchObject({ outcome: 'promoted' });
  });

  it('removes what was written since it looked, as it is now', async () => {
    const on = shop();
    await on.clock.until(executeCanary(planOf(), on.world));
    let written = false;
    on.cluster.failing = ({ verb, kind }) => {
      const canary = on.cluster.find(Deployment, 'agent-canary');
      if (verb === 'delete' && kind === 'Deployment' && !written && canary !== undefined) {
        written = true;
        on.cluster.put(Deployment, { ...canary, status: { observedGeneration: 99 } });
      }
      return undefined;
    };
    expect((await tellBy(on, 'uninstall')).writes[0]).toBe('Deployment shop/agent-canary: removed');
    expect([written, on.cluster.find(Deployment, 'agent-canary')]).toEqual([true, undefined]);
  });

  it('leaves the user’s own canary alone', async () => {
    const on = shop();
    const stable = on.cluster.find(Deployment, 'agent');
    if (stable !== undefined) on.cluster.put(Deployment, { ...stable, metadata: { name: 'agent-canary', labels: { app: 'mine' } } });
    left(on, 'resting', '');
    await tellBy(on, 'uninstall');
    expect(on.cluster.find(Deployment, 'agent-canary')).toBeDefined();
  });
});
