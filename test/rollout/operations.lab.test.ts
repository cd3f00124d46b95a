import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { weightOf } from '../guardian/guarded.ts';
import { startLab } from '../lab/lab.ts';
import { deployExample, type ExampleService } from './example-service.ts';
import { oursIn, runOperation, statusOf } from './operations.ts';
import { type Inputs, leaseOf, printed, routeOf, runCanary, standing, startCanary, underLoad } from './rollouts.ts';

const starting = startLab({ name: 'operations' });
beforeAll(() => starting, 300_000);
afterAll(async () => (await starting).stop());

const deploy = async (namespace: string): Promise<ExampleService> => deployExample(await starting, namespace, { replicas: 2 });
const minutes = 60_000;
const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1000));
/** Short, so that a request is seen, and a death noticed, in seconds; and long enough that a run that gets no time for a moment is not dead. */
const short: Inputs = { 'lease-duration': '12s' };

/** A run in its first stage, and what an operation makes of it. */
async function inFirstStage(app: ExampleService, inputs: Inputs) {
  const run = startCanary(app, await app.version('good'), { ...short, 'no-data-timeout': '120s', ...inputs });
  await printed(run, /^stage 1\/\d, 20 % · .* requests/);
  return run;
}

describe('a run that goes on', () => {
  it.concurrent(
    'paused by another process keeps its weight until it is resumed, and is then promoted; status tells it all, and 0 requests fail',
    async () => {
      const app = await deploy('paused');
      expect((await statusOf(app)).status).toMatchObject({
        phase: 'untouched',
        holder: '',
        weight: 0,
        canary: { image: '' },
        notKnown: [],
      });
      const done = await underLoad(app, 40, async () => {
        // Long enough for another process to start and be heard in it.
        const run = await inFirstStage(app, { stages: '20@60s 100@4s' });
        const over = seconds(64);
        const paused = await runOperation(app, 'pause', { ...short, reason: 'look at the logs' });
        expect(paused.outputs).toMatchObject({ outcome: 'done', reason: 'It keeps 20 % on the canary.' });
        // The stage alone would be over.
        await over;
        expect(await weightOf(app)).toBe(20);
        const { status, log } = await statusOf(app);
        expect(status).toMatchObject({
          phase: 'stages',
          paused: true,
          stage: '1/2',
          weight: 20,
          alive: true,
          request: null,
          lastEnd: null,
          stable: { ready: 2, image: await app.version('v1') },
          canary: { ready: 1 },
        });
        expect(log).toMatch(/paused.*stage 1\/2, with 20 % on the canary; run .* lives/);
        const resumed = await runOperation(app, 'resume', short);
        expect(resumed.outputs).toMatchObject({ outcome: 'done' });
        return await run.result;
      });
      expect(done.outputs).toMatchObject({ outcome: 'promoted', weight: '0' });
      expect(done.log).toMatch(/tester asks for `pause` \(look at the logs\)[\s\S]*paused at 20 %[\s\S]*tester asks for `resume`/);
      expect(done.load.failed).toBe(0);
      expect((await statusOf(app)).status).toMatchObject({
        phase: 'resting',
        holder: '',
        lastEnd: { outcome: 'promoted' },
        evidence: { image: done.outputs['image'] },
        lastKnownGood: done.outputs['image'],
      });
    },
    6 * minutes,
  );

  it.concurrent(
    'aborted by another process: weight 0, and the operation says how it ended; a second abort finds nothing to do',
    async () => {
      const app = await deploy('aborted');
      const done = await underLoad(app, 40, async () => {
        const run = await inFirstStage(app, { stages: '20@300s 100@4s' });
        const aborted = await runOperation(app, 'abort', { ...short, reason: 'a customer called' });
        expect(aborted.outputs).toMatchObject({ outcome: 'aborted', reason: 'tester aborted it: a customer called.' });
        expect(aborted.exitCode).toBe(0);
        expect(await standing(app)).toEqual({ weight: 0, stable: await app.version('v1'), canaryPods: 0, holder: '' });
        return await run.result;
      });
      expect(done.outputs).toMatchObject({ outcome: 'aborted', weight: '0' });
      expect(done.load.failed).toBe(0);
      expect((await runOperation(app, 'abort', short)).outputs).toMatchObject({ outcome: 'nothing-to-do' });
      const refused = await runOperation(app, 'resume', short);
      expect([refused.exitCode, refused.outputs['outcome']]).toEqual([1, 'not-started']);
    },
    6 * minutes,
  );
});

describe('a run that died', () => {
  it.concurrent(
    'is aborted from outside after its Lease has run out; before that it is unlocked by nobody without a word',
    async () => {
      const app = await deploy('dead');
      // Nobody asks it for anything, and no data must not end it before its death does.
      const run = await inFirstStage(app, { stages: '20@300s 100@4s', 'no-data-timeout': '300s' });
      const refused = await runOperation(app, 'unlock', { ...short, reason: 'in a hurry' });
      expect(refused.outputs).toMatchObject({ outcome: 'not-started', reason: expect.stringContaining('not done beside a living run') });
      run.kill();
      await run.result;
      const { status } = await statusOf(app);
      expect(status).toMatchObject({ phase: 'stages', alive: false, weight: 20 });
      const unlocked = await runOperation(app, 'unlock', { ...short, reason: 'its runner is gone' });
      expect(unlocked.outputs).toMatchObject({ outcome: 'done' });
      // As an annotation, in which the runner's commands encode the percent sign.
      expect(unlocked.stdout).toMatch(/left 20 %25 on the canary.*Nobody takes it back by itself.*`operation: abort`/);
      expect(await weightOf(app)).toBe(20);
      const lease = await leaseOf(app);
      expect([lease?.['spec'].holderIdentity, JSON.parse(lease?.metadata?.annotations?.['wf-deploy.io/unlocked'] ?? '{}')]).toEqual([
        '',
        expect.objectContaining({ why: 'its runner is gone', who: 'tester' }),
      ]);
      const events = await app.lab.client.list({ apiVersion: 'v1', kind: 'Event', namespace: app.namespace });
      expect(events.find((event) => event['reason'] === 'LeaseUnlocked')?.['message']).toContain('its runner is gone');
      const aborted = await runOperation(app, 'abort', short);
      expect(aborted.outputs).toMatchObject({ outcome: 'aborted', weight: '0' });
      expect(await standing(app)).toMatchObject({ weight: 0, canaryPods: 0, holder: '' });
    },
    6 * minutes,
  );
});

