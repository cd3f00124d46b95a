import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { workspaceFiles } from '../../../src/adapters/files/workspace.ts';
import { ConfigMap, Deployment, Lease, ReplicaSet, Secret } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { deploymentSpec } from '../../../src/domain/kubernetes/workload.ts';
import { yamlDocuments } from '../../../src/domain/kubernetes/yaml.ts';
import { manifestPermissions } from '../../../src/domain/manifests/permissions.ts';
import { referencesOf } from '../../../src/domain/manifests/references.ts';
import { readLease } from '../../../src/domain/rollout/lease.ts';
import { fingerprint } from '../../../src/domain/units/fingerprint.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import type { CanaryPlan } from '../../../src/flows/canary/plan.ts';
import { takeBack } from '../../../src/flows/canary/take-back.ts';
import type { Files } from '../../../src/ports/files.ts';
import { dyingAfter } from '../dying-after.ts';
import { asking, denies, lackingIn, printedRoles } from '../rights.ts';
import { digest, newImage, oldImage, planOf, type Shop, shop } from './shop.ts';

const workspace = mkdtempSync(join(tmpdir(), 'manifests-'));
afterAll(() => rmSync(workspace, { recursive: true }));

let count = 0;
/** A folder with these files, as an input names it. */
function folder(files: Readonly<Record<string, string>>): string {
  count += 1;
  for (const [name, text] of Object.entries(files)) {
    const path = join(workspace, `m${count}`, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return `m${count}`;
}

const container = (more: object = {}) => ({ name: 'agent', image: 'shop/agent', ports: [{ name: 'http', containerPort: 8080 }], ...more });
const deployment = (
  spec: object = { containers: [container({ envFrom: [{ configMapRef: { name: 'agent-config' } }] })] },
  more: object = {},
) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'agent', ...more },
  spec: { selector: { matchLabels: { app: 'agent' } }, template: { metadata: { labels: { app: 'agent' } }, spec } },
});
const config = (mode: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'agent-config', ...more },
  data: { MODE: mode },
});
const usual = (mode = 'new') => folder({ 'all.yaml': yamlDocuments([deployment(), config(mode)]) });

/** Stable runs with the configuration `agent-config`, which is `old`. */
function configured(behaviours = {}): Shop {
  const on = shop(behaviours, { workspace });
  const stable = on.cluster.find(Deployment, 'agent');
  if (stable === undefined) throw new Error('There is a stable.');
  const { template } = deploymentSpec(stable);
  const containers = template?.spec?.containers?.map((each) => ({ ...each, envFrom: [{ configMapRef: { name: 'agent-config' } }] }));
  on.cluster.put(Deployment, {
    ...stable,
    metadata: { ...stable.metadata, uid: 'stable-uid' },
    status: { ...(stable['status'] as object), observedGeneration: 1_000_000 },
    spec: { ...deploymentSpec(stable), template: { ...template, spec: { containers } } },
  });
  on.cluster.put(ConfigMap, config('old') as unknown as KubernetesObject);
  // As its controller does it: each template that a Deployment had is kept in a ReplicaSet.
  const { reacting } = on.cluster;
  on.cluster.reacting = (object) => {
    reacting(object);
    if (object.kind !== 'Deployment' || object.metadata.name !== 'agent') return;
    const { template: present } = deploymentSpec(object);
    const name = `agent-${fingerprint(present)}`;
    on.cluster.put(ReplicaSet, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name, labels: { app: 'agent' } },
      spec: { template: present },
    });
  };
  return on;
}

const configOf = (on: Shop, name: string): string | undefined => {
  const object = on.cluster.find(Deployment, name);
  return object === undefined ? undefined : referencesOf(deploymentSpec(object).template ?? {})[0]?.name;
};
const modeIn = (on: Shop, name: string | undefined) =>
  (on.cluster.find(ConfigMap, name ?? '')?.['data'] as { readonly MODE: string } | undefined)?.MODE;
