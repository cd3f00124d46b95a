import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { idTokenSource } from '../../../src/adapters/azure/id-token-source.ts';
import { aksClusters } from '../../../src/adapters/managed-clusters/aks.ts';
import { aksServer } from '../../../src/domain/fleet/aks-kubeconfig.ts';
import type { AksPlace } from '../../../src/domain/fleet/aks-place.ts';
import type { AzureServer } from '../azure/azure-server.ts';
import { azureServer, client, clusterPath, kubeconfigOf, soundCluster, subscription, tenant } from '../azure/azure-server.ts';
import { answer } from '../loopback.ts';
import { failureOf } from '../thrown.ts';

let azure: AzureServer;
let place: AksPlace;

beforeAll(async () => {
  azure = await azureServer();
  place = { resource: { subscription, group: 'shop', name: 'eastus' }, cloud: azure.cloud };
});
afterAll(() => azure.close());
beforeEach(() => {
  azure.asked.length = 0;
  azure.instead.length = 0;
  azure.issued.length = 0;
  azure.cluster = soundCluster;
  azure.lifetime = 3600;
});

const pluginFor = (_place: AksPlace, server: string) => ({ command: '/node', args: ['credential.js', '--server', server] });

function clusters(more: { readonly patienceSeconds?: number; readonly environment?: Readonly<Record<string, string>> } = {}) {
  const masked: string[] = [];
  const told: string[] = [];
  const managed = aksClusters({
    client,
    tenant,
    source: idTokenSource(more.environment ?? azure.environment),
    onSecret: (secret) => masked.push(secret),
    onRequest: (method, path, status) => told.push(`${method} ${path} ${status}`),
    retryDelaySeconds: 0.01,
    patienceSeconds: more.patienceSeconds ?? 20,
    pluginFor,
  });
  return { managed, masked, told };
}

const exec = `apiVersion: v1
kind: Config
current-context: eastus
contexts: [{ name: eastus, context: { cluster: eastus, user: clusterUser_shop_eastus } }]
clusters: [{ name: eastus, cluster: { server: "https://eastus-dns.hcp.eastus.azmk8s.io:443", certificate-authority-data: QQ== } }]
users:
  - name: clusterUser_shop_eastus
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1beta1
        command: kubelogin
        args: [get-token, --environment, AzurePublicCloud, --server-id, ${aksServer}, --client-id, 80faf920-1908-4b52-b5ef-a8e7bedfc67a, --tenant-id, ${tenant}, --login, devicecode]
        env: null
`;

describe('describe', () => {
  it('asks by the documented way, as the identity of this workflow', async () => {
    const { managed, masked, told } = clusters();
    expect(await managed.describe(place)).toEqual({
      provisioningState: 'Succeeded',
      running: true,
      reachable: 'from-anywhere',
      pools: [
        { name: 'system', provisioningState: 'Succeeded', nodes: 3, most: 3 },
        { name: 'apps', provisioningState: 'Succeeded', nodes: 2, most: 9 },
      ],
    });
    expect(azure.asked.map((each) => each.replace(/\?client-request-id=.*/, ''))).toEqual([
      'runner GET /_apis/idtoken?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange',
      `entra GET /${tenant}/v2.0/.well-known/openid-configuration`,
      `entra POST /${tenant}/oauth2/v2.0/token`,
      `arm GET ${clusterPath}?api-version=2026-06-01`,
    ]);
    expect(azure.exchanges.at(-1)?.get('scope')).toContain(`${azure.cloud.management}/.default`);
    // Both were masked before they were used, and neither is told.
    expect(masked).toEqual(azure.issued);
    for (const secret of masked) expect(told.join('\n')).not.toContain(secret);
    expect(told.at(-1)).toBe(`GET ${clusterPath} 200`);
  });

  it('signs in once for several questions', async () => {
    const { managed } = clusters();
    await managed.describe(place);
    await managed.describe(place);
    expect(azure.asked.map((each) => each.split(' ')[0])).toEqual(['runner', 'entra', 'entra', 'arm', 'arm']);
  });

  it.each([
    ['stopped', { powerState: { code: 'Stopped' } }, { running: false }],
    ['of an unknown power state', { powerState: undefined }, { running: false }],
    ['of an unknown state', { provisioningState: undefined }, { provisioningState: '' }],
    ['private', { apiServerAccessProfile: { enablePrivateCluster: true } }, { reachable: 'from-inside' }],
    ['closed but for a list', { apiServerAccessProfile: { authorizedIPRanges: ['192.0.2.0/24'] } }, { reachable: 'from-listed-addresses' }],
    ['without pools', { agentPoolProfiles: undefined }, { pools: [] }],
    [
      'with a pool that is stopped',
      { agentPoolProfiles: [{ name: 'a', count: 0, enableAutoScaling: true, maxCount: 5, powerState: { code: 'Stopped' } }] },
      { pools: [{ name: 'a', provisioningState: '', nodes: 0, most: 0 }] },
    ],
  ])('one that is %s', async (_, change, expected) => {
    azure.cluster = { ...soundCluster, ...change } as typeof soundCluster;
    expect(await clusters().managed.describe(place)).toMatchObject(expected);
  });
});

