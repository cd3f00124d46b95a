import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ActionResult } from '../actions/runner.ts';
import { ApiFailure } from '../lab/api-objects.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import type { ExampleService } from '../rollout/example-service.ts';
import { type Inputs, printed, runCanary, startCanary, underLoad } from '../rollout/rollouts.ts';
import { storyOf } from '../rollout/story.ts';
import { deployGuarded, guardianObjects, lingering, nodeImage, signOf, standing, untilWeight } from './guarded.ts';
import { pullNodeImage } from './pull-node-image.ts';

const starting = startLab({ name: 'guardian-posted' });
beforeAll(async () => pullNodeImage(await starting), 600_000);
afterAll(async () => (await starting).stop());

const deploy = async (namespace: string): Promise<ExampleService> => deployGuarded(await starting, namespace);
const minutes = 60_000;

/** Only the preflight. */
const check = (app: ExampleService, image: string, inputs: Inputs = {}): Promise<ActionResult> =>
  runCanary(app, image, { 'dry-run': 'true', ...inputs });

/** The problems of a run that was refused, each with its remedy and YAML. */
function problemsOf(run: ActionResult): readonly string[] {
  expect(run.outputs).toMatchObject({ outcome: 'not-started' });
  expect(run.exitCode).toBe(1);
  const message = run.commands.find(({ name }) => name === 'error')?.message ?? '';
  // An annotation that would be too long is cut, and the log has the whole.
  const whole = message.endsWith('The rest is in the log and in the summary.') ? run.log : message;
  const listed = whole.slice(0, whole.indexOf('\n→ Mend what is listed'));
  return listed.split(/\n(?=- )/).slice(1);
}

/** The YAML of a problem: the lines that are indented as it is. */
const yamlIn = (problem: string): string =>
  problem
    .split('\n')
    .filter((line) => line.startsWith('      '))
    .map((line) => line.slice(6))
    .join('\n');

function passes(run: ActionResult): void {
  expect(run.outputs).toMatchObject({ reason: 'A dry run: everything was checked and nothing was written.' });
}

/** Short, and with a guardian from its one stage on. */
const short: Inputs = { stages: '50@2s', promote: 'false', 'min-requests': '10' };

/** A run that is alive stays alive on a machine that is slow: of five seconds, its guardian may miss three heartbeats within three. */
const patient: Inputs = { 'lease-duration': '30s', 'no-data-timeout': '3m', 'rollout-timeout': '3m' };
/** Seconds until whatever a guardian does is done. */
const patience = 180;

const weightsOf = async (app: ExampleService): Promise<readonly string[]> =>
  (await storyOf(app)).filter((line) => line.startsWith('route') && !line.startsWith('route 0 %'));

