import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deployGuarded, guardianObjects, signOf } from '../guardian/guarded.ts';
import { startLab } from '../lab/lab.ts';
import type { LoadResult } from '../lab/load.ts';
import { deployExample, type ExampleService } from './example-service.ts';
import { oneService } from './one-service.ts';
import { leaseOf, printed, runCanary, startCanary, underLoad } from './rollouts.ts';

const starting = startLab({ name: 'replicas' });
beforeAll(() => starting, 180_000);
afterAll(async () => (await starting).stop());

const minutes = 60_000;
const byPods = { router: 'replicas', smoke: '- http: /health' } as const;

const answersOf = (load: LoadResult, version: string): number =>
  Object.values(load.byVersion[version] ?? {}).reduce((sum, count) => sum + count, 0);

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
      const run = await underLoad(app, 80, () => runCanary(app, image, { ...byPods, stages: '5@6s 25@6s 50@6s' }));
      expect(run.outputs).toMatchObject({ outcome: 'promoted', weight: '0' });
      // 5 % and 25 % are both one of four pods: one stage, as long as both.
      expect(run.log).toContain('canary 1 of 4 ready pods: 25 %');
      expect(run.log).toContain('canary 3 of 6 ready pods: 50 %');
      const shares = [...run.log.matchAll(/^stage (\d)\/2, (\d+) % · measured ([\d.]+) % · ([\d,]+) requests/gm)].map((line) => ({
        weight: Number(line[2]),
        measured: Number(line[3]),
      }));
      for (const weight of [25, 50]) {
        const last = shares.findLast((each) => each.weight === weight);
        // The gateway learns of new pods up to two seconds late.
        expect(Math.abs((last?.measured ?? 0) - weight)).toBeLessThan(0.4 * weight);
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
      const run = await underLoad(app, 80, () => runCanary(app, image, { ...byPods, stages: '10@60s', 'min-requests': '300' }));
      expect(run.outputs).toMatchObject({ outcome: 'rolled-back', weight: '0', reason: expect.stringContaining('error-rate') });
      expect(run.log).toContain('canary 1 of 4 ready pods: 25 %');
      const measured = Number(/^stage 1\/1, 25 % · measured ([\d.]+) %.*FAIL/m.exec(run.log)?.[1]);
      // The gateway learns of new pods up to two seconds late.
      expect(Math.abs(measured - 25)).toBeLessThan(10);
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
        const run = startCanary(app, image, { ...byPods, stages: '50@120s' });
        await printed(run, /^stage 1\/1, 50 % · .* requests/);
        run.kill();
        await app.lab.client.waitFor('no canary pod', async () => (await standing(app)).canaryPods === 0, 60);
        return { run: await run.result };
      });
      expect(load.failed).toBe(0);
      expect(answersOf(load, 'good')).toBeGreaterThan(10);
      await app.lab.client.waitFor('the last word', async () => (await signOf(app))?.['is'] === 'acted', 30);
      expect(await standing(app)).toMatchObject({ stable: app.image, split: '0/2', holder: '' });
      const next = await underLoad(app, 40, () => runCanary(app, image, { ...byPods, stages: '50@3s', 'min-requests': '10' }));
      expect(next.outputs).toMatchObject({ outcome: 'promoted' });
      expect(next.load.failed).toBe(0);
      expect(await standing(app)).toMatchObject({ stable: next.outputs['image'], canaryPods: 0 });
      await app.lab.client.waitFor('the guardian to be gone', async () => (await guardianObjects(app)).length === 0, 60);
    },
    10 * minutes,
  );
});
