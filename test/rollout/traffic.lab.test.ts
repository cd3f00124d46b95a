import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startLab } from '../lab/lab.ts';
import type { LoadResult } from '../lab/load.ts';
import { ask, deployExample } from './example-service.ts';
import { runOperation } from './operations.ts';
import { printed, routeOf, runCanary, standing, startCanary, underLoad } from './rollouts.ts';
import { canaryWeight } from './story.ts';

const starting = startLab({ name: 'traffic' });
beforeAll(() => starting, 300_000);
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
      const lab = await starting;
      const app = await deployExample(lab, 'promoted', { replicas: 3 });
      const image = await app.version('good');
      // Each weight stays until it was measured, however long that takes.
      const patient = { 'lease-duration': '12s', 'no-data-timeout': '180s' };
      const run = await underLoad(app, 200, async (soFar) => {
        const action = startCanary(app, image, { ...patient, stages: '5@4s+pause 25@4s+pause 50@4s+pause 100@4s' });
        const measured: { weight: number; canary: number; all: number; byHeader: string | undefined }[] = [];
        for (const [before, weight] of [
          [0, 5],
          [5, 25],
          [25, 50],
        ] as const) {
          await printed(action, new RegExp(`^paused at ${weight} %`));
          await followed(soFar, (before + weight) / 2);
          const { canary, all } = await met(soFar, 2000);
          const { version: byHeader } = (await ask(app.lab, app.host, { 'x-canary': 'true' })) ?? {};
          // Nothing has moved meanwhile.
          expect(canaryWeight(await routeOf(app))).toBe(weight);
          measured.push({ weight, canary, all, byHeader });
          expect((await runOperation(app, 'resume', patient)).outputs).toMatchObject({ outcome: 'done' });
        }
        const result = await action.result;
        await lab.client.waitFor('ten thousand requests', async () => soFar().requests > 10_000, 180);
        return { ...result, measured };
      });
      expect(run.outputs).toMatchObject({ outcome: 'promoted' });
      for (const { weight, canary, all, byHeader } of run.measured) {
        const share = weight / 100;
        expect(byHeader).toBe('good');
        expect(all).toBeGreaterThanOrEqual(2000);
        expect(Math.abs(canary - share * all)).toBeLessThanOrEqual(3 * Math.sqrt(share * (1 - share) * all));
      }
      expect(run.load.requests).toBeGreaterThan(10_000);
      expect(lost(run.load)).toEqual(none);
      // After the promotion stable is the new version, and the canary rests without pods.
      expect((await ask(app.lab, app.host))?.version).toBe('good');
      expect(await standing(app)).toMatchObject({ weight: 0, stable: run.outputs['image'], canaryPods: 0 });
    },
    8 * minutes,
  );

  it.each([
    ['goes back', 'bad', { ERROR_RATE: '40%' }, 'rolled-back'],
    ['is cancelled at half', 'good', {}, 'aborted'],
  ])(
    'lose no request while a rollout %s',
    async (_how, tag, environment, outcome) => {
      const app = await deployExample(await starting, `back-${tag}`, { replicas: 3 });
      const image = await app.version(tag, environment);
      const run = await underLoad(app, 120, async (soFar) => {
        if (outcome === 'rolled-back') return await runCanary(app, image, { stages: '50@8s 100@4s' });
        const action = startCanary(app, image, { stages: '50@300s 100@4s' });
        await printed(action, /^stage 1\/2, 50 % · /);
        // The gateway may follow later than the run looks.
        await app.lab.client.waitFor('users on the canary', async () => answersOf(soFar(), tag) > 20, 180);
        action.interrupt();
        return await action.result;
      });
      expect(run.outputs).toMatchObject({ outcome, weight: '0' });
      expect(answersOf(run.load, tag)).toBeGreaterThan(20);
      expect(lost(run.load)).toEqual(none);
    },
    6 * minutes,
  );
});

/** The answers of both versions from now on, as soon as they are so many. */
async function met(soFar: () => LoadResult, least: number): Promise<{ readonly canary: number; readonly all: number }> {
  const before = soFar();
  const { client } = await starting;
  return await client.waitFor(
    `${least} answers`,
    async () => {
      const now = soFar();
      const since = (version: string): number => answersOf(now, version) - answersOf(before, version);
      const [canary, all] = [since('good'), since('good') + since('v1')];
      return all >= least && { canary, all };
    },
    180,
  );
}

/**
 * The gateway takes at most one configuration every two seconds, and serves a split some time after it has accepted it: until of two hundred
 * answers the canary gives more than so many percent, which is halfway between two weights.
 */
async function followed(soFar: () => LoadResult, percent: number): Promise<void> {
  const { client } = await starting;
  await client.waitFor(
    `more than ${percent} % of the answers`,
    async () => {
      const { canary, all } = await met(soFar, 200);
      return canary > (percent / 100) * all;
    },
    180,
  );
}