const copies = (on: Shop) => on.cluster.objectsOf(ConfigMap).filter(({ metadata }) => metadata.name !== 'agent-config');
const leaseOf = (on: Shop) => {
  const object = on.cluster.find(Lease, 'wf-deploy-agent');
  return object === undefined ? undefined : readLease(object);
};
/** The files of an input, read: real reading takes time that no clock of these tests knows. */
async function loaded(manifests: string): Promise<Files> {
  const files = workspaceFiles(workspace);
  const paths = await files.find(manifests);
  const documents = new Map(await Promise.all(paths.map(async (path) => [path, await files.documents(path, 1e6)] as const)));
  return {
    find: () => Promise.resolve(paths),
    text: () => Promise.reject(new Error('No text is read.')),
    documents: (path) => Promise.resolve(documents.get(path) ?? []),
  };
}

const execute = async (on: Shop, plan: CanaryPlan, holder = 'run-1') => {
  const files = await loaded(plan.manifests[0] ?? 'none');
  return await on.clock.until(executeCanary(plan, { ...on.world, files, run: { ...on.world.run, holder } }));
};
const run = (on: Shop, inputs: Readonly<Record<string, string>>) => execute(on, planOf(inputs));
const templateOf = (on: Shop) => JSON.stringify(deploymentSpec(on.cluster.find(Deployment, 'agent') as KubernetesObject).template);

describe('a rollout with manifests', () => {
  it('gives the canary and then stable the whole new template, and writes over no configuration', async () => {
    const on = configured();
    const seen: (string | undefined)[] = [];
    const { reacting } = on.cluster;
    on.cluster.reacting = (object) => {
      reacting(object);
      if (object.kind === 'HTTPRoute')
        seen.push(`${on.weight()} %: canary ${modeIn(on, configOf(on, 'agent-canary'))}, stable ${modeIn(on, configOf(on, 'agent'))}`);
    };
    const result = await run(on, { manifests: usual() });
    expect(result).toMatchObject({ outcome: 'promoted' });
    expect(seen).toEqual([
      '0 %: canary undefined, stable old',
      '25 %: canary new, stable old',
      '100 %: canary new, stable old',
      '50 %: canary new, stable new',
      '0 %: canary new, stable new',
    ]);
    expect([on.image('agent'), modeIn(on, 'agent-config')]).toEqual([newImage, 'old']);
    expect(copies(on)).toMatchObject([
      {
        metadata: {
          name: expect.stringMatching(/^agent-config-[0-9a-z]{14}$/),
          labels: { 'wf-deploy.io/service': 'agent', 'wf-deploy.io/track': 'configuration' },
          ownerReferences: [{ kind: 'Deployment', name: 'agent', uid: 'stable-uid' }],
        },
        immutable: true,
      },
    ]);
    expect(leaseOf(on)).toMatchObject({
      holder: '',
      template: { copies: [{ kind: 'ConfigMap' }] },
      evidence: { template: expect.any(String) },
    });
    expect(leaseOf(on)?.template?.undo).toBeUndefined();
  });

  it('that changes configuration alone is a rollout too, and the same one again is none', async () => {
    const on = configured();
    const manifests = usual('newer');
    expect(await run(on, { manifests, image: oldImage })).toMatchObject({
      outcome: 'promoted',
      reason: expect.stringContaining('Every stage'),
    });
    expect([on.image('agent'), modeIn(on, configOf(on, 'agent'))]).toEqual([oldImage, 'newer']);
    expect(await run(on, { manifests, image: oldImage })).toMatchObject({ reason: expect.stringContaining('nothing had to be done') });
    expect(await run(on, { manifests: usual('newest'), image: oldImage })).toMatchObject({
      reason: expect.stringContaining('Every stage'),
    });
  });

  it('that was analysed leaves what a canary with pods at rest reads, and no more than that', async () => {
    const on = configured();
    const manifests = usual();
    const inputs = { manifests, promote: 'false' };
    expect(await run(on, { ...inputs, 'canary-at-rest': '1' })).toMatchObject({ outcome: 'analysed' });
    expect([modeIn(on, configOf(on, 'agent-canary')), modeIn(on, configOf(on, 'agent')), copies(on).length]).toEqual(['new', 'old', 1]);
    expect(await run(on, inputs)).toMatchObject({ outcome: 'analysed' });
    expect([on.replicas('agent-canary'), copies(on)]).toEqual([0, []]);
  });

  it('that fails leaves stable untouched, and no copy behind', async () => {
    const on = configured({ [newImage]: { errors: 0.1 } });
    const before = templateOf(on);
    expect(await run(on, { manifests: usual() })).toMatchObject({ outcome: 'rolled-back' });
    expect([templateOf(on), copies(on), leaseOf(on)?.template]).toEqual([before, [], { copies: [] }]);
  });

  it('that fails in the promotion gives stable its whole old template back', async () => {
    const on = configured();
    const before = templateOf(on);
    const { reacting } = on.cluster;
    let failed = false;
    // Stable's pods do not become available with the new template.
    on.cluster.reacting = (object) => {
      reacting(object);
      if (object.metadata.name !== 'agent' || object.kind !== 'Deployment' || JSON.stringify(deploymentSpec(object).template) === before)
        return;
      failed = true;
      const found = on.cluster.find(Deployment, 'agent') as KubernetesObject;
      on.cluster.put(Deployment, { ...found, status: { ...(found['status'] as object), availableReplicas: 0, readyReplicas: 0 } });
    };
    expect(await run(on, { manifests: usual(), 'rollout-timeout': '2m' })).toMatchObject({
      outcome: 'rolled-back',
      code: 'ROLLOUT_TIMED_OUT',
    });
    expect([failed, templateOf(on), modeIn(on, 'agent-config'), on.weight()]).toEqual([true, before, 'old', 0]);
  });

  it('keeps copies that stable could be rolled back to, and takes the others away', async () => {
    const on = configured();
    await run(on, { manifests: usual('one') });
    await run(on, { manifests: usual('two'), image: digest('3') });
    expect(copies(on).map((copy) => modeIn(on, copy.metadata.name))).toEqual(['one', 'two']);
    for (const set of on.cluster.objectsOf(ReplicaSet))
      if (referencesOf(deploymentSpec(set).template ?? {})[0]?.name !== configOf(on, 'agent'))
        on.cluster.remove(ReplicaSet, set.metadata.name);
    await run(on, { image: digest('4') });
    expect(copies(on).map((copy) => modeIn(on, copy.metadata.name))).toEqual(['two']);
  });

  it('and evidence: a promotion asks for this very template', async () => {
    const on = configured();
    const manifests = usual();
    expect(await run(on, { manifests, promote: 'false', stages: '25@1m' })).toMatchObject({ outcome: 'analysed' });
    const template = leaseOf(on)?.evidence?.template;
    expect(template).toMatch(/^[0-9a-z]{14}$/);
    const plan = { ...planOf({ manifests: usual('another') }), requireEvidence: true };
    await expect(execute(on, plan)).rejects.toMatchObject({
      what: expect.stringContaining('There is no evidence'),
    });
    expect(await execute(on, { ...planOf({ manifests }), requireEvidence: true })).toMatchObject({
      outcome: 'promoted',
    });
  });
});

