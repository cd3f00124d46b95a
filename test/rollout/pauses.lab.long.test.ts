import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deployGuarded, guardianEvents, recordOf, signOf, untilWeight, weightOf } from '../guardian/guarded.ts';
import { startLab } from '../lab/lab.ts';
import type { ExampleService } from './example-service.ts';
import { oursIn, runOperation, statusOf } from './operations.ts';
import { type Inputs, quick, standing, startCanary, underLoad } from './rollouts.ts';

const starting = startLab({ name: 'pauses' });
beforeAll(() => starting, 180_000);
afterAll(async () => (await starting).stop());

const guard = async (namespace: string): Promise<ExampleService> => deployGuarded(await starting, namespace);
const minutes = 60_000;
const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1000));
const soon: Inputs = { 'lease-duration': '6s' };

describe('a pause that nobody ends', () => {
  it.concurrent(
    'its run ends as `paused`, the guardian keeps the deadline across the end of its pod, and takes the canary back when it passes',
    async () => {
      const app = await guard('deadline');
      const image = await app.version('good');
      const { load } = await underLoad(app, 30, async () => {
        const run = startCanary(app, image, { stages: '20@pause 100@4s', 'pause-limit': '6s', 'pause-deadline': '45s' });
        const ended = await run.result;
        expect(ended.outputs).toMatchObject({ outcome: 'paused', weight: '20' });
        expect([ended.exitCode, ended.post?.exitCode]).toEqual([0, 0]);
        const since = Date.now();
        expect(await recordOf(app)).toMatchObject({ phase: 'paused', weight: 20 });
        expect(await standing(app)).toMatchObject({ weight: 20, holder: '' });
        await seconds(12);
        const { status } = await statusOf(app);
        expect(status).toMatchObject({
          phase: 'paused',
          paused: true,
          weight: 20,
          guardian: { says: 'pausing', alive: true, deadline: 45 },
        });
        await killPod(app);
        expect(await weightOf(app)).toBe(20);
        await untilWeight(app, 0, 90);
        // By its own clock and the time that was written down: not before the deadline, and not a whole one later.
        const took = (Date.now() - since) / 1000;
        expect(took).toBeGreaterThan(38);
        expect(took).toBeLessThan(75);
        return {};
      });
      expect(load.failed).toBe(0);
      await app.lab.client.waitFor('the last word', async () => (await signOf(app))?.['is'] === 'acted', 20);
      const [event] = await guardianEvents(app);
      expect(event?.['message']).toMatch(/because nobody promoted or aborted the pause of agent within 45s after the run/);

      // What the guardian leaves to a successor, and then what is left at all.
      expect((await runOperation(app, 'uninstall', soon)).outputs).toMatchObject({ outcome: 'not-started' });
      expect((await runOperation(app, 'abort', soon)).outputs).toMatchObject({ outcome: 'aborted', weight: '0' });
      expect((await runOperation(app, 'uninstall', soon)).outputs).toMatchObject({ outcome: 'done' });
      await app.lab.client.waitFor('nothing of ours', async () => (await oursIn(app)).length === 0, 30);
    },
    6 * minutes,
  );

  it.concurrent(
    'is promoted from outside: stable gets the very image, and the guardian goes',
    async () => {
      const app = await guard('late-promote');
      const { load, ...done } = await underLoad(app, 30, async () => {
        const first = await startCanary(app, await app.version('good'), { stages: '20@pause 100@4s', 'pause-limit': '6s' }).result;
        expect(first.outputs).toMatchObject({ outcome: 'paused', weight: '20' });
        const promoted = await runOperation(app, 'promote', { ...quickly(app), reason: 'looks good' });
        expect(promoted.outputs).toMatchObject({ outcome: 'promoted', image: first.outputs['image'], weight: '0' });
        return promoted;
      });
      expect(done.exitCode).toBe(0);
      expect(await standing(app)).toMatchObject({ weight: 0, stable: done.outputs['image'], canaryPods: 0, holder: '' });
      expect(load.failed).toBe(0);
    },
    6 * minutes,
  );
});

const quickly = (app: ExampleService): Inputs => {
  const { stages: _, ...rest } = quick;
  return { ...rest, 'guardian-image': app.inputs['guardian-image'] ?? '', guardian: 'true', 'lease-duration': '5s' };
};

async function killPod({ lab, namespace }: ExampleService): Promise<void> {
  const [pod] = await lab.client.list({ apiVersion: 'v1', kind: 'Pod', namespace }, 'wf-deploy.io/track=guardian');
  await lab.client.delete({ apiVersion: 'v1', kind: 'Pod', namespace, name: pod?.metadata?.name ?? '' }, { gracePeriodSeconds: 0 });
}
