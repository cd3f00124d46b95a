import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ActionResult } from '../actions/runner.ts';
import { startLab } from '../lab/lab.ts';
import { deployExample, type ExampleService } from './example-service.ts';
import { leaseOf, printed, runCanary, standing, startCanary, underLoad } from './rollouts.ts';
import { storyOf } from './story.ts';

const starting = startLab({ name: 'capacity' });
beforeAll(() => starting, 300_000);
afterAll(async () => (await starting).stop());

const minutes = 60_000;
const hpaKind = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' };
const kedaKind = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject' };
const target = (name: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', name });
const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } };

const autoscaler = (namespace: string, name: string, of: string, spec: object = {}) => ({
  ...hpaKind,
  metadata: { name, namespace },
  spec: { scaleTargetRef: target(of), minReplicas: 2, maxReplicas: 6, metrics: [cpu], ...spec },
});

/** Three pods, which the autoscaler might make two: no metrics server runs here, so that it only keeps within its bounds. */
async function deploy(namespace: string): Promise<ExampleService> {
  const app = await deployExample(await starting, namespace, { replicas: 3 });
  await app.lab.client.apply(autoscaler(namespace, 'agent', 'agent'));
  return app;
}

async function scalingOf({ lab, namespace }: ExampleService) {
  const of = (name: string) => lab.client.find({ ...hpaKind, namespace, name });
  const [stable, canary, lease] = await Promise.all([of('agent'), of('wf-deploy-agent'), leaseOf({ lab, namespace })]);
  return {
    minimum: stable?.['spec'].minReplicas as number | undefined,
    canary: canary?.['spec'].minReplicas as number | undefined,
    recorded: JSON.parse(lease?.metadata?.annotations?.['wf-deploy.io/capacity'] ?? 'null') as { pins: object[]; copied: boolean } | null,
  };
}

/** A canary that stands at 50 % until it is cancelled, with something that happens meanwhile. */
async function cancelledAt50(app: ExampleService, meanwhile: () => Promise<void>): Promise<ActionResult> {
  // Nobody asks it for anything, which is no data: that must not end it before what happens meanwhile is over.
  const waiting = { stages: '50@300s 100@4s', 'min-requests': '1000000', 'no-data-timeout': '300s' };
  const action = startCanary(app, await app.version('good'), waiting);
  await printed(action, /^stage 1\/2, 50 % · /);
  await meanwhile();
  action.cancel();
  return await action.result;
}

const putBack = { minimum: 2, canary: undefined, recorded: { pins: [], copied: false } };

