import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startLab } from '../lab/lab.ts';
import { deployExample } from './example-service.ts';
import { type Mood, startPrometheusDouble } from './prometheus-double.ts';
import { printed, standing, startCanary, underLoad } from './rollouts.ts';
import { storyOf } from './story.ts';

const starting = startLab({ name: 'metrics' });
beforeAll(() => starting, 300_000);
afterAll(async () => (await starting).stop());

const minutes = 60_000;
/** The first one is long enough that the store changes its mood in it. */
const stages = '10@20s 50@4s 100@4s';

describe('a metric store that fails in a stage', () => {
  it.concurrent.each<[Mood, RegExp]>([
    ['nan', /NaN|not a finite number|no number/],
    ['empty', /no series/],
    ['error', /query processing would load too many samples/],
    ['html', /HTML/],
    ['slow', /no answer|did not answer|in time|within/],
  ])(
    '%s: it is no data, which is neither health nor harm; the canary is taken back when that has lasted for no-data-timeout',
    async (mood, said) => {
      const lab = await starting;
      const app = await deployExample(lab, `metrics-${mood}`, { replicas: 3 });
      const prometheus = await startPrometheusDouble(lab.prometheusUrl);
      try {
        const run = await underLoad(app, 60, async () => {
          const action = startCanary(app, await app.version('good'), { 'prometheus-url': prometheus.url, 'no-data-timeout': '8s', stages });
          await printed(action, /route agent: canary 10 %/);
          prometheus.mood = mood;
          return await action.result;
        });
        expect(run.outputs).toMatchObject({ outcome: 'rolled-back', weight: '0', stage: '1/3' });
        expect(run.report).toMatchObject({ code: 'NO_DATA' });
        expect(run.outputs['reason']).toMatch(/^The canary could not be judged for (?:\d+[ms])+: /);
        expect(run.outputs['reason']).toMatch(said);
        expect(await storyOf(app)).not.toContain('lease says promoting 100 %');
        expect(await standing(app)).toMatchObject({ weight: 0, stable: await app.version('v1') });
        expect(run.load.failed).toBe(0);
      } finally {
        await prometheus.stop();
      }
    },
    5 * minutes,
  );
});

describe('a metric store that is down for less than no-data-timeout', () => {
  it.concurrent(
    'holds the stage until it is back, and the version is promoted',
    async () => {
      const lab = await starting;
      const app = await deployExample(lab, 'metrics-gap', { replicas: 3 });
      const prometheus = await startPrometheusDouble(lab.prometheusUrl);
      const run = await underLoad(app, 60, async () => {
        // Longer than the store is down, however long that comes to be.
        const inputs = { 'prometheus-url': prometheus.url, 'no-data-timeout': '180s', stages };
        const action = startCanary(app, await app.version('good'), inputs);
        await printed(action, /^stage 1\/3, 10 % · /);
        prometheus.mood = 'error';
        await printed(action, /^stage 1\/3, 10 % · .*query processing would load too many samples/);
        await new Promise((resolve) => setTimeout(resolve, 6000));
        expect(await standing(app)).toMatchObject({ weight: 10 });
        prometheus.mood = 'well';
        return await action.result;
      });
      await prometheus.stop();
      expect(run.outputs).toMatchObject({ outcome: 'promoted' });
      expect(run.load.failed).toBe(0);
    },
    5 * minutes,
  );
});