describe('the account of a guardian', () => {
  it.concurrent(
    'is given by an administrator who applies what the preflight prints, and then it takes a dead run back',
    async () => {
      const app = await deploy('given');
      const { lab, namespace } = app;
      const image = await app.version('good');
      const kubeconfig = await readFile(await lab.kubeconfigFor({ namespace, serviceAccount: 'wf-deploy' }), 'utf8');
      const problems = problemsOf(await check(app, image, { kubeconfig }));
      expect(problems).toEqual([
        expect.stringMatching(/^- Permissions are missing: /),
        expect.stringMatching(/^- The guardian cannot be made: create jobs /),
        expect.stringMatching(/^- The guardian's account cannot be made: /),
      ]);
      for (const problem of problems) await lab.client.apply(yamlIn(problem));
      // The run itself still may not make an account. Rights are known to the API server a moment after they are stored.
      const left = async (): Promise<string | undefined> => {
        const [account, ...others] = problemsOf(await check(app, image, { kubeconfig }));
        return others.length === 0 ? account : undefined;
      };
      expect(yamlIn(await lab.client.waitFor('the rights', left, patience))).toBe(yamlIn(problems[2] ?? ''));
      const given = { kubeconfig, 'guardian-service-account': 'wf-deploy-guardian-agent' };
      passes(await check(app, image, given));

      const { load } = await underLoad(app, 30, async () => {
        const run = startCanary(app, image, { ...given, ...lingering, ...patient });
        await printed(run, /^stage 1\/2, 20 % · .* requests/);
        const made = await guardianObjects(app);
        run.kill();
        await untilWeight(app, 0, patience);
        return { made, run: await run.result };
      });
      expect(load.failed).toBe(0);
      await lab.client.waitFor('the last word', async () => (await signOf(app))?.['is'] === 'acted', patience);
      expect(await signOf(app)).toMatchObject({ did: 'weight 0' });
      expect(await standing(app)).toMatchObject({ weight: 0, holder: '' });
    },
    10 * minutes,
  );
});

describe('the webhook of a guardian', () => {
  it.concurrent(
    'is told when the run is gone; its address is in a Secret and in nothing else',
    async () => {
      const app = await deploy('webhook');
      const { lab, namespace } = app;
      const receiver = await receiverIn(lab, namespace);
      const image = await app.version('good');
      await underLoad(app, 30, async () => {
        const run = startCanary(app, image, { ...lingering, ...patient, 'notify-webhook': receiver.url });
        await printed(run, /^stage 1\/2, 20 % · .* requests/);
        const [guardian] = (await guardianObjects(app)).filter((name) => name.startsWith('Pod '));
        const pod = guardian?.slice('Pod '.length) ?? '';
        const holding = await Promise.all(
          (['Secret', 'ConfigMap', 'Pod', 'Job'] as const).map(async (kind) => {
            const apiVersion = kind === 'Job' ? 'batch/v1' : 'v1';
            const found = await lab.client.list({ apiVersion, kind, namespace }, 'wf-deploy.io/track=guardian');
            const opened = kind === 'Secret' ? found.flatMap(({ data }) => Object.values<string>(data).map(atob)) : found;
            return JSON.stringify(opened).includes(receiver.secret);
          }),
        );
        expect(holding).toEqual([true, false, false, false]);
        run.kill();
        await untilWeight(app, 0, patience);
        await lab.client.waitFor('the message', async () => (await receiver.log()).includes('"severity":"warning"'), patience);
        expect(await lab.client.logs(namespace, pod)).not.toContain(receiver.secret);
        return { run: await run.result };
      });
      // Told again where the answer came too late, in the same words.
      const [message = '', ...others] = new Set((await receiver.log()).split('\n').filter((line) => line !== ''));
      expect(others).toEqual([]);
      expect(message).toContain('gave no sign of life');
      expect(message).not.toContain(receiver.secret);
    },
    10 * minutes,
  );
});

describe('a cluster that may not want a guardian', () => {
  it.concurrent(
    'of the Pod Security level `restricted`: it is let in',
    async () => {
      const app = await deploy('restricted');
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/enforce-version': 'latest' };
      await app.lab.client.patch({ apiVersion: 'v1', kind: 'Namespace', name: app.namespace }, { metadata: { labels } });
      const image = await app.version('good');
      const run = await underLoad(app, 30, () => runCanary(app, image, { ...short, ...patient }));
      expect(run.log).toContain('The guardian has rehearsed the way back and watches.');
      expect(run.outputs).toMatchObject({ outcome: 'analysed', weight: '0' });
    },
    10 * minutes,
  );

  it.concurrent(
    'with a quota that has no room for its pod: the preflight says so, and without a guardian it passes',
    async () => {
      const app = await deploy('no-room');
      const { lab, namespace } = app;
      const image = await app.version('good');
      // Two pods of stable, and the two of the canary at its full size.
      await lab.client.apply({
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { namespace, name: 'small' },
        spec: { hard: { 'count/jobs.batch': '0' } },
      });
      await lab.client.waitFor('the quota', () => isRefused(lab, namespace, 'jobs', 'exceeded quota: small'), patience);
      const problems = problemsOf(await check(app, image));
      expect(problems).toEqual([
        expect.stringMatching(/^- The guardian cannot be made here\. .*exceeded quota: small, .*\n.*[Ss]et `guardian: false`/),
      ]);
      passes(await check(app, image, { guardian: 'false' }));
      expect(await storyOf(app)).toEqual([]);
    },
    10 * minutes,
  );

  it.concurrent(
    'with a rule that refuses its Job: the preflight says so, and the run goes on only without a guardian',
    async () => {
      const app = await deploy('no-jobs');
      await forbid(app, 'batch', 'jobs', 'no Jobs here');
      const image = await app.version('good');
      expect(problemsOf(await check(app, image))).toEqual([
        expect.stringMatching(/^- The guardian cannot be made here\. .*no Jobs here.*\n.*[Ss]et `guardian: false`/),
      ]);
      const run = await underLoad(app, 30, () => runCanary(app, image, { ...short, ...patient, guardian: 'false' }));
      expect(run.outputs).toMatchObject({ outcome: 'analysed', weight: '0' });
    },
    10 * minutes,
  );

  it.concurrent(
    'with a rule that refuses its pod, which shows when it is posted: no weight is ever moved',
    async () => {
      const app = await deploy('no-pods');
      await forbid(app, '', 'pods', 'no guardians here', "object.metadata.?labels['wf-deploy.io/track'].orValue('') == 'guardian'");
      const image = await app.version('good');
      const run = await runCanary(app, image, { ...short, ...patient });
      expect(run.outputs).toMatchObject({ outcome: 'rolled-back', stage: '' });
      expect(run.report).toMatchObject({ code: 'GUARDIAN_MISSING' });
      expect(run.outputs['reason']).toMatch(/^There is no guardian: Its pod cannot be created: .*no guardians here/);
      expect(await weightsOf(app)).toEqual([]);
      await app.lab.client.waitFor('the end of the guardian', async () => (await guardianObjects(app)).length === 0, patience);
    },
    10 * minutes,
  );

  // No network plugin of the lab enforces a NetworkPolicy: what is shown is what the preflight reads in one.
  it.concurrent(
    'with a NetworkPolicy that lets nothing out: the preflight prints the one to add, and passes with it',
    async () => {
      const app = await deploy('no-egress');
      const { lab, namespace } = app;
      const image = await app.version('good');
      await lab.client.apply({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { namespace, name: 'default-deny' },
        spec: { podSelector: {}, policyTypes: ['Egress'] },
      });
      const problems = problemsOf(await check(app, image));
      expect(problems).toEqual([
        expect.stringMatching(/^- NetworkPolicy default-deny cuts the guardian off: no rule lets its pod reach the API server\./),
      ]);
      passes(await check(app, image, { guardian: 'false' }));
      await lab.client.apply(yamlIn(problems[0] ?? ''));
      passes(await check(app, image));
    },
    10 * minutes,
  );
});

/** Has the API server refuse what is created of a kind in the namespace, by a policy of its own kind. */
async function forbid({ lab, namespace }: ExampleService, group: string, resource: string, message: string, which = 'true'): Promise<void> {
  const name = `no-${resource}-in-${namespace}`;
  const apiVersion = 'admissionregistration.k8s.io/v1';
  await lab.client.apply({
    apiVersion,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      matchConstraints: { resourceRules: [{ apiGroups: [group], apiVersions: ['v1'], operations: ['CREATE'], resources: [resource] }] },
      validations: [{ expression: `!(${which})`, message }],
    },
  });
  await lab.client.apply({
    apiVersion,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: {
      policyName: name,
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
    },
  });
  // A policy is known to the API server a moment after it is stored.
  await lab.client.waitFor(`the rule ${name}`, async () => await isRefused(lab, namespace, resource, message), patience);
}

