import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { ActionResult } from '../actions/runner.ts';
import { startLab } from '../lab/lab.ts';
import { deployExample } from './example-service.ts';
import { startPrometheusDouble } from './prometheus-double.ts';
import { printed, startCanary, underLoad } from './rollouts.ts';
import { startWebhookReceiver } from './webhook-receiver.ts';

const starting = startLab({ name: 'secrets' });
beforeAll(() => starting, 300_000);
afterAll(async () => (await starting).stop());

const minutes = 60_000;

/** Everything a person or a later step can see of a step, as text: masked by the runner is not hidden here. */
function shown(run: ActionResult, folder: string): string {
  const steps = [run, ...(run.post === undefined ? [] : [run.post])];
  const files = readdirSync(join(folder, 'temp'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return [
    ...steps.flatMap(({ log, summary, outputs, state, stderr }) => [log, summary, stderr, JSON.stringify(outputs), JSON.stringify(state)]),
    ...files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')),
  ].join('\n');
}

describe('secrets and messages', () => {
  it.concurrent.each([
    ['promoted', 'info', {}],
    ['rolled-back', 'warning', { ERROR_RATE: '20%' }],
    ['unmeasured', 'warning', {}],
  ])(
    '%s: no secret is in anything the run leaves, its report is readable by its user alone, and each who is told gets one message',
    async (ending, severity, environment) => {
      const lab = await starting;
      const app = await deployExample(lab, `secret-${ending}`, { replicas: 2 });
      const image = await app.version(`secret-${ending}`, environment);
      const prometheus = await startPrometheusDouble(lab.prometheusUrl);
      const webhook = await startWebhookReceiver(`hook-secret-${ending}`);
      const others = await startWebhookReceiver('');
      const notify = [
        `- slack: ${others.url}slack-secret-${ending}`,
        `- teams: ${others.url}teams?sig=teams-secret-${ending}`,
        `- alertmanager: { url: "${others.url}am", token: am-secret-${ending} }`,
        `- github-issue: { token: issue-secret-${ending}, repository: org/shop }`,
        `- webhook: http://127.0.0.1:1/nobody-secret-${ending}`,
      ].join('\n');
      const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-secrets-'));
      const { users } = parse(String(app.inputs['kubeconfig'])) as { users: { user: { token: string } }[] };
      const told = ['hook', 'slack', 'teams', 'am', 'issue', 'nobody'].map((name) => `${name}-secret-${ending}`);
      const secrets = [users[0]?.user.token ?? '', 'prometheus-secret-token', 'tenant-secret', ...told];
      try {
        const run = await underLoad(app, 60, async () => {
          const inputs = {
            stages: '50@4s 100@4s',
            ...(ending === 'unmeasured' ? { 'no-data-timeout': '8s' } : {}),
            'prometheus-url': prometheus.url,
            'prometheus-token': 'prometheus-secret-token',
            'prometheus-headers': 'X-Scope-OrgID: tenant-secret',
            'notify-webhook': webhook.url,
            'notify-on': 'always',
            notify,
          };
          const action = startCanary(app, image, inputs, {
            folder,
            env: { RUNNER_DEBUG: '1', GITHUB_API_URL: new URL(others.url).origin },
          });
          await printed(action, /route agent: canary 50 %/);
          // What it says of itself when it refuses is foreign text.
          if (ending === 'unmeasured') prometheus.mood = 'parrot';
          return await action.result;
        });
        const outcome = ending === 'unmeasured' ? 'rolled-back' : ending;
        expect(run.outputs).toMatchObject({ outcome });
        expect(prometheus.seen()).toMatchObject({ authorization: 'Bearer prometheus-secret-token', 'x-scope-orgid': 'tenant-secret' });
        const text = shown(run, folder);
        expect(text).toContain(run.outputs['reason']);
        for (const secret of secrets) {
          expect(secret.length).toBeGreaterThan(8);
          expect(text.includes(secret)).toBe(false);
          expect(text.includes(Buffer.from(secret).toString('base64'))).toBe(false);
          // The runner is told of each, for what other programs print.
          expect(run.commands.some(({ name, message }) => name === 'add-mask' && message.includes(secret))).toBe(true);
        }
        const report = String(run.outputs['report']);
        expect(statSync(report).mode & 0o777).toBe(0o600);

        expect(webhook.received).toHaveLength(1);
        const [{ contentType, body } = { contentType: '', body: '{}' }] = webhook.received;
        expect(contentType).toBe('application/json');
        expect(JSON.parse(body)).toMatchObject({ severity, title: `agent: ${outcome}`, facts: { namespace: app.namespace, weight: '0' } });
        for (const each of [body, ...others.received.map((message) => message.body)])
          for (const secret of secrets) expect(each.includes(secret)).toBe(false);
        // Good news opens no issue.
        const paths = [`/hooks/slack-secret-${ending}`, `/hooks/teams?sig=teams-secret-${ending}`, '/hooks/am/api/v2/alerts'];
        const issue = severity === 'info' ? [] : ['/repos/org/shop/issues'];
        expect(others.received).toHaveLength(paths.length + issue.length);
        expect(new Set(others.received.map(({ path }) => path))).toEqual(new Set([...paths, ...issue]));
        const notices = (run.report as Record<string, unknown>)['notices'] as readonly { notifier: string; told: boolean }[];
        expect(notices.filter((notice) => !notice.told)).toMatchObject([
          { notifier: 'webhook 2', problem: expect.stringContaining('127.0.0.1:1') },
        ]);
        expect(notices).toHaveLength(6);
      } finally {
        rmSync(folder, { recursive: true });
        await Promise.all([prometheus.stop(), webhook.stop(), others.stop()]);
      }
    },
    6 * minutes,
  );
});
