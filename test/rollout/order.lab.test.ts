import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectEnding } from '../actions/ending.ts';
import { startLab } from '../lab/lab.ts';
import { ask, deployExample, pushForAnotherPlatform } from './example-service.ts';
import { printed, runCanary, standing, startCanary, underLoad } from './rollouts.ts';
import { callsOf, storyOf, tell } from './story.ts';

const starting = startLab({ name: 'order' });
beforeAll(() => starting, 300_000);
afterAll(async () => (await starting).stop());

const deploy = async (namespace: string) => deployExample(await starting, namespace, { replicas: 3 });
const minutes = 60_000;

/** The first writes of a service's first rollout, and what each way back ends with. */
const opening = [
  'lease taken, epoch 1',
  'route 0 %, epoch 1',
  'lease says preparing 0 %',
  'agent-canary created, 0 pods',
  'agent-canary 1 pod',
];
const closing = ['agent-canary 0 pods', 'lease says resting 0 %', 'lease released'];

describe('the order of writes, by the audit log of the API server', () => {
  it.concurrent(
    'a good version: pods before each weight, the Lease before each weight, stable at 100 %, and the canary rests last',
    async () => {
      const app = await deploy('good');
      const image = await app.version('good');
      const smoke = `- http: /health\n- command: [node, -e, "fetch(process.env.CANARY_URL).then((it) => process.exit(it.headers.get('x-served-by') === 'good' ? 0 : 1))"]`;
      const run = await underLoad(app, 60, () => runCanary(app, image, { smoke }));
      expect(run.outputs).toMatchObject({ outcome: 'promoted', weight: '0', stage: '3/3', 'previous-image': await app.version('v1') });
      expect(run.outputs['image']).toMatch(/^127\.0\.0\.1:\d+\/shop\/agent@sha256:[0-9a-f]{64}$/);
      expect(run.log).toContain('smoke: node ended with 0');
      expect(await storyOf(app)).toEqual([
        ...opening,
        'lease says stages 10 %',
        'route 10 %, epoch 1',
        'agent-canary 2 pods',
        'lease says stages 50 %',
        'route 50 %, epoch 1',
        'agent-canary 3 pods',
        'lease says stages 100 %',
        'route 100 %, epoch 1',
        'lease says promoting 100 %',
        `agent gets ${run.outputs['image']}`,
        'lease says returning 50 %',
        'route 50 %, epoch 1',
        'route 0 %, epoch 1',
        'lease says promoted 0 %',
        ...closing,
      ]);
      expect(run.exitCode).toBe(0);
      expect(run.post?.stdout).toBe('');

      // Two questions a check and at most five calls a stage change; watches and metrics aside.
      const calls = (await callsOf(app)).filter(({ verb }) => verb !== 'watch');
      const routeWrites = calls.flatMap((call, index) => (call.resource === 'httproutes' && call.verb === 'update' ? [index] : []));
      const checks = [1, 2].map(
        (stage) => run.stdout.split('\n').filter((line) => line.startsWith(`stage ${stage}/3, `) && line.includes(' % · ')).length,
      );
      const spent = [
        calls.slice((routeWrites[1] ?? 0) + 1, (routeWrites[2] ?? 0) + 1),
        calls.slice((routeWrites[2] ?? 0) + 1, (routeWrites[3] ?? 0) + 1),
      ];
      for (const [index, between] of spent.entries()) {
        const renewals = between.filter(({ resource }) => resource === 'leases').length - 1;
        const looks = between.filter(({ verb, resource }) => verb === 'list' && resource === 'pods').length;
        const told = checks[index] ?? 0;
        // How many there are in so short a stage is the machine's concern.
        expect(told).toBeGreaterThanOrEqual(1);
        // The look before the weight grows knows the pods already, and has nothing to tell where it comes between two scrapes.
        expect([looks, looks + 1]).toContain(told);
        expect(between.length - renewals).toBe(2 * looks + 5);
      }
    },
    6 * minutes,
  );

  it.concurrent(
    'with `canary-at-rest` a header route finds the version that passed until the next rollout, which goes on from there',
    async () => {
      const app = await deploy('rests');
      const first = await underLoad(app, 60, async () => runCanary(app, await app.version('good'), { 'canary-at-rest': '1' }));
      expectEnding(first, { outcome: 'promoted', weight: '0' });
      expect(await standing(app)).toMatchObject({ weight: 0, canaryPods: 1, holder: '' });
      // The pods that went with the weight are still known to the gateway for a moment.
      await app.lab.client.waitFor(
        'the version that passed, by the header',
        async () => isDeepStrictEqual(await ask(app.lab, app.host, { 'x-canary': 'true' }), { status: 200, version: 'good' }),
        120,
      );
      const second = await underLoad(app, 60, async () => runCanary(app, await app.version('better')));
      expectEnding(second, { outcome: 'promoted', weight: '0' });
      expect(await standing(app)).toMatchObject({ weight: 0, canaryPods: 0, holder: '' });
      expect([first.load.failed, second.load.failed]).toEqual([0, 0]);
    },
    8 * minutes,
  );

  it.concurrent(
    'errors in a stage: weight 0 is the first write after the decision, then the alert, the Lease and the pods',
    async () => {
      const app = await deploy('bad');
      // So many that the twenty requests of a check are never all good.
      const image = await app.version('bad', { ERROR_RATE: '60%' });
      const run = await underLoad(app, 60, () => runCanary(app, image));
      expect(run.outputs).toMatchObject({ outcome: 'rolled-back', weight: '0', stage: '1/3' });
      expect(run.outputs['reason']).toMatch(
        /^The canary failed its criteria, 2 checks in a row: error-rate \d+(\.\d+)? % \(≤ 1 %\)(; .*)?\.$/,
      );
      expect(await storyOf(app)).toEqual([
        ...opening,
        'lease says stages 10 %',
        'route 10 %, epoch 1',
        'route 0 %, epoch 1',
        'lease says emptying 0 %',
        ...closing,
      ]);
      expect(run.exitCode).toBe(1);
      expect(run.commands.filter(({ name }) => name === 'warning' || name === 'error')).toHaveLength(1);
      expect(await standing(app)).toEqual({ weight: 0, stable: await app.version('v1'), canaryPods: 0, holder: '' });
    },
    6 * minutes,
  );

  it.concurrent(
    'an image for another platform only: the reason is Kubernetes’ own, and no weight is ever ordered',
    async () => {
      const app = await deploy('platform');
      const image = await pushForAnotherPlatform(app, 'foreign');
      const run = await runCanary(app, image);
      expect(run.outputs).toMatchObject({ outcome: 'rolled-back', stage: '' });
      expect(run.outputs['reason']).toMatch(
        /^Container `agent-api` of pod agent-canary-\S+ cannot get its image \((ErrImagePull|ImagePullBackOff)\): .*no match for platform/,
      );
      expect(await storyOf(app)).toEqual([...opening, ...closing]);
    },
    6 * minutes,
  );

  it.concurrent.each([
    [
      'http',
      '- http: /health\n  status: 204\n  attempts: 1\n  timeout: 60s',
      'A smoke check of the canary failed: GET /health answered 200 instead of 204, 1 times.',
    ],
    [
      'command',
      '- command: [sh, -c, "echo no such luck; exit 3"]',
      'A smoke check of the canary failed: `sh` ended with 3. Its last words: no such luck',
    ],
  ])(
    'a smoke check that fails (%s): no weight is ever ordered',
    async (kind, smoke, reason) => {
      const app = await deploy(`smoke-${kind}`);
      const run = await runCanary(app, await app.version('good'), { smoke });
      expect(run.outputs).toMatchObject({ outcome: 'rolled-back', stage: '', reason: expect.stringContaining(reason) });
      expect(await storyOf(app)).toEqual([...opening, ...closing]);
    },
    4 * minutes,
  );

  it.concurrent(
    'stable cannot take the new image: its old one comes back before any traffic does',
    async () => {
      const app = await deploy('restore');
      const image = await app.version('good');
      const run = await underLoad(app, 60, async () => {
        // The quota has to be counted before stable is touched.
        const action = startCanary(app, image, { stages: '10@4s 50@4s 100@20s' });
        await printed(action, /route agent: canary 100 %/);
        // Room for the pods there are, and for none that stable would start beside them.
        await app.lab.client.apply({
          apiVersion: 'v1',
          kind: 'ResourceQuota',
          metadata: { namespace: app.namespace, name: 'tight' },
          spec: { hard: { pods: '6' } },
        });
        await app.lab.client.waitFor(
          'the pods to be counted',
          async () => {
            const quota = await app.lab.client.get({ apiVersion: 'v1', kind: 'ResourceQuota', namespace: app.namespace, name: 'tight' });
            return quota['status']?.used?.pods === '6';
          },
          120,
        );
        return await action.result;
      });
      expect(run.outputs).toMatchObject({ outcome: 'rolled-back', weight: '0' });
      expect(run.outputs['reason']).toMatch(/^Pods cannot be created: .* exceeded quota: tight/);
      const story = await storyOf(app);
      expect(story.slice(story.indexOf('lease says promoting 100 %'))).toEqual([
        'lease says promoting 100 %',
        `agent gets ${run.outputs['image']}`,
        'lease says restoring 100 %',
        `agent gets ${run.outputs['previous-image']}`,
        'route 0 %, epoch 1',
        'lease says emptying 0 %',
        ...closing,
      ]);
      expect(run.load.failed).toBe(0);
    },
    6 * minutes,
  );

  it.concurrent(
    'a cancel in a stage: weight 0 is the first write after the signal, and post finds nothing left to do',
    async () => {
      const app = await deploy('cancel');
      const image = await app.version('good');
      const run = await underLoad(app, 60, async () => {
        const action = startCanary(app, image, { stages: '10@4s 50@300s 100@4s' });
        await printed(action, /^stage 2\/3, 50 % · /);
        const interrupted = new Date();
        action.interrupt();
        return { ...(await action.result), interrupted };
      });
      expect(run.outputs).toMatchObject({ outcome: 'aborted', weight: '0', reason: 'The run was cancelled (SIGINT).' });
      expect({ exitCode: run.exitCode, signal: run.signal, post: run.post?.stdout }).toEqual({ exitCode: 1, signal: undefined, post: '' });
      const told = tell(await callsOf(app));
      const [first] = told.filter(({ at }) => at >= run.interrupted);
      expect(first?.text).toBe('route 0 %, epoch 1');
      expect(told.slice(-5).map(({ text }) => text)).toEqual(['route 0 %, epoch 1', 'lease says emptying 0 %', ...closing]);
    },
    6 * minutes,
  );
});
