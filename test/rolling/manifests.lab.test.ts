import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { startLab } from '../lab/lab.ts';
import { ask, deployExample, type ExampleService, manifests } from '../rollout/example-service.ts';
import { runStage } from './stage-runs.ts';
import { written } from './written.ts';

const starting = startLab({ name: 'rolling-manifests' });
beforeAll(() => starting, 300_000);
afterAll(async () => (await starting).stop());

const minutes = 60_000;

// biome-ignore lint/suspicious/noExplicitAny: objects of every kind.
type Any = any;

/** The Deployment of the example, reading its settings from a ConfigMap. */
async function configured(
  settings: Readonly<Record<string, string>>,
  change: (deployment: Any) => void = () => undefined,
): Promise<string> {
  const deployment = (await manifests('placeholder:1')).find(({ kind }) => kind === 'Deployment') as Any;
  deployment.spec.replicas = 2;
  deployment.spec.template.spec.containers[0].envFrom = [{ configMapRef: { name: 'agent-config' } }];
  change(deployment);
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'agent-config' }, data: settings };
  return [deployment, config].map((object) => stringify(object)).join('---\n');
}

const apply = (app: ExampleService, text: string, inputs: Readonly<Record<string, string>>) =>
  runStage(app, { manifests: 'k8s', ...inputs }, { files: { 'k8s/all.yaml': text } });

const find = ({ lab, namespace }: ExampleService, kind: string, name: string, apiVersion = 'v1'): Promise<Any> =>
  lab.client.find({ apiVersion, kind, namespace, name });

