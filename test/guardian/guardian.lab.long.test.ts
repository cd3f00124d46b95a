import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditEntries } from '../lab/audit.ts';
import { startLab } from '../lab/lab.ts';
import type { ExampleService } from '../rollout/example-service.ts';
import { leaseOf, printed, runCanary, startCanary, underLoad } from '../rollout/rollouts.ts';
import { firstEpochOf, storyOf } from '../rollout/story.ts';
import { deployGuarded, guardianEvents, guardianObjects, lingering, recordOf, signOf, standing, untilWeight, weightOf } from './guarded.ts';

const starting = startLab({ name: 'guardian' });
beforeAll(() => starting, 180_000);
afterAll(async () => (await starting).stop());

const deploy = async (namespace: string): Promise<ExampleService> => deployGuarded(await starting, namespace);
const minutes = 60_000;
const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1000));

/** What guardians wrote into a namespace, in order. */
async function guardianWrites({ lab, namespace }: ExampleService): Promise<string[]> {
  const entries = await auditEntries(lab, { userAgent: 'wf-deploy-guardian', verbs: ['create', 'update', 'patch'] });
  return entries
    .filter((entry) => entry.namespace === namespace && entry.code < 300)
    .map(({ verb, resource, name }) => `${verb} ${resource} ${name}`);
}

describe('a run that comes to its end', () => {
  it(
    'has a guardian before its first weight, and none afterwards',
    async () => {
      const app = await deploy('healthy');
      const image = await app.version('good');
      const run = await underLoad(app, 40, () => runCanary(app, image));
      expect(run.log).toContain('The guardian has rehearsed the way back and watches.');
      expect(run.outputs).toMatchObject({ outcome: 'promoted', weight: '0' });
      expect(run.load.failed).toBe(0);
      const story = await storyOf(app);
      expect(story.indexOf('route 10 %, epoch 1')).toBeGreaterThan(story.indexOf('jobs wf-deploy-guardian-agent written'));
      const lines = run.stdout.split('\n');
      const at = (pattern: RegExp): number => lines.findIndex((line) => pattern.test(line));
      expect(at(/The guardian has rehearsed/)).toBeLessThan(at(/canary 10 %/));
      expect(at(/The guardian has rehearsed/)).toBeGreaterThan(0);
      await app.lab.client.waitFor('the end of the guardian', async () => (await guardianObjects(app)).length === 0, 30);
      // Dry runs and signs of life are all that it ever wrote.
      expect(new Set((await guardianWrites(app)).map((line) => line.split(' ').slice(0, 2).join(' ')))).toEqual(
        new Set(['update httproutes', 'patch deployments', 'patch leases']),
      );
      expect(await guardianEvents(app)).toEqual([]);
    },
    3 * minutes,
  );
});