/** A run that is killed when it has made so many writes. Answers whether it came to its end before. */
async function killedAfter(on: Shop, writes: number, manifests: string, files: Files): Promise<boolean> {
  let over = false;
  void executeCanary(planOf({ manifests }), { ...on.world, files, cluster: dyingAfter(on.cluster, writes) }).then(() => {
    over = true;
  });
  await on.clock.pass(600);
  return over;
}

describe('a rollout with manifests that is killed', () => {
  it('after any of its writes: `post` gives stable its whole old template back, or leaves the promoted one, and the next run finishes', async () => {
    const manifests = usual();
    const files = await loaded(manifests);
    let kills = 0;
    for (let writes = 1; ; writes += 1) {
      const on = configured();
      const before = templateOf(on);
      if (await killedAfter(on, writes, manifests, files)) break;
      kills += 1;
      const promoted = ['promoted', 'resting'].includes(leaseOf(on)?.rollout?.phase ?? '') && templateOf(on) !== before;
      const post = { ...on.world, run: { ...on.world.run, holder: 'post-1' } };
      // The workspace is gone by then: nothing of it may be needed.
      await on.clock.until(takeBack({ ...planOf(), manifests: ['not-there'] }, { holder: 'run-1', open: 'true' }, post));
      expect([writes, on.weight(), templateOf(on) === before, leaseOf(on)?.holder ?? '']).toEqual([writes, 0, !promoted, '']);
    }
    expect(kills).toBeGreaterThan(20);
    for (let writes = 1; writes <= kills; writes += 1) {
      const on = configured();
      await killedAfter(on, writes, manifests, files);
      expect(await execute(on, planOf({ image: digest('3') }), 'run-2')).toMatchObject({ outcome: 'promoted' });
      // Without manifests the configuration is the one that stable has when nothing is half done.
      const mode = modeIn(on, configOf(on, 'agent'));
      expect([writes, on.image('agent'), ['old', 'new'].includes(mode ?? ''), on.weight()]).toEqual([writes, digest('3'), true, 0]);
    }
  }, 90_000);
});

