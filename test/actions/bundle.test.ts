import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readActions } from '../../scripts/action-metadata.ts';
import { type ActionResult, runAction } from './runner.ts';

const secrets = {
  'token of the kubeconfig': 'kube-token-b3b0c4d1e2',
  'prometheus-token': 'prom-token-9f8e7d6c5b',
  'a header of prometheus-headers': 'tenant-key-4a5b6c7d8e',
  'password in prometheus-url': 'url-password-1f2e3d',
  'path of notify-webhook': 'hook-key-77aa88bb99',
} as const;

const kubeconfig = (server: string): string => `apiVersion: v1
kind: Config
current-context: one
contexts: [{ name: one, context: { cluster: one, user: one, namespace: shop } }]
clusters: [{ name: one, cluster: { server: "${server}", insecure-skip-tls-verify: true } }]
users: [{ name: one, user: { token: ${secrets['token of the kubeconfig']} } }]
`;

/** Nobody listens on port 1. */
const nowhere = 'https://127.0.0.1:1';
const good = {
  service: 'agent',
  image: 'registry.invalid/agent:v2',
  kubeconfig: kubeconfig(nowhere),
  'prometheus-url': 'http://127.0.0.1:1',
};

const errors = ({ commands }: ActionResult): readonly string[] =>
  commands.filter(({ name }) => name === 'error').map(({ message }) => message);

const outputsOf = Object.fromEntries(
  readActions(resolve(import.meta.dirname, '../..')).map(({ name, outputs }) => [name, outputs.map((output) => output.name)]),
);