describe('a run that dies', () => {
  it(
    'in a stage: weight 0, an Event, a note, a Lease for the taking, and the pods are left alone',
    async () => {
      const app = await deploy('killed');
      const image = await app.version('v2');
      const { load } = await underLoad(app, 40, async () => {
        const run = startCanary(app, image, lingering);
        await printed(run, /^stage 1\/2, 20 % · .* requests/);
        run.kill();
        await untilWeight(app, 0, 40);
        await seconds(2);
        return { run: await run.result };
      });
      expect(load.failed).toBe(0);
      await app.lab.client.waitFor('the last word', async () => (await signOf(app))?.['is'] === 'acted', 20);
      const epoch = (await firstEpochOf(app)) + 1;
      expect(await signOf(app)).toMatchObject({ did: 'weight 0', epoch, after: expect.stringContaining('example/agent') });
      expect(await recordOf(app)).toMatchObject({ phase: 'emptying', weight: 0 });
      expect(await standing(app)).toMatchObject({ weight: 0, stable: await app.version('v1'), canaryPods: 1, holder: '' });
      const [event, ...others] = await guardianEvents(app);
      expect(others).toEqual([]);
      expect(event).toMatchObject({ type: 'Warning', reason: 'CanaryTakenBack', involvedObject: { kind: 'HTTPRoute', name: 'agent' } });
      expect(event?.['message']).toMatch(
        /^All traffic was given back to stable \(canary weight 0\), because the run https:\S+ gave no sign of life for 5 s\./,
      );

      const next = await underLoad(app, 40, () => runCanary(app, image, { promote: 'false' }));
      expect(next.outputs).toMatchObject({ outcome: 'analysed', weight: '0' });
      expect(await standing(app)).toMatchObject({ weight: 0, canaryPods: 0, holder: '' });
    },
    4 * minutes,
  );

  it(
    'in the promotion: stable gets its image back before the traffic',
    async () => {
      const app = await deploy('promoting');
      const v1 = await app.version('v1');
      const image = await app.version('v2');
      const { load } = await underLoad(app, 40, async () => {
        const run = startCanary(app, image, { stages: '100@3s' });
        await printed(run, /Deployment agent: .*agent@sha256/);
        run.kill();
        await untilWeight(app, 0, 60);
        await seconds(2);
        return { run: await run.result };
      });
      expect(load.failed).toBe(0);
      expect(await standing(app)).toMatchObject({ weight: 0, stable: v1 });
      await app.lab.client.waitFor('the last word', async () => (await signOf(app))?.['is'] === 'acted', 20);
      expect(await signOf(app)).toMatchObject({ did: 'stable restored, weight 0' });
      const deeds = (await guardianWrites(app)).filter((line) => !line.includes('leases'));
      expect(deeds.slice(-4)).toEqual([
        'update httproutes agent',
        'patch deployments agent',
        'update httproutes agent',
        expect.stringMatching(/^create events/),
      ]);
    },
    4 * minutes,
  );

  it(
    'only asleep: the guardian wins, and when the run wakes it writes nothing more, but for its post step that tidies up',
    async () => {
      const app = await deploy('asleep');
      const run = startCanary(app, await app.version('v2'), lingering);
      await printed(run, /^stage 1\/2, 20 % · .* requests/);
      run.suspend();
      await untilWeight(app, 0, 40);
      await app.lab.client.waitFor('the last word', async () => (await signOf(app))?.['is'] === 'acted', 20);
      const woken = new Date();
      run.resume();
      const ended = await run.result;
      expect(ended.outputs).toMatchObject({ outcome: 'unknown' });
      expect(ended.log).toMatch(/was taken by|epoch of a successor/);
      expect(await storyOf(app, woken)).toEqual([
        'lease says emptying 0 %',
        'lease taken, epoch 3',
        'route 0 %, epoch 3',
        'lease says emptying 0 %',
        'agent-canary 0 pods',
        'lease says resting 0 %',
        'jobs wf-deploy-guardian-agent deleted',
        'lease released',
      ]);
      expect(ended.post?.stdout).toContain('The run before ended in the phase `emptying`: taking it back.');
    },
    4 * minutes,
  );
});