describe('a service that is not ready for a rollout', () => {
  it.concurrent(
    'is prepared: what is missing is there at weight 0, a second time there is nothing to do, a run goes through, and uninstall leaves nothing',
    async () => {
      const app = await deploy('prepared');
      const { client } = app.lab;
      const canaryService = { apiVersion: 'v1', kind: 'Service', namespace: app.namespace, name: 'agent-canary' };
      await client.delete(canaryService);
      const routePath = `/apis/gateway.networking.k8s.io/v1/namespaces/${app.namespace}/httproutes/agent`;
      const route = await routeOf(app);
      const rules = (route['spec'].rules as { backendRefs: { name: string }[] }[])
        .filter((rule) => rule.backendRefs.some(({ name }) => name === 'agent'))
        .map((rule) => ({ ...rule, backendRefs: rule.backendRefs.filter(({ name }) => name === 'agent') }));
      await client.objects.send('PATCH', routePath, { spec: { rules } }, 'application/merge-patch+json');
      const dry = await runOperation(app, 'prepare', { ...short, 'dry-run': 'true' });
      expect(dry.report).toMatchObject({
        dryRun: true,
        writes: expect.arrayContaining([expect.stringContaining('create Service agent-canary')]),
      });
      expect(await client.find(canaryService)).toBeUndefined();
      const prepared = await runOperation(app, 'prepare', short);
      expect(prepared.outputs).toMatchObject({ outcome: 'done' });
      expect(await weightOf(app)).toBe(0);
      expect((await runOperation(app, 'prepare', short)).outputs).toMatchObject({ outcome: 'nothing-to-do' });
      await client.waitForRoute(app.namespace, 'agent', 180);
      const run = await underLoad(app, 40, async () => runCanary(app, await app.version('good')));
      expect([run.outputs['outcome'], run.load.failed]).toEqual(['promoted', 0]);

      const dryUninstall = await runOperation(app, 'uninstall', { ...short, 'dry-run': 'true' });
      expect(dryUninstall.outputs).toMatchObject({ outcome: 'not-started' });
      expect(await leaseOf(app)).toBeDefined();
      expect((await runOperation(app, 'uninstall', short)).outputs).toMatchObject({ outcome: 'done' });
      await client.waitFor('nothing of ours', async () => (await oursIn(app)).length === 0, 180);
      expect((await runOperation(app, 'uninstall', short)).outputs).toMatchObject({ outcome: 'nothing-to-do' });
    },
    8 * minutes,
  );
});

describe('a second writer that fights', () => {
  it.concurrent(
    'is answered twice, wins the third time, and is named',
    async () => {
      const app = await deploy('war');
      const done = await underLoad(app, 40, async () => {
        const run = startCanary(app, await app.version('good'), { ...short, stages: '20@60s 100@4s' });
        const stop = revertWeights(app);
        try {
          return await run.result;
        } finally {
          stop();
        }
      });
      expect(done.outputs).toMatchObject({ outcome: 'rolled-back', weight: '0' });
      expect(done.outputs['reason']).toMatch(
        /^The route was changed by `argocd-controller` during the rollout, for the third time: the canary has 0 % instead of 20 %/,
      );
      expect(done.stdout.match(/route agent: canary 20 %/g)).toHaveLength(3);
      expect(await standing(app)).toMatchObject({ weight: 0, canaryPods: 0, holder: '' });
      expect(done.load.failed).toBe(0);
    },
    6 * minutes,
  );
});

/** As a controller that sets what Git says, a second after it sees something else. */
function revertWeights(app: ExampleService): () => void {
  let over = false;
  const path = `/apis/gateway.networking.k8s.io/v1/namespaces/${app.namespace}/httproutes/agent?fieldManager=argocd-controller`;
  const fight = async (): Promise<void> => {
    while (!over) {
      // Whoever gets no answer looks again the next second, as a controller does.
      await setBack().catch(() => undefined);
      await seconds(1);
    }
  };
  const setBack = async (): Promise<void> => {
    const { rules } = (await routeOf(app))['spec'] as { rules: { backendRefs: { name: string; weight?: number }[] }[] };
    const index = rules.findIndex(({ backendRefs }) => backendRefs.length > 1);
    const at = rules[index]?.backendRefs.findIndex(({ name }) => name === 'agent-canary') ?? 1;
    if ((rules[index]?.backendRefs[at]?.weight ?? 0) !== 0) {
      const set = (which: number, value: number) => ({ op: 'replace', path: `/spec/rules/${index}/backendRefs/${which}/weight`, value });
      await app.lab.client.objects.send('PATCH', path, [set(at, 0), set(1 - at, 100)], 'application/json-patch+json');
    }
  };
  void fight();
  return () => {
    over = true;
  };
}
