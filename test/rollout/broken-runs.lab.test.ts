import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startLab } from '../lab/lab.ts';
import { deployExample, type ExampleService } from './example-service.ts';
import { leaseOf, printed, quick, runCanary, standing, startCanary, underLoad } from './rollouts.ts';
import { callsOf, firstEpochOf, storyOf, tell } from './story.ts';

const starting = startLab({ name: 'broken-runs' });
beforeAll(() => starting, 300_000);
afterAll(async () => (await starting).stop());

const deploy = async (namespace: string) => deployExample(await starting, namespace, { replicas: 3 });
const minutes = 60_000;

/** Nobody renews a dead run's Lease: with a shorter time to live a successor need not wait a minute. */
async function shortenLease({ lab, namespace }: ExampleService): Promise<void> {
  const name = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name: 'wf-deploy-agent' };
  await lab.client.patch(name, { spec: { leaseDurationSeconds: 5 } });
}

const atRest = { weight: 0, canaryPods: 0, holder: '' };

interface BrokenRun {
  readonly namespace: string;
  /** Of the run that is killed: long enough that a slow machine kills it where it should. */
  readonly stages?: string;
  /** The run is killed when it prints this. */
  readonly killedAt: RegExp;
  /** Tag of what the next run brings; the killed one brought `good`. */
  readonly next: 'good' | 'better';
  /** How the next run finds it. */
  readonly found: number;
  /** What the next run writes, up to its last sentence here. */
  readonly story: (v1: string) => readonly string[];
}

/** Kills a run without notice and starts another one: what that writes first, and that it gets where it wants to. */
async function killedAndRunAgain({ namespace, stages = quick.stages, killedAt, next, found, story }: BrokenRun): Promise<void> {
  const app = await deploy(namespace);
  const [v1, image, other] = await Promise.all([app.version('v1'), app.version('good'), app.version(next)]);
  const run = await underLoad(app, 60, async () => {
    const action = startCanary(app, image, { stages });
    await printed(action, killedAt);
    action.kill();
    await action.result;
    await shortenLease(app);
    expect(await standing(app)).toMatchObject({ weight: found });
    return await runCanary(app, other);
  });
  expect(run.log).toContain('Waiting for the lock: https://github.com/example/agent/actions/runs/4711/attempts/1#canary-');
  expect(run.outputs).toMatchObject({ outcome: 'promoted', weight: '0', 'previous-image': v1 });
  const expected = story(v1);
  const told = await storyOf(app);
  expect(told.slice(told.indexOf('lease taken, epoch 2')).slice(0, expected.length)).toEqual(expected);
  expect(await standing(app)).toEqual({ ...atRest, stable: run.outputs['image'] });
  expect(run.load.failed).toBe(0);
}

/** A rollout from its first stage on. */
const fromTheFirstStage = ['lease says preparing 0 %', 'agent-canary applied, 1 pod', 'lease says stages 10 %', 'route 10 %, epoch 2'];

