import { afterAll, describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '../lab/audit.ts';
import { startLab } from '../lab/lab.ts';
import { runStage } from '../rolling/stage-runs.ts';
import { deployExample, type ExampleService } from '../rollout/example-service.ts';
import { leaseOf, printed, runAs, runCanary, standing, startCanary, underLoad } from '../rollout/rollouts.ts';
import { callsOf } from '../rollout/story.ts';
import { runRollback, startRollback } from './rollback-runs.ts';

const starting = startLab({ name: 'rollback' });
afterAll(async () => (await starting).stop());

const minutes = 60_000;
const deploy = async (namespace: string): Promise<ExampleService> => deployExample(await starting, namespace, { replicas: 3 });

/** What a run has written since then, by resource, with what counts of it. */
const writesOf = (calls: readonly AuditEntry[], since: Date): readonly { readonly at: Date; readonly text: string }[] =>
  calls
    .filter(
      ({ at, verb, code, dryRun, resource }) =>
        at >= since && ['create', 'update', 'patch'].includes(verb) && code < 300 && !dryRun && !resource.startsWith('selfsubject'),
    )
    .map(({ at, verb, resource, name, requestObject }) => ({
      at,
      text: `${verb} ${resource} ${name ?? ''}${JSON.stringify(requestObject).includes('wf-deploy.io~1holds') ? ' holds' : ''}`,
    }));

describe('a version that was promoted and is bad', () => {
  it(
    'is rolled back under load, and comes back on none of seven ways',
    async () => {
      const app = await deploy('promoted');
      const image = await app.version('good');
      const promoted = await underLoad(app, 60, () => runCanary(app, image, { stages: '50@3s 100@3s' }));
      expect(promoted.outputs).toMatchObject({ outcome: 'promoted' });
      const bad = promoted.outputs['image'] ?? '';
      const before = promoted.outputs['previous-image'];
      const started = new Date();
      const run = await underLoad(app, 120, () => runRollback(app, { smoke: '- http: /health' }));
      expect(run.outputs).toMatchObject({
        outcome: 'rolled-back',
        images: JSON.stringify({ 'agent-api': before }),
        'previous-images': JSON.stringify({ 'agent-api': bad }),
      });
      expect(run.load.failed).toBe(0);
      expect(run.load.requests).toBeGreaterThan(500);
      expect(await standing(app)).toMatchObject({ stable: before, weight: 0, holder: '' });
      const writes = writesOf(await callsOf(app), started).map(({ text }) => text);
      expect(writes).toEqual([
        'update leases wf-deploy-agent',
        'patch leases wf-deploy-agent holds',
        'patch deployments agent',
        'patch leases wf-deploy-agent',
      ]);

      // It is held. Each of these is a way on which automation brings a version back.
      const quick = { stages: '50@3s 100@3s' };
      const attempts = await Promise.all([
        runCanary(app, bad, quick),
        runCanary(app, image, quick),
        runAs('promote', app, { image: bad, 'require-evidence': 'false' }),
        runAs('promote', app, { 'require-evidence': 'true' }),
        runStage(app, { images: `agent-api: ${bad}` }),
        runStage(app, { images: `agent-api: ${image}` }),
        runStage(app, { operation: 'undo' }),
      ]);
      for (const attempt of attempts) {
        expect(attempt.outputs['outcome'] ?? '').toMatch(/^(?:not-started)?$/);
        expect(attempt.exitCode).not.toBe(0);
        expect(attempt.log).toMatch(/DIGEST_HELD[\s\S]*rolled it back \(checkout answers 500\)/);
      }
      expect(await standing(app)).toMatchObject({ stable: before, weight: 0, holder: '' });

      // A person who knows why lifts it, and then it is a version like any other.
      expect((await runRollback(app, { operation: 'unhold', digest: bad, reason: 'the database was it' })).outputs).toMatchObject({
        outcome: 'done',
        held: '[]',
      });
      expect((await runStage(app, { images: `agent-api: ${bad}` })).outputs).toMatchObject({ outcome: 'promoted' });
    },
    4 * minutes,
  );
});

describe('a canary that goes on', () => {
  it(
    'is stopped within seconds; a run of the same digest that waits behind it does not bring it back',
    async () => {
      const app = await deploy('in-flight');
      const image = await app.version('good');
      const stages = { stages: '50@60s 100@3s', 'min-requests': '5' };
      const { load, living, queued, back, started } = await underLoad(app, 120, async () => {
        const first = startCanary(app, image, stages);
        await printed(first, /route agent: canary 50 %/);
        const second = startCanary(app, image, stages);
        await printed(second, /Waiting for the lock/);
        const began = new Date();
        const back = await startRollback(app).result;
        return { living: await first.result, queued: await second.result, back, started: began };
      });
      expect(back.outputs).toMatchObject({ outcome: 'rolled-back', 'previous-images': JSON.stringify({ 'agent-api': app.image }) });
      expect(living.outputs).toMatchObject({ outcome: 'unknown' });
      expect(living.log).toMatch(/was taken by|epoch of a successor/);
      expect(queued.outputs['outcome'] ?? '').toMatch(/^(?:not-started)?$/);
      expect(queued.log).toContain('DIGEST_HELD');
      expect(load.failed).toBe(0);
      expect(await standing(app)).toMatchObject({ stable: app.image, weight: 0, canaryPods: 0, holder: '' });
      const writes = writesOf(await callsOf(app), started);
      const texts = writes.map(({ text }) => text);
      const taken = texts.indexOf('update leases wf-deploy-agent');
      const held = texts.indexOf('patch leases wf-deploy-agent holds');
      const moved = texts.indexOf('update httproutes agent');
      expect(taken).toBeGreaterThanOrEqual(0);
      expect([taken < held, held < moved]).toEqual([true, true]);
      expect(texts).not.toContain('patch deployments agent');
      const lease = (await leaseOf(app)) as { metadata: { annotations: Record<string, string> } } | undefined;
      expect(JSON.parse(lease?.metadata.annotations['wf-deploy.io/holds'] ?? '')).toMatchObject([
        { by: 'rollback', environment: 'production', why: 'checkout answers 500' },
      ]);
    },
    4 * minutes,
  );
});