describe('a promotion of manifests that was found half done', () => {
  /** Stable has the new template, and the run is gone. */
  async function halfDone(manifests: string): Promise<Shop> {
    for (let writes = 1; writes < 60; writes += 1) {
      const on = configured();
      const before = templateOf(on);
      await killedAfter(on, writes, manifests, await loaded(manifests));
      if (leaseOf(on)?.rollout?.phase === 'promoting' && templateOf(on) !== before) return on;
    }
    throw new Error('Stable never gets the template.');
  }

  it('is finished when the same manifests come again', async () => {
    const manifests = usual();
    const on = await halfDone(manifests);
    const since = on.weights.length;
    expect(await execute(on, planOf({ manifests }), 'run-2')).toMatchObject({ outcome: 'promoted' });
    expect([on.weights.slice(since), modeIn(on, configOf(on, 'agent'))]).toEqual([[100, 50, 0], 'new']);
  });

  it('is undone, and every stage seen, when the same image comes with other manifests', async () => {
    const on = await halfDone(usual());
    const since = on.weights.length;
    expect(await execute(on, planOf({ manifests: usual('another') }), 'run-2')).toMatchObject({ outcome: 'promoted' });
    expect([on.weights.slice(since), modeIn(on, configOf(on, 'agent'))]).toEqual([[100, 0, 25, 100, 50, 0], 'another']);
  });
});