describe('kubeconfig', () => {
  it('has our own plugin in the place of kubelogin', async () => {
    azure.credentials = kubeconfigOf(exec);
    const kubeconfig = JSON.parse(await clusters().managed.kubeconfig(place)) as { users: unknown[] };
    expect(azure.asked.at(-1)).toBe(`arm POST ${clusterPath}/listClusterUserCredential?api-version=2026-06-01&format=exec`);
    expect(kubeconfig.users).toEqual([
      {
        name: `${subscription}/shop/eastus`,
        user: {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1',
            command: '/node',
            args: ['credential.js', '--server', aksServer],
            interactiveMode: 'Never',
            provideClusterInfo: false,
          },
        },
      },
    ]);
  });

  it('has the certificate of a cluster with local accounts', async () => {
    azure.credentials = kubeconfigOf(
      exec.replace(/ {6}exec:[\s\S]*$/, '      client-certificate-data: Q0VSVA==\n      client-key-data: S0VZ\n'),
    );
    const { users } = JSON.parse(await clusters().managed.kubeconfig(place)) as { users: { user: unknown }[] };
    expect(users[0]?.user).toEqual({ 'client-certificate-data': 'Q0VSVA==', 'client-key-data': 'S0VZ' });
  });

  it.each([
    ['another program', exec.replace('command: kubelogin', 'command: curl'), 'KUBECONFIG_INVALID', '`curl`'],
    ['no YAML', '{ nonsense: [', 'KUBECONFIG_INVALID', 'The kubeconfig of eastus'],
    ['nothing', '', 'CLOUD_REFUSED', 'no kubeconfig'],
  ])('that is %s is refused', async (_, text, code, told) => {
    azure.credentials = kubeconfigOf(text);
    expect(await failureOf(clusters().managed.kubeconfig(place))).toMatchObject({ code, message: expect.stringContaining(told) });
  });
});

const cut = (response: ServerResponse): void => {
  response.destroy();
};

describe('what goes wrong', () => {
  const error =
    (status: number, code: string, message: string, headers = {}) =>
    (response: ServerResponse) =>
      answer(response, status, { error: { code, message } }, headers);

  it.each([
    [
      '403',
      error(403, 'AuthorizationFailed', "The client '3c' does not have authorization to perform action"),
      'CLOUD_FORBIDDEN',
      'Azure Kubernetes Service Cluster User Role',
    ],
    ['404', error(404, 'ResourceGroupNotFound', "Resource group 'shop' could not be found."), 'CLOUD_NOT_FOUND', "'shop' could not"],
    [
      '401',
      error(401, 'InvalidAuthenticationTokenTenant', 'The access token is from the wrong issuer.'),
      'CLOUD_UNAUTHORISED',
      'wrong issuer',
    ],
    ['409', error(409, 'OperationNotAllowed', 'Operation is not allowed.'), 'CLOUD_REFUSED', 'OperationNotAllowed'],
    [
      'a redirect',
      (response: ServerResponse) => answer(response, 302, {}, { Location: 'https://elsewhere.invalid/' }),
      'CLOUD_REFUSED',
      '302',
    ],
    ['no JSON', (response: ServerResponse) => answer(response, 200, '<html>sign in to the network</html>'), 'CLOUD_REFUSED', 'no cluster'],
    ['a list in the place of a cluster', (response: ServerResponse) => answer(response, 200, 'null'), 'CLOUD_REFUSED', 'document'],
    ['an hour of Retry-After', error(429, 'TooManyRequests', 'slow', { 'Retry-After': '3600' }), 'CLOUD_UNREACHABLE', '3600 s'],
  ])('%s', async (_, give, code, told) => {
    azure.instead.push({ who: 'arm', give });
    const failure = await failureOf(clusters().managed.describe(place));
    expect([failure.code, `${failure.what} ${failure.remedy}`]).toEqual([code, expect.stringContaining(told)]);
    expect(azure.asked.filter((each) => each.startsWith('arm'))).toHaveLength(1);
  });

  it.each([
    ['429 with Retry-After', error(429, 'TooManyRequests', 'slow', { 'Retry-After': '0' })],
    ['503', error(503, 'ServerTimeout', 'later')],
    ['500', error(500, 'InternalServerError', 'oops')],
    ['a cut connection', (response: ServerResponse) => cut(response)],
  ])('%s is asked again, and answered', async (_, give) => {
    azure.instead.push({ who: 'arm', give }, { who: 'arm', give });
    expect(await clusters().managed.describe(place)).toMatchObject({ provisioningState: 'Succeeded' });
    expect(azure.asked.filter((each) => each.startsWith('arm'))).toHaveLength(3);
  });

  it('what does not end is given up, and told', async () => {
    for (let i = 0; i < 9; i += 1) azure.instead.push({ who: 'arm', give: error(502, 'BadGateway', 'gateway') });
    const failure = await failureOf(clusters().managed.describe(place));
    expect([failure.code, failure.what]).toEqual(['CLOUD_UNREACHABLE', expect.stringContaining('502')]);
    expect(azure.asked.filter((each) => each.startsWith('arm'))).toHaveLength(4);
  });

  it('silence has an end', async () => {
    azure.instead.push({ who: 'arm', give: () => undefined });
    const failure = await failureOf(clusters({ patienceSeconds: 4 }).managed.describe(place));
    expect([failure.code, failure.what]).toEqual(['CLOUD_UNREACHABLE', expect.stringContaining('no answer in time')]);
  });

  it('a cancel ends it with its own reason', async () => {
    const controller = new AbortController();
    azure.instead.push({ who: 'arm', give: () => controller.abort(new Error('cancelled by a person')) });
    await expect(clusters().managed.describe(place, controller.signal)).rejects.toThrow('cancelled by a person');
  });

  it('a token of the sign-in that is soon over is made anew', async () => {
    const { managed } = clusters();
    // Good for this question however slow the machine is, and for less than the next one may take.
    azure.lifetime = 240;
    await managed.describe(place);
    azure.lifetime = 3600;
    await managed.describe(place);
    expect(azure.asked.filter((each) => each.startsWith('runner'))).toHaveLength(2);
  });
});