/** What every refusal has in common: one error, the outcome, a summary, and nothing left for `post`. */
function expectRefusal(action: string, result: ActionResult, code: string): void {
  expect(result.exitCode).toBe(1);
  expect(result.stderr).toBe('');
  expect(errors(result)).toHaveLength(1);
  expect(result.commands.find(({ name }) => name === 'error')?.properties).toEqual({ title: code });
  expect(Object.keys(result.outputs)).toEqual(outputsOf[action]);
  expect(result.outputs).toMatchObject({ outcome: 'not-started', reason: expect.stringMatching(/./) });
  expect(result.summary).toMatch(/^## .*not-started/);
  expect(result.post).toMatchObject({ exitCode: 0, stdout: '', stderr: '', summary: '' });
}

describe.each(['canary', 'promote'])('actions/%s with bad input', (action) => {
  it.each([
    ['an unknown router', { router: 'istoi' }, ['`router` = `istoi`', '`gateway-api`']],
    [
      'an unknown criteria profile',
      { 'criteria-profile': 'lax' },
      ['`criteria-profile` = `lax`', '`standard`', '`interactive`', '`tolerant`'],
    ],
    ['an unknown metrics preset', { metrics: 'nginx' }, ['`metrics`', 'nginx', '`http`', '`agent`']],
    ['no service', { service: '' }, ['`service`']],
    ['a percent without a sign', { 'error-rate': '0.5' }, ['`error-rate` = `0.5`', '`0.5%`', '`50%`']],
    ['a duration without a unit', { interval: '30' }, ['`interval` = `30`', '`30s`']],
    ['both Prometheus inputs', { 'prometheus-service': 'monitoring/prometheus:9090' }, ['`prometheus-url`', '`prometheus-service`']],
    ['no Prometheus', { 'prometheus-url': '' }, ['`prometheus-url`', '`prometheus-service`']],
    ['a switch that is no switch', { 'dry-run': 'yes' }, ['`dry-run` = `yes`', '`true`', '`false`']],
    ['criteria that are no YAML', { criteria: '{ a: [' }, ['`criteria`', 'YAML']],
    ['a misspelt name', { dryrun: 'true' }, ['`dryrun` is no input of this action. Did you mean `dry-run`?']],
  ])('%s: one error with input, value and remedy', async (_name, change, told) => {
    const result = await runAction({ action, inputs: { ...good, ...change } });
    expectRefusal(action, result, 'INPUT_INVALID');
    for (const text of told) expect(errors(result).join('\n')).toContain(text);
  });

  it('lists everything that is wrong at once', async () => {
    const result = await runAction({ action, inputs: { ...good, service: '', interval: '5', drain: '-1s' } });
    expectRefusal(action, result, 'INPUT_INVALID');
    for (const name of ['service', 'interval', 'drain']) expect(errors(result)[0]).toContain(`\`${name}\``);
  });
});

describe('actions/stage', () => {
  it('with the name of an input of another action: refused, though its own inputs are sound', async () => {
    const result = await runAction({
      action: 'stage',
      inputs: { service: 'agent', manifests: 'deploy', image: 'registry.invalid/agent:v2' },
    });
    expectRefusal('stage', result, 'INPUT_INVALID');
    expect(errors(result)[0]).toContain('`image` is no input of this action. Did you mean `images`?');
  });

  it('says which inputs it does not know, and goes on', async () => {
    const result = await runAction({ action: 'stage', inputs: { service: 'agent', images: 'no image', 'of-others': 'hunter2' } });
    expectRefusal('stage', result, 'INPUT_INVALID');
    expect(errors(result)[0]).toContain('`images`');
    expect(result.stdout).toContain('Not inputs of this action, and not read: `of-others`\n');
    expect(result.log).not.toContain('hunter2');
  });
});

describe('actions/canary with bad stages', () => {
  it.each([
    ['go down', '25@1m 5@1m', 'goes down'],
    ['are over 100', '5@1m 101@1m', '100'],
    ['have no unit', '5@10', 'unit'],
    ['are of an unknown profile', undefined, '`careful`'],
  ])('that %s', async (_name, stages, told) => {
    const result = await runAction({ action: 'canary', inputs: { ...good, ...(stages === undefined ? { profile: 'bold' } : { stages }) } });
    expectRefusal('canary', result, 'INPUT_INVALID');
    expect(errors(result)[0]).toContain(told);
  });
});

describe.each(['canary', 'promote'])('actions/%s without a cluster', (action) => {
  it('says that nobody answers, and where', async () => {
    const result = await runAction({ action, inputs: good });
    expectRefusal(action, result, 'CLUSTER_UNREACHABLE');
    expect(errors(result)[0]).toContain('127.0.0.1:1');
  });

  it.each([
    ['none is given', '', 'KUBECONFIG'],
    ['it is no YAML', '{ nonsense: [', 'kubeconfig'],
    ['it has no such context', kubeconfig(nowhere), 'two'],
  ])('says what is wrong with the kubeconfig: %s', async (_name, text, told) => {
    const result = await runAction({ action, inputs: { ...good, kubeconfig: text, context: 'two' } });
    expectRefusal(action, result, 'KUBECONFIG_INVALID');
    expect(errors(result)[0]).toContain(told);
  });

  it('takes the kubeconfig as base64 too', async () => {
    const result = await runAction({ action, inputs: { ...good, kubeconfig: Buffer.from(good.kubeconfig).toString('base64') } });
    expectRefusal(action, result, 'CLUSTER_UNREACHABLE');
  });
});

describe('secrets', () => {
  let answering: Server;
  let address = '';

  /** Answers like a proxy that shows everything it was asked with: the worst that an error page can do. */
  beforeAll(async () => {
    answering = createServer((request, response) => {
      response.writeHead(403, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ kind: 'Status', message: `forbidden: ${JSON.stringify(request.headers)} ${request.url ?? ''}` }));
    });
    await new Promise<void>((listening) => answering.listen(0, '127.0.0.1', listening));
    address = `127.0.0.1:${(answering.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((closed) => answering.close(closed)));

  const inputs = (server: string): Readonly<Record<string, string>> => ({
    ...good,
    kubeconfig: kubeconfig(server),
    'prometheus-url': `http://reader:${secrets['password in prometheus-url']}@${address}`,
    'prometheus-token': secrets['prometheus-token'],
    'prometheus-headers': `X-Key: ${secrets['a header of prometheus-headers']}`,
    'notify-webhook': `http://${address}/${secrets['path of notify-webhook']}`,
  });

  it.each([
    ['a server that shows what it was asked with', () => inputs(`http://${address}`)],
    ['no server', () => inputs(nowhere)],
    ['bad input', () => ({ ...inputs(nowhere), interval: '5', 'prometheus-ca': 'nonsense' })],
  ])('appear nowhere with %s, in debug output neither', async (_name, given) => {
    for (const action of ['canary', 'promote']) {
      const result = await runAction({ action, inputs: given(), env: { RUNNER_DEBUG: '1' } });
      expect(result.exitCode).toBe(1);
      const { log, summary, outputs, state, report, post } = result;
      const shown = JSON.stringify([log, summary, outputs, state, report, post]);
      expect(shown).toContain('not-started');
      for (const secret of Object.values(secrets)) {
        expect(shown).not.toContain(secret);
        expect(shown).not.toContain(Buffer.from(secret).toString('base64').replace(/=+$/, ''));
      }
    }
  });

  it('are handed to the runner, so that it masks them in the output of others', async () => {
    const { commands } = await runAction({ action: 'canary', inputs: inputs(nowhere) });
    const masked = commands.filter(({ name }) => name === 'add-mask').map(({ message }) => message);
    expect(masked).toEqual(
      expect.arrayContaining([secrets['token of the kubeconfig'], secrets['prometheus-token'], secrets['a header of prometheus-headers']]),
    );
    expect(masked.filter((text) => text.length < 4 || /^[a-z-]+:?$/.test(text))).toEqual([]);
  });
});
