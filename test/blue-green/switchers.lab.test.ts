import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectEnding } from '../actions/ending.ts';
import { startLab } from '../lab/lab.ts';
import { startLoad } from '../lab/load.ts';
import { written } from '../rolling/written.ts';
import { seenByPrometheus } from '../rollout/example-service.ts';
import { type ColouredRoute, colouredRoutes, type SwitcherName } from './coloured-route.ts';
import { deployPair, runSwitch, standing } from './coloured-service.ts';

const starting = startLab({ name: 'switchers' });
beforeAll(() => starting, 300_000);
afterAll(async () => (await starting).stop());

const minutes = 60_000;
/** The gateway's own switcher has its own tests. */
const others = (Object.entries(colouredRoutes) as [SwitcherName, ColouredRoute][]).filter(([name]) => name !== 'gateway-api');

describe('switch and switch back', () => {
  it.concurrent.each(others)(
    'by %s: one write each moves all users, and no request is lost',
    async (switcher, { served, written: route }) => {
      const app = await deployPair(await starting, `by-${switcher}`, { switcher });
      const load = served ? startLoad(app.load(40)) : undefined;
      try {
        const began = new Date();
        const run = await runSwitch(app, { image: await app.version('v2') });
        expectEnding(run, { outcome: 'promoted', live: 'green' });
        const tags = { [run.outputs['image'] ?? '']: 'v2', [app.image]: 'v1' };
        expect(await standing(app, tags)).toBe('agent-green; blue 0 × v1, green 2 × v2');
        // The first gives the route this run's epoch.
        expect((await written(app, began)).filter((call) => call === `update ${route}`)).toHaveLength(2);
        const back = await runSwitch(app, { operation: 'rollback', reason: 'Orders fail' });
        expectEnding(back, { outcome: 'rolled-back', live: 'blue' });
        expect(await standing(app, tags)).toBe('agent-blue; blue 2 × v1, green 0 × v2');
        if (load !== undefined)
          await app.lab.client.waitFor('two thousand requests', () => Promise.resolve(load.figures().requests >= 2000), 600);
      } finally {
        await load?.stop();
      }
      if (load === undefined) return;
      const { requests, failed, non2xx, byVersion } = load.figures();
      console.log(`switch and switch back by ${switcher}: ${failed} of ${requests} requests failed, ${non2xx} not 2xx`);
      expect({ failed, non2xx, versions: Object.keys(byVersion).toSorted() }).toEqual({ failed: 0, non2xx: 0, versions: ['v1', 'v2'] });
    },
    15 * minutes,
  );
});

describe('the watch, with the criteria of a canary', () => {
  it.concurrent(
    'is passed on what Prometheus counts of the new colour, and a colour that fails them has lost its users by the first write',
    async () => {
      const lab = await starting;
      const app = await deployPair(lab, 'measured');
      // The preflight tries each query on the colour that serves, and refuses what answers nothing.
      await seenByPrometheus(lab, app.namespace, 2);
      const load = startLoad(app.load(40));
      const measured = { 'prometheus-url': lab.prometheusUrl, metrics: 'http', 'min-requests': '60', 'latency-p99': '5s', interval: '2s' };
      try {
        const good = await runSwitch(app, { ...measured, image: await app.version('v2'), watch: '15s' });
        expectEnding(good, { outcome: 'promoted' });
        expect((good.report as { readonly asked: readonly string[] }).asked).toContainEqual(
          expect.stringMatching(/^error-rate 0 % \(≤ 1 %\).*latency-p99 /),
        );
        const before = load.figures();
        expect({ failed: before.failed, non2xx: before.non2xx }).toEqual({ failed: 0, non2xx: 0 });

        const began = new Date();
        // Healthy, and wrong for one user in three.
        const image = await app.version('harmful', { ERROR_RATE: '30%' });
        const bad = await runSwitch(app, { ...measured, image, watch: '90s', 'failure-threshold': '2' });
        expectEnding(bad, { outcome: 'rolled-back', live: 'green' });
        expect(bad.report).toMatchObject({ code: 'CRITERIA_FAILED', reason: expect.stringContaining('error-rate') });
        const calls = await written(app, began);
        const watching = calls.indexOf('lease says watching');
        expect(calls.slice(watching, watching + 3)).toEqual(['lease says watching', 'update httproutes agent', 'lease says returning']);
        const again = await runSwitch(app, { ...measured, image });
        expect([again.outputs['outcome'], again.log]).toEqual(['not-started', expect.stringContaining('DIGEST_HELD')]);
        expect(load.figures().failed).toBe(0);
      } finally {
        await load.stop();
      }
    },
    15 * minutes,
  );
});
