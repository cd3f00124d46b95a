import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ActionResult } from '../actions/runner.ts';
import { startLab } from '../lab/lab.ts';
import { deployExample, type ExampleService } from './example-service.ts';
import { type Inputs, routeOf, runAs, runCanary, standing, underLoad } from './rollouts.ts';
import { callsOf, storyOf } from './story.ts';

// A scrape that takes longer than the interval counts for nothing, and stable's series are then gone until the next one.
const starting = startLab({ name: 'preflight', scrapeInterval: '3s' });
beforeAll(() => starting, 300_000);
afterAll(async () => (await starting).stop());

const deploy = async (namespace: string) => deployExample(await starting, namespace, { replicas: 2 });
const minutes = 60_000;

/** Only the preflight. */
const check = (app: ExampleService, image: string, inputs: Inputs = {}): Promise<ActionResult> =>
  runCanary(app, image, { 'dry-run': 'true', ...inputs });

/** The one message of a run that was refused. */
function refusal(run: ActionResult): string {
  expect(run.outputs).toMatchObject({ outcome: 'not-started' });
  expect(run.exitCode).toBe(1);
  const [only, ...others] = run.commands.filter(({ name }) => name === 'error');
  expect(others).toEqual([]);
  const message = only?.message ?? '';
  // An annotation that would be too long is cut, and the log has the whole.
  return message.endsWith('The rest is in the log and in the summary.')
    ? run.log.slice(0, run.log.indexOf('\n→ Mend what is listed'))
    : message;
}

function passes(run: ActionResult): void {
  expect(run.outputs).toMatchObject({ outcome: 'not-started', reason: 'A dry run: everything was checked and nothing was written.' });
  expect(run.exitCode).toBe(0);
}

/** The whole message where it is no list. */
function problemsIn(message: string): readonly string[] {
  const listed = message.split('\n').filter((line) => line.startsWith('- '));
  return listed.length === 0 ? [message] : listed;
}

/** The YAML of a message: the lines that are indented as it is. */
const yamlIn = (message: string): string =>
  message
    .split('\n')
    .filter((line) => line.startsWith('      '))
    .map((line) => line.slice(6))
    .join('\n');

async function mayUpdateRoute({ lab, namespace }: ExampleService): Promise<boolean> {
  const resourceAttributes = { namespace, verb: 'update', group: 'gateway.networking.k8s.io', resource: 'httproutes', name: 'agent' };
  const review = await lab.client.objects.send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user: `system:serviceaccount:${namespace}:wf-deploy`, groups: ['system:serviceaccounts'], resourceAttributes },
  });
  return review['status'].allowed === true;
}

const reads = ['get', 'list', 'watch'];

