import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deployGuarded, guardianObjects, signOf } from '../guardian/guarded.ts';
import { startLab } from '../lab/lab.ts';
import type { LoadResult } from '../lab/load.ts';
import { deployExample, type ExampleService } from './example-service.ts';
import { oneService } from './one-service.ts';
import { leaseOf, printed, runCanary, startCanary, underLoad } from './rollouts.ts';

const starting = startLab({ name: 'replicas' });
beforeAll(() => starting, 300_000);
afterAll(async () => (await starting).stop());

const minutes = 60_000;
/** Half of this is how long the guardian may get no time on the processor without being given up. */
const patient = { 'lease-duration': '20s' } as const;
const byPods = { router: 'replicas', smoke: '- http: /health' } as const;

const answersOf = (load: LoadResult, version: string): number =>
  Object.values(load.byVersion[version] ?? {}).reduce((sum, count) => sum + count, 0);

/** The share of a version's answers between two moments, in percent. */
function met(before: LoadResult, after: LoadResult, version: string): number {
  const all = (load: LoadResult) => Object.keys(load.byVersion).reduce((sum, each) => sum + answersOf(load, each), 0);
  return (100 * (answersOf(after, version) - answersOf(before, version))) / (all(after) - all(before));
}

interface Moment {
  readonly line: string;
  readonly load: LoadResult;
}

/** What the last line of a stage says was measured, and what users met from its first moment to that line. */
function sharesOf(moments: readonly Moment[], weight: number, version: string): { readonly measured: number; readonly met: number } {
  const first = moments.find(({ line }) => line.includes(` ready pods: ${weight} %`));
  const last = moments.findLast(({ line }) => line.startsWith('stage ') && line.includes(`, ${weight} % · measured `));
  if (first === undefined || last === undefined) throw new Error(`No stage of ${weight} % was told of.`);
  return { measured: Number(/measured ([\d.]+) %/.exec(last.line)?.[1]), met: met(first.load, last.load, version) };
}

const deploymentOf = ({ lab, namespace }: ExampleService, name: string) =>
  lab.client.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name });

async function standing(app: ExampleService) {
  const [stable, canary, lease] = await Promise.all([deploymentOf(app, 'agent'), deploymentOf(app, 'agent-canary'), leaseOf(app)]);
  return {
    stable: stable['spec'].template.spec.containers[0].image as string,
    stablePods: stable['spec'].replicas as number,
    canaryPods: canary['spec'].replicas as number,
    split: canary.metadata?.annotations?.['wf-deploy.io/split'],
    holder: (lease?.['spec'].holderIdentity ?? '') as string,
  };
}

