import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import { answer, bodyOf, type Loopback, loopback } from '../adapters/loopback.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { deployExample, type ExampleService } from '../rollout/example-service.ts';
import { standing } from '../rollout/rollouts.ts';
import { callsOf } from '../rollout/story.ts';
import { errorsOf } from './act.ts';
import { type DispatchRepository, dispatchRepository } from './dispatch-repository.ts';
import { type Inputs, outputsOf } from './starter.ts';

// The real rollback.yml, called by its starter as a person starts it, run by act against a real cluster: that each field of the form and each input
// of the workflow reaches the action, that its outputs and its summary are those of the action, and what the cluster is left with. act proves nothing
// about the environment `<environment>-rollback` and its secrets, the concurrency group and permissions; test/rollback is about the action itself.
jest.setTimeout(600_000);
let lab: Lab;
let app: ExampleService;
let repository: DispatchRepository;
let receiver: Loopback;
const told: { readonly severity: string; readonly title: string; readonly facts: object }[] = [];
let bad = '';

beforeAll(async () => {
  lab = await startLab({ name: 'rollback-workflow' });
  app = await deployExample(lab, 'shop', { replicas: 2 });
  bad = await app.version('bad');
  const name = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'agent' };
  const { template } = (await lab.client.get(name))['spec'];
  await lab.client.patch(name, { spec: { template: { spec: { containers: [{ ...template.spec.containers[0], image: bad }] } } } });
  await lab.client.waitForRollout('shop', 'agent');
  receiver = await loopback(async (request, response) => {
    told.push(JSON.parse(await bodyOf(request)) as (typeof told)[number]);
    answer(response, 200, {});
  });
  const kubeconfig = (await readFile(lab.kubeconfig)).toString('base64');
  const secrets = { KUBECONFIG: kubeconfig, NOTIFY: stringify([{ webhook: receiver.url }]) };
  repository = dispatchRepository({ starter: 'rollback.yml', secrets });
}, 600_000);
afterAll(async () => {
  await Promise.all([lab?.stop(), receiver?.close()]);
  repository?.remove();
});

const form = { environment: 'production', service: 'agent', reason: 'checkout answers 500' };
const inLab = { namespace: 'shop', drain: '2s', 'rollout-timeout': '240s', smoke: '- http: /health' };

const pressed = (fields: Readonly<Record<string, string>> = {}, more: Inputs = {}, secrets?: Readonly<Record<string, string>>) =>
  repository.start({ ...form, ...fields }, { ...inLab, ...more }, secrets);
/** What was written into the namespace, rehearsals not counted. */
const writtenSince = async (since: Date): Promise<readonly string[]> =>
  (await callsOf(app, since)).flatMap(({ verb, resource, dryRun }) =>
    !dryRun && ['create', 'update', 'patch', 'delete'].includes(verb) && !resource.startsWith('selfsubject') ? [`${verb} ${resource}`] : [],
  );
const imagesOf = (image: string): string => JSON.stringify({ 'agent-api': image });

it('by dry-run it shows where it would lead, and nothing is written', async () => {
  const since = new Date();
  const run = await pressed({ 'dry-run': 'true' });
  expect([run.code, run.jobs['rollback']]).toEqual([0, 'success']);
  expect(outputsOf(run)).toEqual({ outcome: 'not-started', images: imagesOf(app.image), held: '[]' });
  expect(run.summaries['rollback']).toContain(app.image);
  expect(await writtenSince(since)).toEqual([]);
  expect(await standing(app)).toMatchObject({ stable: bad, holder: '' });
  expect(told).toEqual([]);
});

it.each([
  ['a place that is none', { to: 'the good one' }, {}, undefined, /`to`/],
  ['a namespace that is none', {}, { namespace: 'Shop!' }, undefined, /`namespace`/],
  ['no kubeconfig', {}, {}, {}, /kubeconfig/i],
] as const)('%s is refused by one clear error, and nothing is written', async (_, fields, more, secrets, says) => {
  const since = new Date();
  const run = await pressed(fields, more, secrets);
  expect([run.code, run.jobs['rollback']]).toEqual([1, 'failure']);
  expect(run.outputs['rollback']).toMatchObject({ outcome: 'not-started', reason: expect.stringMatching(says) });
  expect(errorsOf(run)).toEqual([expect.stringMatching(/^::error title=[A-Z_]+::.+→ \w+/)]);
  expect(run.summaries['rollback']).toContain('Nothing was written.');
  expect(await writtenSince(since)).toEqual([]);
  expect(await standing(app)).toMatchObject({ stable: bad, holder: '' });
});

it('gives users the version before, tells people, and holds what it took back: pressed twice, it goes no further', async () => {
  const run = await pressed();
  expect([run.code, run.jobs['rollback']]).toEqual([0, 'success']);
  expect(outputsOf(run)).toEqual({
    outcome: 'rolled-back',
    images: imagesOf(app.image),
    held: expect.stringMatching(/^\["sha256:[0-9a-f]{64}"\]$/),
  });
  expect(run.summaries['rollback']).toContain('**Why:** checkout answers 500');
  expect(await standing(app)).toMatchObject({ stable: app.image, holder: '' });
  const facts = { environment: 'production', outcome: 'rolled-back', why: 'checkout answers 500' };
  // One message, which is sent again where the receiver was slow to answer.
  const messages = [...new Set(told.map((each) => JSON.stringify(each)))].map((text) => JSON.parse(text) as unknown);
  expect(messages).toEqual([expect.objectContaining({ title: 'agent: rolled-back', facts: expect.objectContaining(facts) })]);

  const since = new Date();
  const again = await pressed();
  expect([again.code, again.jobs['rollback']]).toEqual([0, 'success']);
  expect(outputsOf(again)).toMatchObject({ outcome: 'nothing-to-do', images: imagesOf(app.image), held: '[]' });
  expect(await writtenSince(since)).toEqual([]);
});

it('an image that is held is gone back to by `force` alone; `unhold` lifts what is held then', async () => {
  const forced = await pressed({ to: bad, reason: 'it was the database' }, { force: true });
  expect(outputsOf(forced)).toMatchObject({ outcome: 'rolled-back', images: imagesOf(bad) });
  expect(await standing(app)).toMatchObject({ stable: bad, holder: '' });
  const lifted = await pressed({ reason: 'all of it was the database' }, { operation: 'unhold', digest: 'all', smoke: undefined });
  expect(outputsOf(lifted)).toMatchObject({ outcome: 'done', held: '[]' });
  expect(await standing(app)).toMatchObject({ stable: bad, holder: '' });
});