describe('a service with an autoscaler', () => {
  it.concurrent(
    'promoted: it is pinned before the first weight, the canary has one from 50 % on, and in the end both are as before',
    async () => {
      const app = await deploy('hpa-good');
      const { lab, namespace } = app;
      const image = await app.version('good');
      const run = await underLoad(app, 30, async () => {
        const action = startCanary(app, image, { stages: '10@4s 50@20s 100@4s' });
        await printed(action, /^stage 2\/3, 50 % · /);
        expect(await scalingOf(app)).toEqual({
          minimum: 3,
          canary: 2,
          recorded: {
            pins: [{ kind: 'HorizontalPodAutoscaler', name: 'agent', fields: [{ field: 'minReplicas', former: 2, pinned: 3 }] }],
            copied: true,
          },
        });
        const copy = await lab.client.get({ ...hpaKind, namespace, name: 'wf-deploy-agent' });
        expect(copy['spec']).toMatchObject({ scaleTargetRef: target('agent-canary'), maxReplicas: 6, metrics: [cpu] });
        expect(copy.metadata?.['ownerReferences']).toMatchObject([{ kind: 'Deployment', name: 'agent-canary' }]);
        return await action.result;
      });
      expect(run.outputs).toMatchObject({ outcome: 'promoted', weight: '0' });
      expect(await scalingOf(app)).toEqual(putBack);
      const story = (await storyOf(app)).filter((text) => /horizontal|route|agent-canary/.test(text));
      expect(story).toEqual([
        'route 0 %, epoch 1',
        'agent-canary created, 0 pods',
        'agent-canary 1 pod',
        'horizontalpodautoscalers agent written',
        'route 10 %, epoch 1',
        'agent-canary 2 pods',
        'horizontalpodautoscalers wf-deploy-agent written',
        'route 50 %, epoch 1',
        'agent-canary 3 pods',
        'horizontalpodautoscalers wf-deploy-agent written',
        'route 100 %, epoch 1',
        'route 50 %, epoch 1',
        'route 0 %, epoch 1',
        'horizontalpodautoscalers wf-deploy-agent deleted',
        'agent-canary 0 pods',
        'horizontalpodautoscalers agent written',
      ]);
      expect(run.load.failed).toBe(0);
    },
    6 * minutes,
  );

  it.concurrent(
    'taken back: someone who scales stable down meanwhile is overruled by the pinned minimum, and everything is put back',
    async () => {
      const app = await deploy('hpa-bad');
      const { lab, namespace } = app;
      await cancelledAt50(app, async () => {
        await lab.client.patch({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'agent' }, { spec: { replicas: 1 } });
        // The controller looks every 15 seconds.
        await lab.client.waitFor(
          'the autoscaler to raise stable',
          async () => {
            const stable = await lab.client.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'agent' });
            return stable['spec'].replicas === 3;
          },
          180,
        );
      });
      expect(await scalingOf(app)).toEqual(putBack);
      expect(await standing(app)).toMatchObject({ weight: 0, stable: app.image, canaryPods: 0, holder: '' });
    },
    6 * minutes,
  );

  it.concurrent(
    'rolled back for its errors at 50 %: everything is put back',
    async () => {
      const app = await deploy('hpa-errors');
      const image = await app.version('bad', { ERROR_RATE: '20%' });
      const run = await underLoad(app, 30, () => runCanary(app, image, { stages: '50@4s 100@4s' }));
      expect(run.outputs).toMatchObject({ outcome: 'rolled-back', weight: '0' });
      expect(await scalingOf(app)).toEqual(putBack);
    },
    6 * minutes,
  );

  it.concurrent(
    'killed at 50 %: the next run puts back what that one pinned, pins for itself, and leaves nothing',
    async () => {
      const app = await deploy('hpa-killed');
      const { lab, namespace } = app;
      const image = await app.version('good');
      const run = await underLoad(app, 30, async () => {
        const action = startCanary(app, image, { stages: '10@4s 50@300s 100@4s', 'lease-duration': '5s' });
        await printed(action, /^stage 2\/3, 50 % · /);
        action.kill();
        await action.result;
        expect(await scalingOf(app)).toMatchObject({ minimum: 3, canary: 2 });
        return await runCanary(app, image, { 'lease-duration': '5s' });
      });
      expect(run.outputs).toMatchObject({ outcome: 'promoted', weight: '0' });
      expect(await scalingOf(app)).toEqual(putBack);
      const temporary = await lab.client.list({ ...hpaKind, namespace }, 'wf-deploy.io/service=agent');
      expect(temporary).toEqual([]);
      const second = (await storyOf(app)).slice((await storyOf(app)).indexOf('lease taken, epoch 2'));
      expect(second.slice(0, second.indexOf('route 10 %, epoch 2')).filter((text) => /horizontal|route|applied/.test(text))).toEqual([
        'route 0 %, epoch 2',
        'horizontalpodautoscalers agent written',
        'horizontalpodautoscalers wf-deploy-agent deleted',
        'agent-canary applied, 1 pod',
        'horizontalpodautoscalers agent written',
      ]);
      expect(run.load.failed).toBe(0);
    },
    6 * minutes,
  );

  it.concurrent(
    'whose minimum a person changes in the middle keeps theirs, and the log says so',
    async () => {
      const app = await deploy('hpa-person');
      const { lab, namespace } = app;
      const run = await cancelledAt50(app, async () => {
        await lab.client.patch({ ...hpaKind, namespace, name: 'agent' }, { spec: { minReplicas: 4 } }, 'kubectl-edit');
      });
      expect(await scalingOf(app)).toEqual({ ...putBack, minimum: 4 });
      expect(run.log + (run.post?.stdout ?? '')).toContain(
        'HorizontalPodAutoscaler agent: someone else set minReplicas to 4 during the run, and that stays (before the run: 2).',
      );
    },
    6 * minutes,
  );

  it.concurrent(
    "scaled by KEDA: its ScaledObject is pinned and put back, field by field, and KEDA's own autoscaler is left alone",
    async () => {
      const app = await deployExample(await starting, 'keda', { replicas: 3 });
      const { lab, namespace } = app;
      const spec = {
        scaleTargetRef: { name: 'agent' },
        maxReplicaCount: 10,
        idleReplicaCount: 0,
        triggers: [{ type: 'cron', metadata: { timezone: 'UTC', start: '0 8 * * *', end: '0 18 * * *', desiredReplicas: '3' } }],
      };
      const [object] = await lab.client.apply({
        ...kedaKind,
        metadata: { name: 'agent', namespace },
        spec: { ...spec, minReplicaCount: 1 },
      });
      const owner = { ...kedaKind, name: 'agent', uid: object?.metadata?.['uid'], controller: true };
      const { metadata, ...kedas } = autoscaler(namespace, 'keda-hpa-agent', 'agent');
      await lab.client.apply({ ...kedas, metadata: { ...metadata, ownerReferences: [owner] } });
      const specOf = async () => (await lab.client.get({ ...kedaKind, namespace, name: 'agent' }))['spec'];
      await cancelledAt50(app, async () => {
        expect(await specOf()).toMatchObject({ minReplicaCount: 3 });
        expect(await specOf()).not.toHaveProperty('idleReplicaCount');
      });
      expect(await specOf()).toMatchObject({ minReplicaCount: 1, idleReplicaCount: 0 });
      const story = (await storyOf(app)).filter((text) => /horizontal|scaledobjects/.test(text));
      expect(story).toEqual(['scaledobjects agent written', 'scaledobjects agent written']);
    },
    6 * minutes,
  );

  it.concurrent(
    'two of stable, one of the canary, a budget on both arms: refused or said, and nothing is written',
    async () => {
      const app = await deploy('hpa-refused');
      const { lab, namespace } = app;
      await lab.client.apply([
        autoscaler(namespace, 'agent-too', 'agent'),
        autoscaler(namespace, 'canary', 'agent-canary'),
        {
          apiVersion: 'policy/v1',
          kind: 'PodDisruptionBudget',
          metadata: { name: 'keep', namespace },
          spec: { selector: {}, minAvailable: '100%' },
        },
      ]);
      const image = await app.version('good');
      const refused = await runCanary(app, image);
      expect(refused.outputs).toMatchObject({ outcome: 'not-started' });
      expect(refused.log).toContain('2 autoscalers set the size of Deployment agent: agent, agent-too.');
      expect(refused.log).toContain('HorizontalPodAutoscaler canary sets the size of the canary, Deployment agent-canary');
      for (const name of ['agent-too', 'canary']) await lab.client.delete({ ...hpaKind, namespace, name });
      const mended = await runCanary(app, image, { 'dry-run': 'true' });
      expect(mended.exitCode).toBe(0);
      expect(mended.log).toContain('PodDisruptionBudget keep (minAvailable 100%) selects the pods of stable and of the canary');
      expect(mended.log).toContain('lets no pod of stable be evicted');
      expect(mended.log).toContain('From 50 % on the canary has a copy of HorizontalPodAutoscaler agent, up to 6 pods.');
      expect((await storyOf(app)).filter((text) => !text.includes('selfsubjectaccessreviews'))).toEqual([]);
    },
    6 * minutes,
  );
});