describe('a canary by pod counts behind one Service', () => {
  it.concurrent(
    'is held back until its smoke checks passed, gets the share of its pods, and is promoted in place without a lost request',
    async () => {
      const app = await deployExample(await starting, 'by-pods', { replicas: 3, change: oneService });
      const unfit = await app.version('unfit');
      const held = await underLoad(app, 40, () =>
        runCanary(app, unfit, { ...byPods, smoke: '- http: /health\n  contains: no-such-word', stages: '25@4s' }),
      );
      expect(held.outputs).toMatchObject({ outcome: 'rolled-back' });
      expect((held.report as { readonly code?: string }).code).toBe('SMOKE_FAILED');
      // Its pods ran, and no user ever met one.
      expect([answersOf(held.load, 'unfit'), held.load.failed]).toEqual([0, 0]);
      expect(answersOf(held.load, 'v1')).toBeGreaterThan(30);

      const image = await app.version('good');
      const moments: Moment[] = [];
      const run = await underLoad(app, 80, async (soFar) => {
        const onLine = (line: string) => void moments.push({ line, load: soFar() });
        return await runCanary(app, image, { ...byPods, stages: '5@12s 25@12s 50@24s' }, { onLine });
      });
      expect(run.outputs).toMatchObject({ outcome: 'promoted', weight: '0' });
      // 5 % and 25 % are both one of four pods: one stage, as long as both.
      expect(run.log).toContain('canary 1 of 4 ready pods: 25 %');
      expect(run.log).toContain('canary 3 of 6 ready pods: 50 %');
      for (const [before, weight] of [
        [0, 25],
        [25, 50],
      ] as const) {
        const { measured, met } = sharesOf(moments, weight, 'good');
        expect(Math.abs(measured - met)).toBeLessThan(8);
        // For a part of the stage the gateway may not know its pods yet. None of them at all, or all traffic for them, is another thing.
        expect(met).toBeGreaterThan(before + 0.4 * (weight - before));
        expect(met).toBeLessThan(1.4 * weight);
      }
      expect(run.log).toContain('promoting: canary 50 %, stable gets the new image');
      expect(run.load.failed).toBe(0);
      expect(answersOf(run.load, 'good')).toBeGreaterThan(200);
      expect(await standing(app)).toEqual({ stable: run.outputs['image'], stablePods: 3, canaryPods: 0, split: '0/3', holder: '' });
    },
    10 * minutes,
  );

  it.concurrent(
    'goes back when it is measured to be bad, with the share that it really had',
    async () => {
      const app = await deployExample(await starting, 'bad-by-pods', { replicas: 3, change: oneService });
      const image = await app.version('bad', { ERROR_RATE: '5%' });
      const run = await underLoad(app, 80, async (soFar) => {
        // Some twenty seconds of requests until it fails: beside them the moments between pods, gateway, scrape and log line are few.
        const inputs = { ...byPods, stages: '10@60s', 'min-requests': '2000', 'no-data-timeout': '180s' };
        const running = startCanary(app, image, inputs);
        await printed(running, /canary 1 of 4 ready pods: 25 %/);
        const before = soFar();
        await printed(running, /^stage 1\/1, 25 % · .*FAIL/);
        return { ...(await running.result), met: met(before, soFar(), 'bad') };
      });
      expect(run.outputs).toMatchObject({ outcome: 'rolled-back', weight: '0', reason: expect.stringContaining('error-rate') });
      expect(run.log).toContain('canary 1 of 4 ready pods: 25 %');
      const measured = Number(/^stage 1\/1, 25 % · measured ([\d.]+) %.*FAIL/m.exec(run.log)?.[1]);
      // What users met is the measure: the gateway learns of new pods late, and a verdict comes a few seconds after.
      expect(Math.abs(measured - run.met)).toBeLessThan(8);
      expect(measured).toBeLessThan(35);
      expect(run.load.failed).toBe(0);
      expect(await standing(app)).toMatchObject({ stable: app.image, stablePods: 3, canaryPods: 0, split: '0/3', holder: '' });
      const refused = await runCanary(app, await app.version('other'), { ...byPods, stages: '25@4s 60@4s' });
      expect(refused.outputs).toMatchObject({ outcome: 'not-started' });
      expect(refused.commands.find(({ name }) => name === 'error')?.message).toContain(
        '`stages` ask for 60 %: by pod counts a canary gets 50 % at most',
      );
    },
    10 * minutes,
  );

  it.concurrent(
    'is taken to no pods by the guardian when its run is killed, and the next run begins anew',
    async () => {
      const app = await deployGuarded(await starting, 'killed-by-pods', oneService);
      const image = await app.version('good');
      const { load } = await underLoad(app, 30, async () => {
        const run = startCanary(app, image, { ...byPods, ...patient, stages: '50@300s' });
        await printed(run, /^stage 1\/1, 50 % · .* requests/);
        run.kill();
        await app.lab.client.waitFor('no canary pod', async () => (await standing(app)).canaryPods === 0, 180);
        return { run: await run.result };
      });
      expect(load.failed).toBe(0);
      expect(answersOf(load, 'good')).toBeGreaterThan(10);
      await app.lab.client.waitFor('the last word', async () => (await signOf(app))?.['is'] === 'acted', 180);
      expect(await standing(app)).toMatchObject({ stable: app.image, split: '0/2', holder: '' });
      const next = await underLoad(app, 40, () => runCanary(app, image, { ...byPods, ...patient, stages: '50@3s', 'min-requests': '10' }));
      expect(next.outputs).toMatchObject({ outcome: 'promoted' });
      expect(next.load.failed).toBe(0);
      expect(await standing(app)).toMatchObject({ stable: next.outputs['image'], canaryPods: 0 });
      await app.lab.client.waitFor('the guardian to be gone', async () => (await guardianObjects(app)).length === 0, 180);
    },
    10 * minutes,
  );
});
