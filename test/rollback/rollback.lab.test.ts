import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { runAction } from '../actions/runner.ts';
import { longDrain } from '../faults/long-drain.ts';
import type { AuditEntry } from '../lab/audit.ts';
import { startLab } from '../lab/lab.ts';
import { startLoad } from '../lab/load.ts';
import { runStage } from '../rolling/stage-runs.ts';
import { deployConfigured, manifestsWith, settingsOf } from '../rollout/configured-service.ts';
import { deployExample, type ExampleService } from '../rollout/example-service.ts';
import { leaseOf, printed, runAs, runCanary, standing, startCanary, underLoad } from '../rollout/rollouts.ts';
import { callsOf } from '../rollout/story.ts';
import { runRollback, startRollback } from './rollback-runs.ts';

const starting = startLab({ name: 'rollback' });
beforeAll(() => starting, 300_000);
afterAll(async () => (await starting).stop());

const minutes = 60_000;
const deploy = async (namespace: string): Promise<ExampleService> =>
  deployExample(await starting, namespace, { replicas: 3, change: longDrain });
/** Of a canary that is only there to be rolled back: the metrics have their time. */
const quick = { stages: '50@3s 100@3s', 'no-data-timeout': '3m', 'rollout-timeout': '3m' };

/** A Lease is renewed whenever a third of its duration has passed, which falls anywhere in a run that takes so long. */
const isRenewal = ({ resource, verb, requestObject }: AuditEntry): boolean =>
  resource === 'leases' &&
  verb === 'patch' &&
  (requestObject as readonly { op: string; path: string }[]).every(({ op, path }) => op === 'test' || path === '/spec/renewTime');

/** What a run has written since then, by resource, with what counts of it. Mere renewals of the Lease are left out. */
const writesOf = (calls: readonly AuditEntry[], since: Date): readonly { readonly at: Date; readonly text: string }[] =>
  calls
    .filter(
      ({ at, verb, code, dryRun, resource }) =>
        at >= since && ['create', 'update', 'patch'].includes(verb) && code < 300 && !dryRun && !resource.startsWith('selfsubject'),
    )
    .filter((call) => !isRenewal(call))
    .map(({ at, verb, resource, name, requestObject }) => ({
      at,
      text: `${verb} ${resource} ${name ?? ''}${JSON.stringify(requestObject).includes('wf-deploy.io~1holds') ? ' holds' : ''}`,
    }));

/** The number by which the Deployment knows a template with this image. */
async function revisionOf({ lab, namespace }: ExampleService, image: string): Promise<string> {
  const sets = await lab.client.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace }, 'app=agent');
  const found = sets.find(
    ({ spec, metadata }) => spec.template.spec.containers[0].image === image && metadata?.name?.startsWith('agent-canary') !== true,
  );
  return found?.metadata?.annotations?.['deployment.kubernetes.io/revision'] ?? '';
}

/** A release of this one service among many. */
function releaseAgent(app: ExampleService, image: string) {
  const { namespace = '', kubeconfig = '' } = app.inputs;
  const file = {
    name: 'platform',
    backup: { skip: 'nothing is stored' },
    services: [{ name: 'agent', container: 'agent-api', images: { 'agent-api': image } }],
  };
  return runAction({ action: 'deploy', inputs: { release: stringify(file), namespace, kubeconfig } });
}