describe('manifests', () => {
  it.concurrent(
    'a change of nothing but a ConfigMap replaces the pods; one that makes them crash goes back, the ConfigMap first',
    async () => {
      const app = await deployExample(await starting, 'config', { replicas: 2 });
      const images = `agent-api: ${await app.version('good')}`;
      const refused = await apply(app, await configured({ VERSION: 'one' }), { images });
      expect(refused.outputs).toMatchObject({ outcome: 'not-started' });
      expect(refused.log).toMatch(/Deployment config\/agent has fields that others set: .*\(`lab`\)/);
      const first = await apply(app, await configured({ VERSION: 'one' }), { images, conflicts: 'force' });
      expect(first.outputs).toMatchObject({ outcome: 'promoted' });
      await served(app, 'one');

      const began = new Date();
      const second = await apply(app, await configured({ VERSION: 'two' }), { images });
      expect(second.outputs).toMatchObject({ outcome: 'promoted' });
      await served(app, 'two');
      expect((await written(app, began)).filter((each) => /configmaps|deployments/.test(each))).toEqual([
        'patch configmaps agent-config',
        'patch deployments agent',
      ]);

      const turned = new Date();
      // Never ready: two pods that are well for a moment at once would have ended the rollout before they crash.
      const crashing = { VERSION: 'three', CRASH_AFTER: '1s', READY_AFTER: '1h' };
      const third = await apply(app, await configured(crashing), { images });
      expect(third.outputs).toMatchObject({ outcome: 'rolled-back' });
      expect((await find(app, 'ConfigMap', 'agent-config')).data).toEqual({ VERSION: 'two' });
      await served(app, 'two');
      expect((await written(app, turned)).filter((each) => /configmaps|deployments/.test(each))).toEqual([
        'patch configmaps agent-config',
        'patch deployments agent',
        'update configmaps agent-config',
        'update deployments agent',
      ]);

      const idle = await apply(app, await configured({ VERSION: 'two' }), { images });
      expect(idle.outputs).toMatchObject({ reason: 'Everything is as wanted already: nothing had to be done.' });
      const dry = await apply(app, await configured({ VERSION: 'four' }), { images, 'dry-run': 'true' });
      expect(dry.exitCode).toBe(0);
      expect(dry.log).toContain('data.VERSION: changed (values not shown)');
      expect((await find(app, 'ConfigMap', 'agent-config')).data).toEqual({ VERSION: 'two' });
    },
    10 * minutes,
  );

  it.concurrent(
    'StatefulSet, DaemonSet and CronJob are made, updated by container name, waited for, and undone; what is skipped is named',
    async () => {
      const app = await deployExample(await starting, 'kinds', { replicas: 1 });
      const [good, better] = [await app.version('good'), await app.version('better')];
      const labels = (name: string) => ({ app: name });
      const readinessProbe = { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1 };
      const pod = (name: string, restartPolicy?: string) => ({
        metadata: { labels: labels(name) },
        spec: {
          terminationGracePeriodSeconds: 0,
          ...(restartPolicy === undefined ? {} : { restartPolicy }),
          containers: [{ name, image: 'placeholder:1', ...(restartPolicy === undefined ? { readinessProbe } : {}) }],
        },
      });
      const workload = (kind: string, name: string, more: object = {}) => ({
        apiVersion: 'apps/v1',
        kind,
        metadata: { name },
        spec: { selector: { matchLabels: labels(name) }, template: pod(name), ...more },
      });
      const all = [
        workload('StatefulSet', 'store', { serviceName: 'store', replicas: 2 }),
        workload('DaemonSet', 'collector'),
        workload('DaemonSet', 'by-hand', { updateStrategy: { type: 'OnDelete' } }),
        {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          metadata: { name: 'clean' },
          spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: { template: pod('clean', 'Never') } } },
        },
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kinds' } },
        { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'migrate' }, spec: { template: pod('migrate', 'Never') } },
      ];
      const text = all.map((object) => stringify(object)).join('---\n');
      const entries = (image: string) => ['store', 'collector', 'by-hand', 'clean'].map((name) => `${name}: ${image}`).join('\n');
      const made = await apply(app, text, { images: entries(good) });
      expect(made.outputs).toMatchObject({ outcome: 'promoted' });
      expect(made.log).toMatch(/skipped: Namespace kinds .* belongs to the whole cluster/);
      expect(made.log).toMatch(/skipped: Job migrate .* runs once/);
      expect(made.log).toMatch(/DaemonSet by-hand: its pods take a new template only when somebody deletes them/);

      const workloads = 'statefulset/store, daemonset/collector, cronjob/clean';
      const twice = await runStage(app, {
        workloads: 'statefulset/store deployment/agent',
        images: `agent-api: ${better}\nstore: ${better}\nstatefulset/store/store: ${good}`,
      });
      expect(twice.log).toContain('`images` has two entries for container `store` of StatefulSet store.');
      const updated = await runStage(app, { workloads, images: `store: ${better}\ncollector: ${better}\nclean: ${better}` });
      expect(updated.outputs).toMatchObject({ outcome: 'promoted' });
      const wanted = Object.values(JSON.parse(updated.outputs['images'] ?? '{}') as Record<string, string>);
      expect(new Set(wanted).size).toBe(1);
      expect((await find(app, 'CronJob', 'clean', 'batch/v1')).spec.jobTemplate.spec.template.spec.containers[0].image).toBe(wanted[0]);

      const sick = await runStage(app, {
        workloads: 'daemonset/collector, statefulset/store',
        images: `collector: ${good}\nstore: ${await app.version('crash-unready', { CRASH_AFTER: '1s', READY_AFTER: '1h' })}`,
      });
      expect(sick.outputs).toMatchObject({ outcome: 'rolled-back' });
      for (const [kind, name] of [
        ['StatefulSet', 'store'],
        ['DaemonSet', 'collector'],
      ] as const)
        expect((await find(app, kind, name, 'apps/v1')).spec.template.spec.containers[0].image).toBe(wanted[0]);

      const undo = await runStage(app, { operation: 'undo', workloads: 'statefulset/store', 'to-revision': '1' });
      expect(undo.outputs).toMatchObject({ outcome: 'done' });
      expect((await find(app, 'StatefulSet', 'store', 'apps/v1')).spec.template.spec.containers[0].image).not.toBe(wanted[0]);
      for (const [operation, outcome] of [
        ['restart', 'done'],
        ['status', 'done'],
        ['pause', 'failed'],
      ] as const)
        expect((await runStage(app, { operation, workloads: 'statefulset/store' })).outputs).toMatchObject({ outcome });
      for (const [operation, paused] of [
        ['pause', true],
        ['resume', undefined],
      ] as const) {
        expect((await runStage(app, { operation })).outputs).toMatchObject({ outcome: 'done' });
        expect((await find(app, 'Deployment', 'agent', 'apps/v1')).spec.paused).toBe(paused);
      }
    },
    12 * minutes,
  );
});

/** Until the gateway has nothing but pods with this setting. */
async function served({ lab, host }: ExampleService, version: string): Promise<void> {
  const probe = async (): Promise<boolean> => {
    const last = await Promise.all(Array.from({ length: 6 }, async () => (await ask(lab, host))?.version));
    return last.every((each) => each === version);
  };
  await lab.client.waitFor(`${version} at ${host}`, probe, 180);
}