describe('manifests that cannot be used', () => {
  const bomb = ['a: &a [x, x, x]', 'b: &b [*a, *a, *a]', 'c: [*b, *b, *b]'].join('\n');
  const table: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
    ['a folder without any', { 'notes.txt': 'x' }, /stands for no file that ends in/],
    ['no YAML', { 'a.yaml': 'kind: [' }, /a\.yaml` cannot be read: it is not YAML/],
    ['a template of helm', { 'a.yaml': 'kind: {{ .Values.kind }}' }, /has no `apiVersion` and `kind`\.\n.*the output of/s],
    ['aliases of aliases', { 'a.yaml': bomb }, /aliases .* are not read here/],
    ['very deep nesting', { 'a.yaml': `a: ${'['.repeat(10_000)}` }, /cannot be read/],
    ['a file that is too large', { 'a.yaml': `a: ${'x'.repeat(1_100_000)}` }, /has 11\d+ bytes, and at most 1048576 are read/],
    ['what is no object', { 'a.yaml': '- 1' }, /has no `apiVersion` and `kind`/],
    [
      'an object without a name',
      { 'a.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {}' },
      /of kind Secret has no usable `metadata.name`/,
    ],
    ['a Kustomization', { 'kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization' }, /is a Kustomization/],
    [
      'no Deployment of stable',
      { 'a.yaml': yamlDocuments([config('x')]) },
      /Deployment agent is not among their 1 objects. They hold no Deployment/,
    ],
    [
      'two of them',
      { 'a.yaml': yamlDocuments([deployment()]), 'b.yaml': yamlDocuments([deployment()]) },
      /Deployment agent is there 2 times/,
    ],
    [
      'one of another namespace',
      { 'a.yaml': yamlDocuments([deployment(undefined, { namespace: 'staging' })]) },
      /is of the namespace staging, and the service is in shop/,
    ],
    [
      'configuration of another namespace',
      { 'a.yaml': yamlDocuments([deployment(), config('x', { namespace: 'kube-system' })]) },
      /ConfigMap agent-config is of the namespace kube-system/,
    ],
    [
      'the same configuration twice',
      { 'a.yaml': yamlDocuments([deployment(), config('x'), config('y')]) },
      /ConfigMap agent-config is there 2 times/,
    ],
    ['no containers', { 'a.yaml': yamlDocuments([deployment({ containers: 'none' })]) }, /no pod template with a list of named containers/],
    [
      'pods that stable does not select',
      {
        'a.yaml': yamlDocuments([
          { ...deployment(), spec: { template: { metadata: { labels: { app: 'other' } }, spec: { containers: [container()] } } } },
        ]),
      },
      /would not have the labels that the Deployment in the cluster selects by/,
    ],
    [
      'two containers and no name',
      { 'a.yaml': yamlDocuments([deployment({ containers: [container(), { name: 'proxy' }] })]) },
      /`container` is not given/,
    ],
  ];

  it.each(table)('%s: one error before anything is written', async (_, files, problem) => {
    const on = configured();
    const failure = await executeCanary(planOf({ manifests: folder(files) }), on.world).then(
      () => undefined,
      (error: { readonly code: string; readonly what: string }) => error,
    );
    expect(failure).toMatchObject({ code: 'PREFLIGHT_FAILED', what: expect.stringMatching(problem) });
    expect(on.cluster.writes().filter((write) => !write.includes('SelfSubjectAccessReview'))).toEqual([]);
  });

  it('a file that is not there', async () => {
    await expect(executeCanary(planOf({ manifests: 'nowhere.yaml' }), configured().world)).rejects.toMatchObject({
      what: expect.stringContaining('nowhere.yaml stands for no file'),
    });
  });

  it('a canary that is the user’s own', async () => {
    const on = configured();
    const users = { ...deployment({ containers: [container()] }), metadata: { name: 'agent-canary', namespace: 'shop' } };
    on.cluster.put(Deployment, users as unknown as KubernetesObject);
    await expect(run(on, { manifests: usual() })).rejects.toMatchObject({
      what: expect.stringContaining('Deployment agent-canary is your own'),
    });
  });

  it('configuration that the account may not write', async () => {
    const on = configured();
    on.cluster.allows = ({ spec }) => (spec as { resourceAttributes: { resource: string } }).resourceAttributes.resource !== 'configmaps';
    await expect(run(on, { manifests: usual(), guardian: 'false' })).rejects.toMatchObject({
      what: expect.stringMatching(/The configuration in `manifests` cannot be written: .*configmaps/),
    });
  });

  it('of that, the whole Role is printed, for whoever asks', async () => {
    const on = configured();
    denies(on.cluster, 'delete configmaps');
    const failure: { readonly what: string } = await run(on, { manifests: usual(), guardian: 'false' }).then(
      () => ({ what: '' }),
      (error: unknown) => error as { readonly what: string },
    );
    const printed = printedRoles(failure.what);
    const needed = manifestPermissions('shop', [{ kind: 'ConfigMap', metadata: { name: 'agent-config' } }]);
    expect(lackingIn(printed, needed)).toEqual([]);
    expect(printed).toMatchObject([{ metadata: { name: 'wf-deploy-agent-manifests' } }, { subjects: [asking] }]);
  });

  it('a template of stable that is too large to be kept for the way back', async () => {
    const on = configured();
    const large = { name: 'LARGE', value: 'x'.repeat(300_000) };
    on.cluster.put(Deployment, deployment({ containers: [{ ...container(), env: [large] }] }) as unknown as KubernetesObject);
    await expect(run(on, { manifests: usual() })).rejects.toMatchObject({
      what: expect.stringMatching(/The pod template of Deployment agent has 300\d+ characters, and \d+ fit into the Lease/),
    });
  });

  it('what is not rolled out is named', async () => {
    const on = configured();
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'agent' }, spec: {} };
    const unused = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'unused' }, data: {} };
    const list = { apiVersion: 'v1', kind: 'List', items: [deployment(), config('x'), service, unused] };
    const { warnings } = await run(on, { manifests: folder({ 'deep/er/all.json': JSON.stringify(list) }) });
    expect(warnings).toContainEqual(expect.stringContaining('Left as they are in the cluster: Service agent, Secret unused.'));
    expect(on.cluster.objectsOf(Secret)).toEqual([]);
  });
});
