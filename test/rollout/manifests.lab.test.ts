import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startLab } from '../lab/lab.ts';
import { deployConfigured, manifestsWith, settingsOf } from './configured-service.ts';
import type { ExampleService } from './example-service.ts';
import { leaseOf, printed, runCanary, standing, startCanary, underLoad } from './rollouts.ts';

const starting = startLab({ name: 'manifests' });
const workspace = mkdtempSync(join(tmpdir(), 'manifests-lab-'));
beforeAll(() => starting, 300_000);
afterAll(async () => {
  rmSync(workspace, { recursive: true });
  await (await starting).stop();
});

const minutes = 60_000;

const deploy = async (namespace: string): Promise<ExampleService> => deployConfigured(await starting, namespace);
const written = (app: ExampleService, environment: Readonly<Record<string, string>>): Promise<string> =>
  manifestsWith(workspace, app, environment);

const copiesOf = async ({ lab, namespace }: ExampleService) =>
  (await lab.client.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace }, 'wf-deploy.io/track=configuration')).map(
    ({ metadata }) => metadata?.name,
  );

const inWorkspace = { env: { GITHUB_WORKSPACE: workspace } };

describe('a rollout with manifests on a real cluster', () => {
  it.concurrent(
    'of a changed configuration alone: the canary tests it, stable gets it, and the old one stays as it was for the way back',
    async () => {
      const app = await deploy('config-good');
      const files = await written(app, { LABEL: 'new' });
      const image = (await standing(app)).stable;
      const run = await underLoad(app, 30, async () => {
        const action = startCanary(app, image, { manifests: files }, inWorkspace);
        // Two stages before stable gets anything.
        await printed(action, /^stage 1\/3, 10 % · /);
        expect(await settingsOf(app, 'agent')).toEqual({ name: 'agent-settings', data: { LABEL: 'old' } });
        expect(await settingsOf(app, 'agent-canary')).toMatchObject({ data: { LABEL: 'new' } });
        return await action.result;
      });
      expect(run.outputs).toMatchObject({ outcome: 'promoted', weight: '0' });
      expect(await settingsOf(app, 'agent')).toEqual({
        name: expect.stringMatching(/^agent-settings-[0-9a-z]{14}$/),
        data: { LABEL: 'new' },
      });
      expect(run.log).toContain('Left as they are in the cluster:');
      const { lab, namespace } = app;
      const old = await lab.client.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'agent-settings' });
      expect(old['data']).toEqual({ LABEL: 'old' });
      expect(run.load.failed).toBe(0);
    },
    6 * minutes,
  );

  it.concurrent(
    'whose configuration is bad: taken back, stable untouched, no copy left',
    async () => {
      const app = await deploy('config-bad');
      const files = await written(app, { ERROR_RATE: '20%' });
      const image = (await standing(app)).stable;
      const run = await underLoad(app, 30, () => runCanary(app, image, { manifests: files, stages: '50@4s 100@4s' }, inWorkspace));
      expect(run.outputs).toMatchObject({ outcome: 'rolled-back', weight: '0' });
      expect(run.outputs['reason']).toContain('error-rate');
      expect([await settingsOf(app, 'agent'), await copiesOf(app)]).toEqual([{ name: 'agent-settings', data: { LABEL: 'old' } }, []]);
    },
    6 * minutes,
  );

  it.concurrent(
    'killed while stable gets the template: the next run, of another image and without manifests, gives the whole old one back first',
    async () => {
      const app = await deploy('config-killed');
      const files = await written(app, { LABEL: 'new' });
      const [good, other] = [await app.version('good'), await app.version('better')];
      const run = await underLoad(app, 30, async () => {
        const action = startCanary(app, good, { manifests: files, 'lease-duration': '5s' }, inWorkspace);
        await printed(action, /^ {2}Deployment agent: .*, template /);
        action.kill();
        await action.result;
        expect(await settingsOf(app, 'agent')).toMatchObject({ data: { LABEL: 'new' } });
        return await runCanary(app, other, { 'lease-duration': '5s' });
      });
      expect(run.outputs).toMatchObject({ outcome: 'promoted', weight: '0', 'previous-image': app.image });
      expect(await settingsOf(app, 'agent')).toEqual({ name: 'agent-settings', data: { LABEL: 'old' } });
      expect((await leaseOf(app))?.metadata?.annotations?.['wf-deploy.io/template-undo']).not.toContain('"undo"');
      expect(run.load.failed).toBe(0);
    },
    6 * minutes,
  );
});