describe('the preflight on a real API server', () => {
  it.concurrent(
    'a dry run writes nothing: it reads, and asks what it may do',
    async () => {
      const app = await deploy('dry');
      const since = new Date();
      passes(await check(app, await app.version('good')));
      const calls = await callsOf(app, since);
      expect(calls.length).toBeGreaterThan(5);
      expect(calls.filter(({ verb }) => !reads.includes(verb))).toEqual([]);
      expect(await standing(app)).toMatchObject({ weight: 0, canaryPods: undefined, holder: '' });
    },
    6 * minutes,
  );

  it.concurrent(
    'what is missing is told all at once, and nothing is written',
    async () => {
      const app = await deploy('nothing');
      const { namespace } = app;
      await app.lab.client.delete({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'agent' });
      await app.lab.client.delete({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', namespace, name: 'agent' });
      const since = new Date();
      const message = refusal(await runCanary(app, app.image.replace(/:v1$/, ':no-such-tag')));
      expect(problemsIn(message)).toEqual([
        '- Deployment nothing/agent is not there.',
        '- HTTPRoute nothing/agent is not there.',
        `- The registry has no image ${app.image.replace(/:v1$/, ':no-such-tag')}.`,
      ]);
      expect(await storyOf(app, since)).toEqual([]);
    },
    6 * minutes,
  );

  it.concurrent(
    'no Service for the canary, and no second backend: each with the YAML that mends it, and then it passes',
    async () => {
      const app = await deploy('mended');
      const { namespace, lab } = app;
      const image = await app.version('good');
      await lab.client.delete({ apiVersion: 'v1', kind: 'Service', namespace, name: 'agent-canary' });
      const service = refusal(await check(app, image));
      expect(problemsIn(service)).toEqual(['- Service mended/agent-canary is not there: the canary has no address of its own.']);
      await lab.client.apply(yamlIn(service));
      passes(await check(app, image));

      const { spec } = await routeOf(app);
      const rules = [{ ...spec.rules[1], backendRefs: [spec.rules[1].backendRefs[0]] }];
      await lab.client.patch(
        { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', namespace, name: 'agent' },
        { spec: { rules } },
      );
      const route = refusal(await check(app, image));
      expect(problemsIn(route)).toHaveLength(1);
      await lab.client.apply(yamlIn(route));
      passes(await check(app, image));
    },
    6 * minutes,
  );

  it.concurrent(
    'an account without rights gets a Role; with exactly that it passes, and without one verb of it one problem names the verb',
    async () => {
      const app = await deploy('rights');
      const { namespace, lab } = app;
      const image = await app.version('good');
      const kubeconfig = await readFile(await lab.kubeconfigFor({ namespace, serviceAccount: 'wf-deploy' }), 'utf8');
      const first = refusal(await check(app, image, { kubeconfig }));
      expect(problemsIn(first)).toEqual([expect.stringContaining('- Permissions are missing: ')]);
      /** Roles are in force a moment after they are stored. */
      const untilUpdates = async (allowed: boolean): Promise<unknown> =>
        lab.client.waitFor(`the right to update the route: ${allowed}`, async () => (await mayUpdateRoute(app)) === allowed, 120);
      await lab.client.apply(yamlIn(first));
      await untilUpdates(true);
      passes(await check(app, image, { kubeconfig }));
      // It is enough for a whole rollout, too.
      const run = await underLoad(app, 60, () => runCanary(app, image, { kubeconfig, stages: '50@2s 100@2s' }));
      expect(run.outputs).toMatchObject({ outcome: 'promoted' });

      const [role] = await lab.client.list({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', namespace });
      const rules = ((role?.['rules'] ?? []) as { resources: string[]; verbs: string[] }[]).map((rule) =>
        rule.resources.includes('httproutes') ? { ...rule, verbs: rule.verbs.filter((verb) => verb !== 'update') } : rule,
      );
      await lab.client.patch(
        { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', namespace, name: role?.metadata?.name ?? '' },
        { rules },
      );
      await untilUpdates(false);
      const less = refusal(await check(app, await app.version('better'), { kubeconfig }));
      expect(problemsIn(less)).toEqual([
        '- Permissions are missing: update httproutes (read and write the traffic split, and see it accepted).',
      ]);
    },
    6 * minutes,
  );

  it.concurrent(
    'a quota without room for a second full size',
    async () => {
      const app = await deploy('quota');
      const { namespace, lab } = app;
      await lab.client.apply({
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { namespace, name: 'small' },
        spec: { hard: { pods: '3' } },
      });
      const counted = async () => {
        const quota = await lab.client.get({ apiVersion: 'v1', kind: 'ResourceQuota', namespace, name: 'small' });
        return quota['status']?.used?.pods === '2';
      };
      await lab.client.waitFor('use of the quota', counted, 180);
      const message = refusal(await check(app, await app.version('good')));
      expect(problemsIn(message)).toEqual([
        '- ResourceQuota small, pods: hard 3, used 2, needed 3 more for 3 pods of the canary agent-canary, which grows to the size of stable, 2, of stable, whose update begins with a pod more.',
      ]);
    },
    6 * minutes,
  );

  it.concurrent.each([
    ['helm', 'Helm', { annotations: { 'meta.helm.sh/release-name': 'shop' }, labels: { 'app.kubernetes.io/managed-by': 'Helm' } }],
    ['argo', 'Argo CD', { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:gateway.networking.k8s.io/HTTPRoute:argo/agent' } }],
    ['flux', 'Flux', { labels: { 'kustomize.toolkit.fluxcd.io/name': 'shop', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } }],
  ])(
    'a route that %s owns is refused, unless `gitops: accept`',
    async (namespace, tool, metadata) => {
      const app = await deploy(namespace);
      const image = await app.version('good');
      await app.lab.client.patch({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', namespace, name: 'agent' }, { metadata });
      const message = refusal(await check(app, image));
      expect(problemsIn(message)).toEqual([expect.stringContaining(`- HTTPRoute agent belongs to ${tool} (`)]);
      const accepted = await check(app, image, { gitops: 'accept' });
      passes(accepted);
      expect(accepted.log).toContain(`warning: HTTPRoute agent belongs to ${tool}`);
    },
    6 * minutes,
  );

  it.concurrent(
    'weight at rest: `stop` refuses, `reset` sets it to 0 before anything else',
    async () => {
      const app = await deploy('weighted');
      const image = await app.version('good');
      const [stable, canary] = [80, 20];
      await app.lab.client.objects.send(
        'PATCH',
        `/apis/gateway.networking.k8s.io/v1/namespaces/${app.namespace}/httproutes/agent`,
        [
          { op: 'replace', path: '/spec/rules/1/backendRefs/0/weight', value: stable },
          { op: 'replace', path: '/spec/rules/1/backendRefs/1/weight', value: canary },
        ],
        'application/json-patch+json',
      );
      expect(problemsIn(refusal(await check(app, image, { 'at-rest': 'stop' })))).toEqual(['- The route gives the canary 20 % at rest.']);
      const run = await runCanary(app, image, { smoke: '- http: /health\n  status: 204\n  attempts: 1' });
      expect(run.log).toContain('warning: The route gives the canary 20 % at rest.');
      expect((await storyOf(app)).slice(0, 3)).toEqual(['lease taken, epoch 1', 'route 0 %, epoch 1', 'lease says preparing 0 %']);
      expect(await standing(app)).toMatchObject({ weight: 0 });
    },
    6 * minutes,
  );

  it.concurrent(
    'a metric that does not exist is a problem, and so is a selector that matches nothing; the Service of Prometheus works as its URL does',
    async () => {
      const app = await deploy('measured');
      const image = await app.version('good');
      const metrics = 'requests: sum by (status) (no_such_metric_total{$canary})\nerrors: sum(no_such_metric_total{$canary, status="500"})';
      expect(refusal(await check(app, image, { metrics }))).toContain('no_such_metric_total');
      const selected = refusal(await check(app, image, { 'stable-selector': 'pod="no-such-pod"' }));
      expect(problemsIn(selected)).toEqual([expect.stringContaining('- Stable cannot be measured: no series matches')]);
      const { 'prometheus-url': _, ...inputs } = app.inputs;
      passes(await check({ ...app, inputs }, image, { 'prometheus-service': 'monitoring/prometheus:9090' }));
    },
    6 * minutes,
  );
});

describe('a rollout in two parts', () => {
  it.concurrent(
    'analysed, then promoted by its own action and no other image; promoted again, nothing is written',
    async () => {
      const app = await deploy('parts');
      const [image, other] = [await app.version('good'), await app.version('better')];
      await underLoad(app, 60, async () => {
        const analysed = await runCanary(app, image, { promote: 'false', stages: '50@2s' });
        expect(analysed.outputs).toMatchObject({ outcome: 'analysed', weight: '0' });
        expect(await standing(app)).toMatchObject({ weight: 0, stable: app.image, canaryPods: 0, holder: '' });

        const refused = refusal(await runAs('promote', app, { image: other }));
        expect(refused).toContain('There is no evidence for ');
        expect(refused).toContain(`what passed here is ${analysed.outputs['image']}`);

        const since = new Date();
        const promoted = await runAs('promote', app, {});
        expect(promoted.outputs).toMatchObject({ outcome: 'promoted', weight: '0', image: analysed.outputs['image'] });
        expect(await standing(app)).toMatchObject({ weight: 0, stable: analysed.outputs['image'], canaryPods: 0, holder: '' });
        const story = await storyOf(app, since);
        expect(story.indexOf(`agent gets ${analysed.outputs['image']}`)).toBeGreaterThan(story.indexOf('route 100 %, epoch 2'));

        const later = new Date();
        const again = await runCanary(app, image);
        expect(again.outputs).toMatchObject({ outcome: 'promoted' });
        expect(again.exitCode).toBe(0);
        expect(await storyOf(app, later)).toEqual([]);
        return {};
      });
    },
    6 * minutes,
  );
});