/** Whether the API server would refuse one that looks like a guardian's, with these words. */
async function isRefused({ client }: Lab, namespace: string, resource: string, message: string): Promise<boolean> {
  const [apiVersion, kind] = resource === 'jobs' ? ['batch/v1', 'Job'] : ['v1', 'Pod'];
  const metadata = { namespace, name: 'would-be', labels: { 'wf-deploy.io/track': 'guardian' } };
  const pod = { restartPolicy: 'Never', containers: [{ name: 'none', image: 'nobody/pulls:this' }] };
  const object = { apiVersion, kind, metadata, spec: kind === 'Job' ? { template: { spec: pod } } : pod };
  try {
    await client.objects.send('POST', `${await client.objects.path({ apiVersion, kind, namespace })}?dryRun=All`, object);
    return false;
  } catch (error) {
    return error instanceof ApiFailure && error.message.includes(message);
  }
}

/** A pod that prints each message it gets: a guardian reaches nothing outside the lab. */
async function receiverIn(lab: Lab, namespace: string): Promise<{ readonly url: string; readonly secret: string; log(): Promise<string> }> {
  const { pinned } = await nodeImage(lab);
  const secret = 'hooks-5f3a0c';
  const script =
    "require('node:http').createServer((q, r) => { let b = ''; q.on('data', (d) => b += d).on('end', () => { console.log(b.replace(/\\n/g, ' ')); r.end(); }); }).listen(8080)";
  const name = 'receiver';
  await lab.client.apply([
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace, name, labels: { app: name } },
      spec: { enableServiceLinks: false, containers: [{ name, image: pinned, command: ['node', '-e', script] }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace, name },
      spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] },
    },
  ]);
  const { spec } = await lab.client.get({ apiVersion: 'v1', kind: 'Service', namespace, name });
  await lab.client.waitFor(
    'the receiver',
    async () => {
      const { status } = await lab.client.get({ apiVersion: 'v1', kind: 'Pod', namespace, name });
      return status?.phase === 'Running';
    },
    patience,
  );
  return { url: `http://${spec.clusterIP}/${secret}`, secret, log: () => lab.client.logs(namespace, name) };
}
