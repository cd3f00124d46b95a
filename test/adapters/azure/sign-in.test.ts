import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { idTokenSource } from '../../../src/adapters/azure/id-token-source.ts';
import { type SignInOptions, signIn } from '../../../src/adapters/azure/sign-in.ts';
import { answer } from '../loopback.ts';
import { everythingIn, failureOf } from '../thrown.ts';
import { type AzureServer, azureServer, client, tenant } from './azure-server.ts';

let azure: AzureServer;
beforeAll(async () => {
  azure = await azureServer();
});
afterAll(() => azure.close());
beforeEach(() => {
  azure.asked.length = 0;
  azure.instead.length = 0;
  azure.exchanges.length = 0;
});

const entra = (more: Partial<SignInOptions> = {}) =>
  signIn({
    client,
    tenant,
    cloud: azure.cloud,
    source: idTokenSource(azure.environment),
    onSecret: () => undefined,
    retryDelaySeconds: 0.01,
    patienceSeconds: 20,
    ...more,
  });

it('exchanges the token of the workflow for one of the application that is asked for', async () => {
  const secrets: string[] = [];
  const { token, expiresOnTimestamp } = await entra({ onSecret: (secret) => secrets.push(secret) }).getToken('app-id/.default');
  expect(azure.isGood(token, 'app-id')).toBe(true);
  expect(expiresOnTimestamp).toBeGreaterThan(Date.now());
  const [form] = azure.exchanges;
  expect(form?.get('client_assertion')).toBe(secrets[0]);
  expect(form?.has('client_secret')).toBe(false);
  expect(secrets[1]).toBe(token);
});

const cut = (response: ServerResponse): void => {
  response.destroy();
};

describe('what goes wrong', () => {
  it.each<readonly [string, Partial<SignInOptions>, string, string]>([
    ['a job without the permission', { source: undefined }, 'CLOUD_UNAUTHORISED', 'id-token: write'],
    ['a token of the job that is not taken', { source: { url: '', token: 'x' } }, 'CLOUD_UNAUTHORISED', 'id-token: write'],
    ['another client', { client: tenant }, 'CLOUD_UNAUTHORISED', '`azure-client-id`'],
    ['another tenant', { tenant: client }, 'CLOUD_UNREACHABLE', '`azure-tenant-id`'],
  ])('%s', async (_, more, code, told) => {
    const failure = await failureOf(entra(more).getToken('app-id/.default'));
    expect([failure.code, failure.remedy]).toEqual([code, expect.stringContaining(told)]);
  });

  it('a federated credential for something else: the subject and the audience are named, the trace is not', async () => {
    const cloud = { ...azure.cloud, audience: 'api://other' };
    const failure = await failureOf(entra({ cloud }).getToken('app-id/.default'));
    expect(failure).toMatchObject({ code: 'CLOUD_UNAUTHORISED', remedy: expect.stringContaining('`api://other`') });
    expect(failure.what).toContain('AADSTS700212');
    expect(failure.what).not.toContain('Trace ID');
  });

  const status =
    (code: number, headers = {}) =>
    (response: ServerResponse) =>
      answer(response, code, {}, headers);

  it.each([
    ['the runner’s service answers 500', 'runner', status(500)],
    ['the runner’s service answers 429', 'runner', status(429)],
    ['the runner’s service cuts', 'runner', (response: ServerResponse) => cut(response)],
    ['Entra answers 503', 'entra', status(503)],
    ['Entra cuts', 'entra', (response: ServerResponse) => cut(response)],
  ] as const)('%s: it is asked again', async (_, who, give) => {
    azure.instead.push({ who, give }, { who, give });
    expect(azure.isGood((await entra().getToken('app-id/.default')).token, 'app-id')).toBe(true);
  });

  it.each([
    ['runner', 'CLOUD_UNREACHABLE', '500'],
    ['entra', 'CLOUD_UNREACHABLE', 'Microsoft Entra ID'],
  ] as const)('%s never answers well', async (who, code, told) => {
    for (let i = 0; i < 20; i += 1) azure.instead.push({ who, give: status(500) });
    const failure = await failureOf(entra().getToken('app-id/.default'));
    expect([failure.code, failure.what]).toEqual([code, expect.stringContaining(told)]);
  });

  it.each(['403', '200 without a token', '200 without JSON'])('the runner’s service answers %s', async (what) => {
    azure.instead.push({
      who: 'runner',
      give: (response) => (what === '403' ? answer(response, 403, {}) : answer(response, 200, what.endsWith('JSON') ? '<html>' : {})),
    });
    expect(['CLOUD_UNAUTHORISED', 'CLOUD_REFUSED']).toContain((await failureOf(entra().getToken('app-id/.default'))).code);
    expect(azure.exchanges).toEqual([]);
  });

  it('Entra that asks to wait for an hour is not waited for', async () => {
    azure.instead.push({ who: 'entra', give: status(429, { 'Retry-After': '3600' }) });
    expect((await failureOf(entra().getToken('app-id/.default'))).code).toBe('CLOUD_UNREACHABLE');
  });

  it('silence has an end', async () => {
    azure.instead.push({ who: 'entra', give: () => undefined });
    const failure = await failureOf(entra({ patienceSeconds: 1 }).getToken('app-id/.default'));
    expect([failure.code, failure.what]).toEqual(['CLOUD_UNREACHABLE', expect.stringContaining('within 1 s')]);
  });

  it('no message holds a token', async () => {
    const before = azure.issued.length;
    const failure = await failureOf(entra({ client: tenant }).getToken('app-id/.default'));
    const made = azure.issued.slice(before);
    expect(made).toHaveLength(1);
    for (const token of made) expect(everythingIn(failure)).not.toContain(token);
  });
});
