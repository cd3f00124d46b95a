import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Lab, startLab } from '../lab/lab.ts';
import { deployExample } from './example-service.ts';
import { leaseOf, printed, runCanary, standing, startCanary, underLoad } from './rollouts.ts';
import { storyOf } from './story.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ name: 'outages' });
}, 60_000);
afterAll(() => lab.stop());

const minutes = 60_000;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('the API server goes away in a stage', () => {
  it(
    'and comes back: a healthy canary has survived that, and a bad one is taken back then',
    async () => {
      const [healthy, bad] = await Promise.all(['healthy', 'bad'].map((namespace) => deployExample(lab, namespace, { replicas: 3 })));
      if (healthy === undefined || bad === undefined) throw new Error('Two services were asked for.');
      const [good, worse] = [await healthy.version('good'), await bad.version('bad', { ERROR_RATE: '20%' })];
      const run = await underLoad(healthy, 60, () =>
        underLoad(bad, 60, async () => {
          const one = startCanary(healthy, good, { stages: '50@6s 100@4s' });
          const other = startCanary(bad, worse, { stages: '50@6s 100@4s' });
          await Promise.all([one, other].map((action) => printed(action, /route agent: canary 50 %/)));
          await lab.kill('kube-apiserver');
          await Promise.all([one, other].map((action) => printed(action, /cluster: no answer|Trying again/)));
          await pause(6000);
          await lab.start('kube-apiserver');
          return { good: await one.result, worse: await other.result, ofBad: undefined };
        }),
      );
      expect(run.good.outputs).toMatchObject({ outcome: 'promoted' });
      expect(run.worse.outputs).toMatchObject({ outcome: 'rolled-back', weight: '0' });
      expect(run.worse.report).toMatchObject({ code: 'CRITERIA_FAILED' });
      expect(run.load.failed).toBe(0);
    },
    3 * minutes,
  );

  it(
    'and stays away past every deadline: the outcome is not known and the run fails; the next one sets weight 0 first',
    async () => {
      const app = await deployExample(lab, 'silent', { replicas: 3 });
      const image = await app.version('good');
      const run = await underLoad(app, 60, async () => {
        const action = startCanary(app, image, { stages: '50@60s 100@4s', 'no-data-timeout': '6s', 'rollout-timeout': '10s' });
        await printed(action, /^stage 1\/2, 50 % · /);
        await lab.kill('kube-apiserver');
        return await action.result;
      });
      try {
        expect(run.outputs).toMatchObject({ outcome: 'unknown', weight: '' });
        expect(run.exitCode).toBe(1);
        expect(run.commands.filter(({ name }) => name === 'error')).toHaveLength(1);
        // The canary went on serving all the while.
        expect(run.load.failed).toBe(0);
      } finally {
        await lab.start('kube-apiserver');
      }
      expect(await standing(app)).toMatchObject({ weight: 50 });
      const name = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: app.namespace, name: 'wf-deploy-agent' };
      await lab.client.patch(name, { spec: { leaseDurationSeconds: 3 } });
      const next = await runCanary(app, image, { smoke: '- http: /health\n  status: 204\n  attempts: 1' });
      expect(next.outputs).toMatchObject({ outcome: 'rolled-back' });
      const story = await storyOf(app);
      expect(story.slice(story.indexOf('lease taken, epoch 2')).slice(0, 2)).toEqual(['lease taken, epoch 2', 'route 0 %, epoch 2']);
      expect((await leaseOf(app))?.['spec'].holderIdentity).toBe('');
    },
    3 * minutes,
  );
});

describe('Prometheus goes away in a stage', () => {
  it.each([
    ['killed, and started again', () => lab.kill('prometheus'), () => lab.start('prometheus')],
    ['without an answer for a while', () => lab.cut('prometheus', 'hang'), () => lab.restore('prometheus')],
  ])(
    '%s: the stage lasts until it is back, and the version is promoted',
    async (how, away, back) => {
      const app = await deployExample(lab, `back-${how.split(',')[0]?.split(' ')[0]}`, { replicas: 3 });
      const image = await app.version('good');
      const run = await underLoad(app, 60, async () => {
        const action = startCanary(app, image, { stages: '50@4s 100@4s' });
        await printed(action, /^stage 1\/2, 50 % · /);
        await away();
        await printed(action, /not measured/);
        await back();
        return await action.result;
      });
      expect(run.outputs).toMatchObject({ outcome: 'promoted' });
      expect(run.load.failed).toBe(0);
    },
    3 * minutes,
  );

  it(
    'for longer than no-data-timeout: the canary is taken back, and nobody calls it harm',
    async () => {
      const app = await deployExample(lab, 'away', { replicas: 3 });
      const image = await app.version('good');
      const run = await underLoad(app, 60, async () => {
        const action = startCanary(app, image, { stages: '50@4s 100@4s', 'no-data-timeout': '8s' });
        await printed(action, /^stage 1\/2, 50 % · /);
        await lab.cut('prometheus', 'refuse');
        return await action.result;
      });
      await lab.restore('prometheus');
      expect(run.outputs).toMatchObject({ outcome: 'rolled-back', weight: '0' });
      expect(run.report).toMatchObject({ code: 'NO_DATA' });
      expect(run.load.failed).toBe(0);
    },
    2 * minutes,
  );
});