describe('a guardian in trouble', () => {
  it(
    'whose image is missing: no weight is ever moved',
    async () => {
      const app = await deploy('no-image');
      const run = await runCanary(app, await app.version('v2'), { 'guardian-image': `${app.lab.registry}/library/node:none` });
      expect(run.outputs).toMatchObject({ outcome: 'rolled-back', stage: '' });
      expect(run.outputs['reason']).toMatch(
        /^There is no guardian: Container `guardian` of pod wf-deploy-guardian-agent-\S+ cannot get its image/,
      );
      expect(run.log).toContain('guardian: false');
      expect((await storyOf(app)).filter((line) => line.startsWith('route') && !line.startsWith('route 0 %'))).toEqual([]);
      expect(await standing(app)).toMatchObject({ weight: 0, canaryPods: 0, holder: '' });
      await app.lab.client.waitFor('the end of the guardian', async () => (await guardianObjects(app)).length === 0, 30);
    },
    3 * minutes,
  );

  it.each([
    ['killed', '', { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 }],
    ['evicted', '/eviction', { apiVersion: 'policy/v1', kind: 'Eviction' }],
  ])(
    'whose pod is %s: it is started again, and the run goes on or goes back',
    async (how, subresource, body) => {
      const app = await deploy(`pod-${how}`);
      const image = await app.version('v2');
      const ended = await underLoad(app, 30, async () => {
        const run = startCanary(app, image, { ...lingering, stages: '20@25s', 'lease-duration': '30s' });
        await printed(run, /^stage 1\/1, 20 % · .* requests/);
        const [pod] = (await guardianObjects(app)).filter((name) => name.startsWith('Pod '));
        const name = pod?.slice('Pod '.length) ?? '';
        const path = `/api/v1/namespaces/${app.namespace}/pods/${name}${subresource}`;
        await app.lab.client.objects.send(how === 'evicted' ? 'POST' : 'DELETE', path, { ...body, metadata: { name } });
        await app.lab.client.waitFor(
          'another pod',
          async () => (await guardianObjects(app)).some((other) => other.startsWith('Pod ') && other !== pod),
          30,
        );
        return await run.result;
      });
      expect(ended.load.failed).toBe(0);
      expect(ended.outputs['outcome']).toMatch(/^(analysed|rolled-back)$/);
      if (ended.outputs['outcome'] === 'rolled-back') expect(ended.log).toContain('gave no sign of life any more');
      expect(await weightOf(app)).toBe(0);
    },
    3 * minutes,
  );

  it(
    'whose Job is deleted: the run goes to weight 0 itself',
    async () => {
      const app = await deploy('job-deleted');
      const image = await app.version('v2');
      const ended = await underLoad(app, 30, async () => {
        const run = startCanary(app, image, lingering);
        await printed(run, /^stage 1\/2, 20 % · .* requests/);
        const { namespace } = app;
        await app.lab.client.delete({ apiVersion: 'batch/v1', kind: 'Job', namespace, name: 'wf-deploy-guardian-agent' });
        return await run.result;
      });
      expect(ended.load.failed).toBe(0);
      expect(ended.outputs).toMatchObject({ outcome: 'rolled-back', weight: '0' });
      expect(ended.outputs['reason']).toMatch(/^The guardian in the cluster gave no sign of life any more/);
      expect(await standing(app)).toMatchObject({ weight: 0, canaryPods: 0, holder: '' });
    },
    3 * minutes,
  );
});

describe.each([
  { away: 15, lease: 5 },
  { away: 180, lease: 60 },
])('an API server that is down for $away s, three times as long as the Lease lasts', ({ away, lease }) => {
  const untilDead = 60 + 2 * lease;
  /** The healthy canary is still in its stage when the dead one's weight is looked at for the last time. */
  const held = away + untilDead + 20;

  it(
    'with a living runner the healthy canary survives, and with a dead one the weight is 0 after it is back',
    async () => {
      const [living, dead] = [await deploy(`living-${away}`), await deploy(`dead-${away}`)];
      const image = await living.version('v2');
      const inputs = { ...lingering, 'lease-duration': `${lease}s`, 'no-data-timeout': '10m' };
      const ended = await underLoad(living, 30, () =>
        underLoad(dead, 30, async () => {
          const run = startCanary(living, image, { ...inputs, stages: `20@${held}s` });
          const other = startCanary(dead, image, { ...inputs, stages: '20@20m 50@20m' });
          await Promise.all([printed(run, /^stage 1\/1, 20 % · .* requests/), printed(other, /^stage 1\/2, 20 % · .* requests/)]);
          await living.lab.kill('kube-apiserver');
          other.kill();
          await seconds(away);
          await living.lab.start('kube-apiserver');
          expect([await weightOf(living), await weightOf(dead)]).toEqual([20, 20]);
          await untilWeight(dead, 0, untilDead);
          const left = await weightOf(living);
          if (left !== 20) throw new Error(`The healthy canary has ${left} %:\n${run.lines.join('\n')}`);
          return { run: await run.result, other: await other.result };
        }),
      );
      expect(ended.run.outputs).toMatchObject({ outcome: 'analysed', weight: '0' });
      expect(await guardianEvents(living)).toEqual([]);
      expect((await leaseOf(dead))?.['spec'].holderIdentity ?? '').toMatch(/^(guardian\/.*)?$/);
      expect(ended.load.failed).toBe(0);
    },
    10 * minutes,
  );
});