describe('a run that does not end by itself', () => {
  it.concurrent(
    'cancelled in a promotion: what it could not undo in time, post undoes: old image, weight 0, Lease free',
    async () => {
      // Each pod of the old image takes its time, so that ten seconds are not enough for three of them.
      const app = await deployExample(await starting, 'cancel-promotion', {
        replicas: 3,
        tag: 'slow-start',
        environment: { READY_AFTER: '6s' },
      });
      const image = await app.version('good');
      const run = await underLoad(app, 60, async () => {
        // Stable is judged for one interval before the canary's weight is 0: the signal has to arrive meanwhile.
        const action = startCanary(app, image, { interval: '12s' });
        await printed(action, /^returning: /);
        action.cancel();
        return await action.result;
      });
      expect(run.signal).toBe('SIGKILL');
      expect(run.post?.outputs).toMatchObject({ outcome: 'aborted', weight: '0' });
      expect(await standing(app)).toEqual({ ...atRest, stable: run.post?.outputs['previous-image'] });
      expect(await standing(app)).toMatchObject({ stable: app.image });
      expect(run.load.failed).toBe(0);
      const story = await storyOf(app);
      const back = story.lastIndexOf(`agent gets ${app.image}`);
      expect(story.indexOf('route 0 %, epoch 2')).toBeGreaterThan(back);
      expect(story.slice(back)).not.toContain('route 0 %, epoch 1');
    },
    6 * minutes,
  );

  it.concurrent(
    'killed in a stage: the next run waits for the Lease to expire, sets weight 0 first, and then rolls out from the first stage',
    () =>
      killedAndRunAgain({
        namespace: 'killed-stage',
        stages: '10@4s 50@300s 100@4s',
        killedAt: /^stage 2\/3, 50 % · /,
        next: 'good',
        found: 50,
        story: () => ['lease taken, epoch 2', 'route 0 %, epoch 2', ...fromTheFirstStage],
      }),
    6 * minutes,
  );

  it.concurrent(
    'killed in a promotion, then the same image: it is finished forward, without going back through weight 0 first',
    () =>
      killedAndRunAgain({
        namespace: 'killed-same',
        killedAt: /^ {2}Deployment agent: /,
        next: 'good',
        found: 100,
        story: () => [
          'lease taken, epoch 2',
          'route 100 %, epoch 2',
          'lease says promoting 100 %',
          'lease says returning 50 %',
          'route 50 %, epoch 2',
          'route 0 %, epoch 2',
          'lease says promoted 0 %',
          'agent-canary 0 pods',
          'lease says resting 0 %',
          'lease released',
        ],
      }),
    6 * minutes,
  );

  it.concurrent(
    'killed in a promotion, then another image: the first is undone, stable before traffic, and then the second rolled out',
    () =>
      killedAndRunAgain({
        namespace: 'killed-other',
        killedAt: /^ {2}Deployment agent: /,
        next: 'better',
        found: 100,
        story: (v1) => [
          'lease taken, epoch 2',
          'route 100 %, epoch 2',
          'lease says restoring 100 %',
          `agent gets ${v1}`,
          'route 0 %, epoch 2',
          ...fromTheFirstStage,
        ],
      }),
    6 * minutes,
  );

  it.concurrent(
    'two at once: the second waits for the first, and their writes never mix',
    async () => {
      const app = await deploy('two');
      const [first, second] = [await app.version('good'), await app.version('better')];
      const runs = await underLoad(app, 60, async () => {
        const one = startCanary(app, first, { stages: '50@2s 100@2s' });
        await printed(one, /route agent: canary 0 %/);
        const other = startCanary(app, second, { stages: '50@2s 100@2s' });
        return { one: await one.result, other: await other.result };
      });
      expect(runs.one.outputs).toMatchObject({ outcome: 'promoted' });
      expect(runs.other.outputs).toMatchObject({ outcome: 'promoted', 'previous-image': runs.one.outputs['image'] });
      const epochs = (await storyOf(app)).flatMap((text) => /epoch (\d)/.exec(text)?.[1] ?? []);
      expect(epochs).toEqual(epochs.toSorted());
      expect(new Set(epochs)).toEqual(new Set(['1', '2']));
      expect(runs.load.failed).toBe(0);
    },
    6 * minutes,
  );

  it.concurrent(
    'stopped past its Lease while another took over: when it goes on it writes nothing more and says that it does not know',
    async () => {
      const app = await deploy('stopped');
      const [first, second] = [await app.version('good'), await app.version('better')];
      await underLoad(app, 60, async () => {
        // Both stay in this stage for longer than all that happens in it.
        const one = startCanary(app, first, { stages: '10@4s 50@300s 100@4s' });
        await printed(one, /^stage 2\/3, 50 % · /);
        one.suspend();
        const holder = (await leaseOf(app))?.['spec'].holderIdentity as string;
        await shortenLease(app);
        const other = startCanary(app, second, { stages: '10@4s 50@300s 100@4s' });
        await printed(other, /^stage 2\/3, 50 % · /);
        const resumed = new Date();
        one.resume();
        const lost = await one.result;
        expect(lost.outputs).toMatchObject({ outcome: 'unknown', weight: '' });
        expect(lost.report).toMatchObject({ code: 'LOCK_LOST' });
        expect(lost.exitCode).toBe(1);
        expect(lost.post).toMatchObject({ exitCode: 0, outputs: {} });
        const accepted = tell(await callsOf(app, resumed), await firstEpochOf(app)).filter(({ text }) => text.includes('epoch 1'));
        expect(accepted).toEqual([]);
        expect((await leaseOf(app))?.['spec'].holderIdentity).not.toBe(holder);
        expect(await standing(app)).toMatchObject({ weight: 50 });
        other.interrupt();
        expect((await other.result).outputs).toMatchObject({ outcome: 'aborted', weight: '0' });
        return {};
      });
    },
    6 * minutes,
  );
});
