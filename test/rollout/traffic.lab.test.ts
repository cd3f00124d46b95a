import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startLab } from '../lab/lab.ts';
import { type LoadResult, startLoad } from '../lab/load.ts';
import { ask, deployExample } from './example-service.ts';
import { printed, routeOf, runCanary, standing, startCanary, underLoad } from './rollouts.ts';
import { canaryWeight } from './story.ts';

const starting = startLab({ name: 'traffic' });
beforeAll(() => starting, 180_000);
afterAll(async () => (await starting).stop());

const minutes = 60_000;

/** What a deployment must never cause: a request that the service itself did not answer. */
const lost = ({ failed, connectionErrors, timeouts, unanswered, notFromService }: LoadResult) => ({
  failed,
  connectionErrors,
  timeouts,
  unanswered,
  notFromService,
});
const none = { failed: 0, connectionErrors: 0, timeouts: 0, unanswered: 0, notFromService: {} };

const answersOf = (load: LoadResult, version: string): number =>
  Object.values(load.byVersion[version] ?? {}).reduce((sum, count) => sum + count, 0);

describe('users, at a hundred requests a second over kept and new connections, some of them two seconds long', () => {
  it(
    'lose no request while a good version is promoted, get the ordered share of it, and reach it by header',
    async () => {
      const app = await deployExample(await starting, 'promoted', { replicas: 3 });
      const image = await app.version('good');
      const load = startLoad(app.load(200));
      const action = startCanary(app, image, { stages: '5@30s 25@30s 50@30s 100@4s', interval: '2s' });
      const measured: { weight: number; canary: number; all: number; byHeader: string | undefined }[] = [];
      for (const weight of [5, 25, 50]) {
        await printed(action, new RegExp(`^  route agent: canary ${weight} %`));
        await served(app.namespace);
        const before = load.figures();
        await settled(() => load.figures().requests - before.requests >= 2200);
        const after = load.figures();
        const [canary, stable] = (['good', 'v1'] as const).map((version) => answersOf(after, version) - answersOf(before, version));
        const { version: byHeader } = (await ask(app.lab, app.host, { 'x-canary': 'true' })) ?? {};
        // Nothing has moved meanwhile.
        expect(canaryWeight(await routeOf(app))).toBe(weight);
        measured.push({ weight, canary: canary ?? 0, all: (canary ?? 0) + (stable ?? 0), byHeader });
      }
      const run = await action.result;
      await settled(() => load.figures().requests > 10_000);
      const figures = await load.stop();
      expect(run.outputs).toMatchObject({ outcome: 'promoted' });
      for (const { weight, canary, all, byHeader } of measured) {
        const share = weight / 100;
        expect(byHeader).toBe('good');
        expect(all).toBeGreaterThanOrEqual(2000);
        expect(Math.abs(canary - share * all)).toBeLessThanOrEqual(3 * Math.sqrt(share * (1 - share) * all));
      }
      expect(figures.requests).toBeGreaterThan(10_000);
      expect(lost(figures)).toEqual(none);
      // After the promotion stable is the new version, and the canary rests without pods.
      expect((await ask(app.lab, app.host))?.version).toBe('good');
      expect(await standing(app)).toMatchObject({ weight: 0, stable: run.outputs['image'], canaryPods: 0 });
    },
    6 * minutes,
  );

  it.each([
    ['goes back', 'bad', { ERROR_RATE: '10%' }, 'rolled-back'],
    ['is cancelled at half', 'good', {}, 'aborted'],
  ])(
    'lose no request while a rollout %s',
    async (_how, tag, environment, outcome) => {
      const app = await deployExample(await starting, `back-${tag}`, { replicas: 3 });
      const image = await app.version(tag, environment);
      const run = await underLoad(app, 120, async () => {
        if (outcome === 'rolled-back') return await runCanary(app, image, { stages: '50@8s 100@4s' });
        const action = startCanary(app, image, { stages: '50@60s 100@4s' });
        await printed(action, /^stage 1\/2, 50 % · /);
        action.interrupt();
        return await action.result;
      });
      expect(run.outputs).toMatchObject({ outcome, weight: '0' });
      expect(answersOf(run.load, tag)).toBeGreaterThan(20);
      expect(lost(run.load)).toEqual(none);
    },
    4 * minutes,
  );
});

/** The gateway takes at most one configuration every two seconds: the split that was accepted is served a moment later. */
async function served(namespace: string): Promise<void> {
  const lab = await starting;
  await lab.client.waitForRoute(namespace, 'agent');
  await new Promise((resolve) => setTimeout(resolve, 2500));
}

async function settled(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 100));
}
