import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deployGuarded, lingering, signOf, untilWeight } from '../guardian/guarded.ts';
import { nodeAddress, ports } from '../lab/addresses.ts';
import { startLab } from '../lab/lab.ts';
import { deployExample } from './example-service.ts';
import { leaseOf, printed, runCanary, standing, startCanary, underLoad } from './rollouts.ts';

const starting = startLab({ name: 'notifications' }).then(async (lab) => {
  await lab.start('alertmanager');
  return lab;
});
beforeAll(() => starting, 300_000);
afterAll(async () => (await starting).stop());

const minutes = 60_000;

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly status: { readonly state: string };
}

/** What Alertmanager has of a namespace. */
async function alertsOf(namespace: string): Promise<readonly Alert[]> {
  const { alertmanagerUrl } = await starting;
  const answer = await fetch(`${alertmanagerUrl}/api/v2/alerts?filter=${encodeURIComponent(`namespace="${namespace}"`)}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as readonly Alert[];
}

describe('a real Alertmanager', () => {
  it.concurrent(
    'has one alert of a bad canary, with why and the figures, and none of a good one',
    async () => {
      const lab = await starting;
      const app = await deployExample(lab, 'told-bad', { replicas: 2 });
      const notify = `- alertmanager: { url: "${lab.alertmanagerUrl}", labels: { team: shop } }`;
      const good = await underLoad(app, 60, async () =>
        runCanary(app, await app.version('good'), { notify, stages: '100@4s', promote: 'false' }),
      );
      expect(good.outputs).toMatchObject({ outcome: 'analysed' });
      expect(await alertsOf(app.namespace)).toEqual([]);

      const image = await app.version('bad', { ERROR_RATE: '30%' });
      const bad = await underLoad(app, 60, () => runCanary(app, image, { notify, stages: '50@60s 100@4s' }));
      expect(bad.outputs).toMatchObject({ outcome: 'rolled-back', weight: '0' });
      const [alert, ...others] = await alertsOf(app.namespace);
      expect(others).toEqual([]);
      expect(alert?.labels).toEqual({
        alertname: 'CanaryTakenBack',
        severity: 'warning',
        service: 'agent',
        namespace: app.namespace,
        run: expect.stringMatching(/^https:.*\/actions\/runs\//),
        team: 'shop',
      });
      expect(alert?.status.state).toBe('active');
      expect(Date.parse(alert?.endsAt ?? '') - Date.parse(alert?.startsAt ?? '')).toBe(3_600_000);
      expect(alert?.annotations).toMatchObject({
        summary: 'agent: rolled-back',
        description: expect.stringContaining(String(bad.outputs['reason'])),
        code: 'CRITERIA_FAILED',
        image: bad.outputs['image'],
        weight: '0',
        weight_before: '50 %',
        stage: 'stage 1/2, 50 %',
        canary_requests: expect.stringMatching(/^[1-9][0-9]*$/),
        stable_requests: expect.stringMatching(/^[1-9][0-9]*$/),
        // What was measured, be it of few requests: never none.
        canary_error_rate: expect.stringMatching(/^(?!0\.00)\d{1,2}\.\d{2} %$/),
        stable_error_rate: '0.00 %',
      });
      expect(bad.summary).toContain('alertmanager, of rolled-back: told');
    },
    6 * minutes,
  );

  it.concurrent(
    'hears of a killed run from its guardian, who reaches it from its pod, and nothing new from the next run',
    async () => {
      const lab = await starting;
      const app = await deployGuarded(lab, 'told-killed');
      const image = await app.version('v2');
      // Half of this is how long the guardian may get no time on the processor without being given up.
      const patient = { 'lease-duration': '20s' };
      // The first is reached from the runner alone, the second from pods alone. To both, it is one and the same.
      const notify = `- alertmanager: ${lab.alertmanagerUrl}\n- alertmanager: http://${nodeAddress}:${ports.alertmanager}`;
      await underLoad(app, 40, async () => {
        const run = startCanary(app, image, { ...lingering, ...patient, notify });
        await printed(run, /^stage 1\/2, 20 % · .* requests/);
        run.kill();
        await untilWeight(app, 0, 180);
        return { run: await run.result };
      });
      await lab.client.waitFor('the last word', async () => (await signOf(app))?.['is'] === 'acted', 180);
      const told = async () => (await leaseOf(app))?.metadata?.annotations?.['wf-deploy.io/told'];
      expect(await told()).toBe('alertmanager 2');
      const [alert, ...others] = await alertsOf(app.namespace);
      expect(others).toEqual([]);
      expect(alert?.labels).toMatchObject({ alertname: 'CanaryTakenBack', severity: 'warning', service: 'agent' });
      expect(alert?.annotations).toMatchObject({
        summary: 'agent: weight 0',
        image: expect.stringContaining('/shop/agent@sha256:'),
        weight: '0',
        weight_before: '20 %',
      });

      const next = await underLoad(app, 40, () => runCanary(app, image, { ...patient, notify, promote: 'false' }));
      expect(next.outputs).toMatchObject({ outcome: 'analysed' });
      expect(next.report).toMatchObject({ notices: [{ notifier: 'alertmanager', about: 'the run before', told: true }] });
      expect((await alertsOf(app.namespace)).map(({ labels }) => labels)).toEqual([alert?.labels]);
      expect(await told()).toBe('');
      expect(await standing(app)).toMatchObject({ weight: 0, holder: '' });
    },
    8 * minutes,
  );
});
