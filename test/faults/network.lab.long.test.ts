import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gatewayApi } from '../../src/domain/traffic/gateway-api.ts';
import { deployGuarded, guardianEvents, lingering, recordOf, signOf, untilWeight, weightOf } from '../guardian/guarded.ts';
import { startLab } from '../lab/lab.ts';
import type { ExampleService } from '../rollout/example-service.ts';
import { printed, standing, startCanary, underLoad } from '../rollout/rollouts.ts';
import { firstEpochOf, storyOf } from '../rollout/story.ts';
import { startApiProxy } from './api-proxy.ts';
import { epochIn, followRoute } from './route-history.ts';

const starting = startLab({ name: 'network' });
beforeAll(() => starting, 180_000);
afterAll(async () => (await starting).stop());

const minutes = 60_000;
/** As by default. */
const lease = { 'lease-duration': '60s' };

const placeOf = ({ lab, namespace }: ExampleService) => ({
  lab,
  router: gatewayApi,
  app: { service: 'agent', namespace, route: 'agent', canaryService: 'agent-canary' },
});

/** A run behind a link of its own, in its first stage. */
async function runBehindLink(app: ExampleService, inputs: Readonly<Record<string, string>>) {
  const link = await startApiProxy(app.lab);
  const run = startCanary(app, await app.version('v2'), { ...lease, ...inputs, kubeconfig: link.kubeconfig });
  await printed(run, /^stage 1\/\d, 20 % · .* requests/);
  return { link, run };
}

describe('the network between runner and API server is cut, with a Lease of 60 s', () => {
  it.concurrent(
    'for 30 s: the healthy canary survives, and the run goes on',
    async () => {
      const app = await deployGuarded(await starting, 'half-a-minute');
      const history = await followRoute(placeOf(app));
      const ended = await underLoad(app, 30, async () => {
        const { link, run } = await runBehindLink(app, { stages: '20@80s', promote: 'false', 'no-data-timeout': '2m' });
        link.cut();
        await sleep(30_000);
        expect(await weightOf(app)).toBe(20);
        link.restore();
        const result = await run.result;
        await link.close();
        return result;
      });
      expect(ended.outputs).toMatchObject({ outcome: 'analysed', weight: '0' });
      expect(ended.load.failed).toBe(0);
      expect(await guardianEvents(app)).toEqual([]);
      expect(new Set((await history.stop()).map(epochIn))).toEqual(new Set([0, await firstEpochOf(app)]));
    },
    6 * minutes,
  );

  it.concurrent.each([
    [2, 'two-minutes'],
    [10, 'ten-minutes'],
  ])(
    'for %d min: the guardian has given stable all users meanwhile, and what the run sent arrives too late',
    async (length, namespace) => {
      const app = await deployGuarded(await starting, namespace);
      const history = await followRoute(placeOf(app));
      const ended = await underLoad(app, 30, async () => {
        const { link, run } = await runBehindLink(app, lingering);
        link.cut();
        const cutAt = Date.now();
        await untilWeight(app, 0, 100);
        await app.lab.client.waitFor('the last word', async () => (await signOf(app))?.['is'] === 'acted', 20);
        expect(await recordOf(app)).toMatchObject({ phase: 'emptying', weight: 0 });
        await sleep(cutAt + length * minutes - Date.now());
        const restored = new Date();
        link.restore();
        const result = await run.result;
        await link.close();
        return { ...result, restored };
      });
      expect(ended.outputs).toMatchObject({ outcome: 'unknown', weight: '' });
      expect(ended.exitCode).toBe(1);
      expect(ended.load.failed).toBe(0);
      // The epochs of the run, of the guardian, and of the post step where that came through.
      const epochs = (await history.stop()).map(epochIn);
      expect(epochs).toEqual(epochs.toSorted((one, other) => one - other));
      expect(epochs).toContain((await firstEpochOf(app)) + 1);
      const story = await storyOf(app, ended.restored);
      expect(story.filter((line) => line.includes('epoch 1'))).toEqual([]);
      expect(story.findIndex((line) => line.startsWith('lease taken'))).toBeLessThanOrEqual(1);
      expect(await standing(app)).toMatchObject({ weight: 0, stable: await app.version('v1') });
    },
    16 * minutes,
  );
});
