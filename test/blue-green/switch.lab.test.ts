import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectEnding } from '../actions/ending.ts';
import { startLab } from '../lab/lab.ts';
import { startLoad } from '../lab/load.ts';
import { written } from '../rolling/written.ts';
import type { ExampleService } from '../rollout/example-service.ts';
import { leaseOf, printed } from '../rollout/rollouts.ts';
import { deployPair, runSwitch, standing, startSwitch } from './coloured-service.ts';

const starting = startLab({ name: 'blue-green' });
beforeAll(() => starting, 300_000);
afterAll(async () => (await starting).stop());

const minutes = 60_000;
const prepared = ['lease taken', 'lease says preparing', 'update httproutes agent', 'patch deployments agent-green'];
const rested = ['patch deployments agent-green', 'lease says resting', 'lease released'];

/** What the run says of itself in the Lease. */
async function phaseOf(app: ExampleService): Promise<unknown> {
  return JSON.parse((await leaseOf(app))?.metadata?.annotations?.['wf-deploy.io/blue-green'] ?? '{}').phase;
}

describe('blue-green behind a gateway', () => {
  it.concurrent(
    'under load: switch, switch back and a cancelled switch lose no request; calls come in their order',
    async () => {
      const app = await deployPair(await starting, 'load');
      const image = await app.version('v2');
      const load = startLoad(app.load(120));
      try {
        let began = new Date();
        const run = await runSwitch(app, { image });
        expectEnding(run, { outcome: 'promoted', live: 'green' });
        expect(run.outputs['image']).toMatch(/\/shop\/agent@sha256:[0-9a-f]{64}$|:v2@sha256:[0-9a-f]{64}$/);
        expect(await written(app, began)).toEqual([
          ...prepared,
          'lease says switching',
          'update httproutes agent',
          'lease says watching',
          'lease says retiring',
          'patch deployments agent-blue',
          'lease says resting',
          'lease released',
        ]);
        const tags = { [run.outputs['image'] ?? '']: 'v2', [app.image]: 'v1' };
        expect(await standing(app, tags)).toBe('agent-green; blue 0 × v1, green 2 × v2');

        began = new Date();
        const back = await runSwitch(app, { operation: 'rollback', reason: 'Orders fail' });
        expectEnding(back, { outcome: 'rolled-back', live: 'blue' });
        expect(await written(app, began)).toEqual([
          'lease taken',
          'lease says preparing',
          'update httproutes agent',
          'patch deployments agent-blue',
          'lease says switching',
          'update httproutes agent',
          'lease says retiring',
          'patch deployments agent-green',
          'lease says resting',
          'lease released',
        ]);
        const held = await runSwitch(app, { image });
        expect(held.outputs).toMatchObject({ outcome: 'not-started' });
        expect(held.log).toContain('DIGEST_HELD');

        began = new Date();
        const action = startSwitch(app, { image: await app.version('v3'), watch: '10m' });
        await printed(action, /users go to green/);
        await app.lab.client.waitFor('answers of v3', () => Promise.resolve(load.figures().byVersion['v3'] !== undefined), 180);
        action.interrupt();
        const cancelled = await action.result;
        expect([cancelled.outputs['outcome'], (await standing(app, tags)).split(';')[0]]).toEqual(['aborted', 'agent-blue']);
        const calls = await written(app, began);
        expect(calls.slice(0, 9)).toEqual([
          ...prepared,
          'lease says switching',
          'update httproutes agent',
          'lease says watching',
          // The first write of the way back.
          'update httproutes agent',
          'lease says returning',
        ]);
        expect(calls.slice(-3)).toEqual(rested);
        await app.lab.client.waitFor('ten thousand requests', () => Promise.resolve(load.figures().requests >= 10_000), 600);
      } finally {
        await load.stop();
      }
      const figures = load.figures();
      console.log(
        `switch, switch back, cancelled switch: ${figures.failed} of ${figures.requests} requests failed, ${figures.non2xx} not 2xx`,
      );
      expect(figures.requests).toBeGreaterThanOrEqual(10_000);
      expect({ failed: figures.failed, non2xx: figures.non2xx }).toEqual({ failed: 0, non2xx: 0 });
      expect(new Set(Object.keys(figures.byVersion))).toEqual(new Set(['v1', 'v2', 'v3']));
    },
    20 * minutes,
  );

  it.concurrent(
    'each failure point: before the switch users stay, after it switching back is the first write, a killed run is repaired by the next',
    async () => {
      const app = await deployPair(await starting, 'failures');
      const fails = async (inputs: Readonly<Record<string, string>>, code: string, calls: readonly string[]): Promise<void> => {
        const began = new Date();
        const run = await runSwitch(app, inputs);
        expect([run.outputs['outcome'], (run.report as { code?: string }).code, run.log]).toEqual([
          'rolled-back',
          code,
          expect.any(String),
        ]);
        expect(await written(app, began)).toEqual(calls);
        expect(await standing(app, { [app.image]: 'v1' })).toBe('agent-blue; blue 2 × v1, green 0 × v1');
      };
      const stays = [...prepared, 'lease says returning', ...rested];
      // Never ready: two pods that are well for a moment at once are available, and then it is the health check that fails.
      await fails({ image: await app.version('crash', { CRASH_AFTER: '1s', READY_AFTER: '1h' }) }, 'ROLLOUT_FAILED', stays);
      await fails({ image: await app.version('unwell'), 'health-path': '/?sleep=9s' }, 'NO_DATA', stays);
      await fails({ image: await app.version('failing', { ERROR_RATE: '1' }), 'health-path': '/' }, 'SMOKE_FAILED', stays);
      await fails({ image: await app.version('hooked'), 'before-switch': '[sh, -c, exit 3]' }, 'HOOK_FAILED', stays);
      // After the switch, however slow that was. A pod that is gone answers nothing before it is said to be unready: that alone ends nothing.
      const late = { image: await app.version('late', { CRASH_AFTER: '60s' }), watch: '10m', checks: '3', 'failure-threshold': '100' };
      await fails(late, 'ROLLOUT_FAILED', [
        ...prepared,
        'lease says switching',
        'update httproutes agent',
        'lease says watching',
        'update httproutes agent',
        'lease says returning',
        ...rested,
      ]);

      const image = await app.version('good');
      const dry = new Date();
      expect((await runSwitch(app, { image, 'dry-run': 'true' })).outputs).toMatchObject({ outcome: 'not-started', live: 'blue' });
      expect(await written(app, dry)).toEqual([]);

      const action = startSwitch(app, { image, watch: '10m', 'lease-duration': '5s' });
      await printed(action, /users go to green/);
      // What it still writes may not arrive when the next run is looked at.
      await app.lab.client.waitFor('the watch', async () => (await phaseOf(app)) === 'watching', 120);
      action.kill();
      await action.result;
      const began = new Date();
      const repaired = await runSwitch(app, { image });
      expectEnding(repaired, { outcome: 'promoted', live: 'green' });
      expect((await written(app, began)).slice(0, 5)).toEqual([
        'lease taken',
        'update httproutes agent',
        'lease says returning',
        'patch deployments agent-green',
        'lease says resting',
      ]);
    },
    20 * minutes,
  );
});