describe('a version that was promoted and is bad', () => {
  it(
    'is rolled back under load, and so is each place that `to` can name: no request fails',
    async () => {
      const app = await deploy('promoted');
      const begun = new Date().toISOString();
      const load = startLoad(app.load(150));
      try {
        const promoted = await runCanary(app, await app.version('good'), quick);
        expect(promoted.outputs).toMatchObject({ outcome: 'promoted' });
        const bad = promoted.outputs['image'] ?? '';
        const before = promoted.outputs['previous-image'] ?? '';
        const started = new Date();
        const back = await runRollback(app, { smoke: '- http: /health' });
        expect(back.outputs).toMatchObject({
          outcome: 'rolled-back',
          images: JSON.stringify({ 'agent-api': before }),
          'previous-images': JSON.stringify({ 'agent-api': bad }),
        });
        // Shown before it acts: the difference, how old it is, who brought what goes, and by which run.
        const shown = back.log.slice(0, back.log.indexOf('Lease wf-deploy-agent'));
        expect(shown).toMatch(/octocat/);
        expect(shown).toContain('https://github.com/example/agent/actions/runs/4711');
        expect(shown).toContain(before);
        expect(writesOf(await callsOf(app), started).map(({ text }) => text)).toEqual([
          'update leases wf-deploy-agent',
          'patch leases wf-deploy-agent holds',
          'patch deployments agent',
          'patch leases wf-deploy-agent',
        ]);

        for (const [place, expected] of [
          [bad, bad],
          [begun, before],
          ['last-known-good', bad],
          ['revision', before],
        ] as const) {
          // Who goes back to a template makes a new revision of it.
          const to = place === 'revision' ? `revision:${await revisionOf(app, before)}` : place;
          await runRollback(app, { operation: 'unhold', digest: 'all', reason: 'a rehearsal' });
          const dry = await runRollback(app, { to, 'dry-run': 'true' });
          expect([to, dry.outputs['outcome'], dry.outputs['images']]).toEqual([
            to,
            'not-started',
            JSON.stringify({ 'agent-api': expected }),
          ]);
          const gone = await runRollback(app, { to });
          expect([to, gone.outputs['outcome'], gone.outputs['images']]).toEqual([
            to,
            'rolled-back',
            JSON.stringify({ 'agent-api': expected }),
          ]);
          expect(await standing(app)).toMatchObject({ stable: expected, weight: 0, holder: '' });
        }
        // To and fro, until it was enough.
        while (load.figures().requests <= 10_000) {
          expect((await runRollback(app, { force: 'true', reason: 'a rehearsal' })).outputs).toMatchObject({ outcome: 'rolled-back' });
        }
      } finally {
        await load.stop();
      }
      const { failed, requests, seconds } = load.figures();
      // How many a second is the machine's.
      console.log(`rollbacks: ${failed} of ${requests} requests failed, ${Math.round(requests / seconds)} a second`);
      expect(failed).toBe(0);
    },
    20 * minutes,
  );

  it(
    'five ways to bring a held digest back, none succeeds: canary, promote, stage, release and undo',
    async () => {
      const app = await deploy('held');
      const image = await app.version('good');
      const promoted = await underLoad(app, 60, () => runCanary(app, image, quick));
      expect(promoted.outputs).toMatchObject({ outcome: 'promoted' });
      const bad = promoted.outputs['image'] ?? '';
      const back = await runRollback(app);
      expect(back.outputs).toMatchObject({ outcome: 'rolled-back' });
      const { stable: before } = await standing(app);
      expect(before).not.toBe(bad);

      // By digest and by the tag that points to it: a re-run, a run that was queued, the nightly schedule.
      const attempts = await Promise.all([
        runCanary(app, bad, quick),
        runCanary(app, image, quick),
        runAs('promote', app, { image: bad, 'require-evidence': 'false' }),
        runAs('promote', app, { 'require-evidence': 'true' }),
        runStage(app, { images: `agent-api: ${bad}` }),
        runStage(app, { images: `agent-api: ${image}` }),
        runStage(app, { operation: 'undo' }),
        releaseAgent(app, bad),
        releaseAgent(app, image),
      ]);
      for (const attempt of attempts) {
        expect(attempt.outputs['outcome'] ?? '').toMatch(/^(?:not-started)?$/);
        expect(attempt.exitCode).not.toBe(0);
        expect(attempt.log).toMatch(/(?:DIGEST_HELD|PREFLIGHT_FAILED)[\s\S]*rolled it back \(checkout answers 500\)/);
      }
      expect(await standing(app)).toMatchObject({ stable: before, weight: 0, holder: '' });

      // The digest of a later commit is another one, and needs nothing.
      const later = await runStage(app, { images: `agent-api: ${await app.version('better')}` });
      expect(later.outputs).toMatchObject({ outcome: 'promoted' });
      // A person who knows why lifts it, and then it is a version like any other.
      expect((await runRollback(app, { operation: 'unhold', digest: bad, reason: 'the database was it' })).outputs).toMatchObject({
        outcome: 'done',
        held: '[]',
      });
      expect((await runStage(app, { images: `agent-api: ${bad}` })).outputs).toMatchObject({ outcome: 'promoted' });
    },
    10 * minutes,
  );
});

describe('settings that a version brought', () => {
  it(
    'come back with it: the version of the ConfigMap that it was rolled out with',
    async () => {
      const workspace = mkdtempSync(join(tmpdir(), 'rollback-lab-'));
      try {
        const app = await deployConfigured(await starting, 'settings');
        const inWorkspace = { env: { GITHUB_WORKSPACE: workspace } };
        for (const LABEL of ['first', 'second']) {
          const manifests = await manifestsWith(workspace, app, { LABEL });
          const run = await underLoad(app, 60, () => runCanary(app, app.image, { ...quick, manifests }, inWorkspace));
          expect(run.outputs).toMatchObject({ outcome: 'promoted' });
          expect(await settingsOf(app, 'agent')).toMatchObject({ data: { LABEL } });
        }
        const back = await runRollback(app);
        expect(back.outputs).toMatchObject({ outcome: 'rolled-back' });
        expect(await settingsOf(app, 'agent')).toMatchObject({ data: { LABEL: 'first' } });
        // What was there before any of them had one name for every version: as it is there still, it comes back too.
        await runRollback(app, { to: 'revision:1' });
        expect(await settingsOf(app, 'agent')).toEqual({ name: 'agent-settings', data: { LABEL: 'old' } });
      } finally {
        rmSync(workspace, { recursive: true });
      }
    },
    10 * minutes,
  );
});

describe('a canary that goes on', () => {
  it(
    'is stopped within seconds; a run of the same digest that waits behind it does not bring it back',
    async () => {
      const app = await deploy('in-flight');
      const image = await app.version('good');
      // Long enough for two others to begin beside it: it is stopped, and waits for no end of its stage.
      const stages = { ...quick, stages: '50@10m 100@3s', 'min-requests': '5' };
      const { load, living, queued, back, started } = await underLoad(app, 120, async () => {
        const first = startCanary(app, image, stages);
        await printed(first, /route agent: canary 50 %/);
        const second = startCanary(app, image, stages);
        await printed(second, /Waiting for the lock/);
        const began = new Date();
        // The gateway may learn later than the API server who has the users.
        const back = await startRollback(app, { drain: '10s' }).result;
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
    10 * minutes,
  );
});
