import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { idTokenSource } from '../../src/adapters/azure/id-token-source.ts';
import { kubernetesAccess } from '../../src/adapters/cluster-access/kubernetes.ts';
import { type ExecCredential, execCredential } from '../../src/credential/exec-credential.ts';
import { aksServer } from '../../src/domain/fleet/aks-kubeconfig.ts';
import { Namespace } from '../../src/domain/kubernetes/kinds.ts';
import { type AzureServer, azureServer, client, tenant } from '../adapters/azure/azure-server.ts';
import { answer, type Loopback, loopback } from '../adapters/loopback.ts';
import { failureOf } from '../adapters/thrown.ts';

const run = promisify(execFile);
const script = resolve(import.meta.dirname, '../../dist/credential.js');
const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-credential-'));
const ca = join(folder, 'ca.crt');
let azure: AzureServer;
let api: Loopback;
/** Statuses that the API server answered with. */
const answered: number[] = [];

beforeAll(async () => {
  azure = await azureServer();
  const { cert, key } = azure.certificates;
  writeFileSync(ca, azure.certificates.ca);
  api = await loopback(
    (request, response) => {
      const token = (request.headers.authorization ?? '').replace('Bearer ', '');
      const status = azure.isGood(token, aksServer) ? 200 : 401;
      answered.push(status);
      if (status === 401)
        return answer(response, 401, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 401, reason: 'Unauthorized' });
      const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
      return answer(response, 200, request.url === '/version' ? { gitVersion: 'v1.34.4' } : object);
    },
    { cert, key },
  );
});
afterAll(async () => {
  await api.close();
  await azure.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  answered.length = 0;
  azure.asked.length = 0;
  azure.lifetime = 3600;
});

const given = () => ({ tenant, client, server: aksServer, authority: azure.cloud.authority, audience: azure.cloud.audience });
const args = (): string[] => [script, ...Object.entries(given()).flatMap(([name, value]) => [`--${name}`, value])];
const asked = (who: string): number => azure.asked.filter((each) => each.startsWith(who)).length;

describe('execCredential', () => {
  it('is a token for the cluster, said to be over a minute before it is', async () => {
    const before = Date.now();
    const { status, ...rest } = await execCredential(given(), idTokenSource(azure.environment));
    const after = Date.now();
    expect(rest).toEqual({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential' });
    expect(azure.isGood(status.token, aksServer)).toBe(true);
    expect(status.expirationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    // An hour after it was made, less a minute, cut to whole seconds; whoever counts its life may have begun a second earlier or later.
    const over = Date.parse(status.expirationTimestamp);
    expect([over >= before + 3_540_000 - 2000, over <= after + 3_540_000 + 2000]).toEqual([true, true]);
  });

  it('makes both tokens anew each time', async () => {
    const source = idTokenSource(azure.environment);
    const [one, other] = [await execCredential(given(), source), await execCredential(given(), source)];
    expect(one.status.token).not.toBe(other.status.token);
    expect(asked('runner')).toBe(2);
  });

  it.each(['tenant', 'client', 'server', 'authority', 'audience'])('needs --%s', async (name) => {
    expect((await failureOf(execCredential({ ...given(), [name]: '' }, idTokenSource(azure.environment)))).what).toContain(`--${name}`);
  });
});

describe('as Kubernetes clients start it', () => {
  const env = (): Readonly<Record<string, string>> => ({ ...azure.environment, NODE_EXTRA_CA_CERTS: ca });

  it('prints the credential and nothing else', async () => {
    const { stdout, stderr } = await run(process.execPath, args(), { env: env() });
    expect(stderr).toBe('');
    expect(azure.isGood((JSON.parse(stdout) as ExecCredential).status.token, aksServer)).toBe(true);
  });

  it.each([
    ['without the permission', {}, [], 'id-token: write'],
    ['with an argument that is not known', {}, ['--cluster', 'x'], '--cluster'],
  ])('%s: the reason on the standard error, and no credential', async (_, environment, more, told) => {
    const failed = await run(process.execPath, [...args(), ...more], { env: { NODE_EXTRA_CA_CERTS: ca, ...environment } }).catch(
      (error: unknown) => error as { code: number; stdout: string; stderr: string },
    );
    expect(failed).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(told) });
  });

  function open() {
    const masked: string[] = [];
    const access = kubernetesAccess({
      folder,
      earlier: '',
      version: '0',
      mask: (secret) => masked.push(secret),
      onRequest: () => undefined,
    });
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: args(),
      env: Object.entries(env()).map(([name, value]) => ({ name, value })),
      interactiveMode: 'Never',
    };
    const kubeconfig = {
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      clusters: [
        { name: 'c', cluster: { server: api.url, 'certificate-authority-data': Buffer.from(azure.certificates.ca).toString('base64') } },
      ],
      users: [{ name: 'u', user: { exec } }],
    };
    return { ...access.open(JSON.stringify(kubeconfig), ''), masked };
  }

  it('one token serves many requests', async () => {
    const { cluster, masked, close } = open();
    await cluster.version();
    await cluster.version();
    close();
    expect(answered).toEqual([200, 200]);
    expect(asked('runner')).toBe(1);
    expect(masked.some((secret) => azure.isGood(secret, aksServer))).toBe(true);
  });

  it('a token that the API server no longer takes in the middle of the work is made anew, and the work goes on', async () => {
    const { cluster, close } = open();
    await cluster.version();
    for (let hour = 0; hour < 3; hour += 1) {
      azure.expireAll();
      expect(await cluster.get({ kind: Namespace, namespace: '', name: 'shop' })).toMatchObject({ metadata: { name: 'shop' } });
    }
    close();
    expect(answered).toEqual([200, 401, 200, 401, 200, 401, 200]);
    expect(asked('runner')).toBe(4);
  });

  it('a token that is about to be over is made anew before it is sent', async () => {
    azure.lifetime = 30;
    const { cluster, close } = open();
    await cluster.version();
    await cluster.version();
    close();
    expect(answered).toEqual([200, 200]);
    expect(asked('runner')).toBe(2);
  });
});
