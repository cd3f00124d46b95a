import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { CredentialResults, ManagedCluster } from '@azure/arm-containerservice/models';
import type { AzureCloud } from '../../../src/domain/fleet/azure-cloud.ts';
import { answer, bodyOf, type Certificates, type Loopback, loopback, makeCertificates } from '../loopback.ts';

/**
 * The runner's service for tokens, Microsoft Entra ID and Azure Resource Manager on one local address by TLS, each by its documented REST paths.
 * A token that one of them takes has to be one that the other has made, for that audience and not yet over.
 */
export interface AzureServer {
  readonly server: Loopback;
  readonly certificates: Certificates;
  readonly cloud: AzureCloud;
  /** What the runner sets in a job with `id-token: write`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Each request by who gets it, such as `ARM GET …/managedClusters/c`. */
  readonly asked: string[];
  /** The bodies that Entra got. */
  readonly exchanges: URLSearchParams[];
  /** Every token that was handed out, of all kinds. */
  readonly issued: string[];
  cluster: Partial<ManagedCluster>;
  credentials: CredentialResults;
  /** Of what Entra gives, in seconds. */
  lifetime: number;
  /** Answers in the place of the next ones, by who gets the request. */
  readonly instead: { readonly who: Who; readonly give: (response: ServerResponse) => void }[];
  /** Whether this is a token of Entra's for that application that is still good. */
  isGood(token: string, application: string): boolean;
  /** As if their time were over. */
  expireAll(): void;
  close(): Promise<void>;
}

type Who = 'runner' | 'entra' | 'arm';

export const tenant = '2b1f6471-1bf0-4dda-aec3-cb9272f09590';
export const client = '3c1f6471-1bf0-4dda-aec3-cb9272f09590';
export const subscription = '0b1f6471-1bf0-4dda-aec3-cb9272f09590';
export const clusterPath = `/subscriptions/${subscription}/resourceGroups/shop/providers/Microsoft.ContainerService/managedClusters/eastus`;
export const subject = 'repo:example/agent:environment:production';
const requestToken = 'runner-request-token-5a4b3c2d1e';
/** The newest version of the REST API that the SDK is made for. */
const apiVersion = '2026-06-01';

export const soundCluster: Partial<ManagedCluster> = {
  id: clusterPath,
  name: 'eastus',
  type: 'Microsoft.ContainerService/ManagedClusters',
  location: 'eastus',
  provisioningState: 'Succeeded',
  powerState: { code: 'Running' },
  currentKubernetesVersion: '1.34.4',
  agentPoolProfiles: [
    { name: 'system', mode: 'System', count: 3, provisioningState: 'Succeeded', powerState: { code: 'Running' } },
    {
      name: 'apps',
      mode: 'User',
      count: 2,
      enableAutoScaling: true,
      minCount: 2,
      maxCount: 9,
      provisioningState: 'Succeeded',
      powerState: { code: 'Running' },
    },
  ],
};

/** The REST form of the SDK's model: everything that Azure Resource Manager does not give every resource lies in `properties`. */
function restOf({ id, name, type, location, tags, ...properties }: Partial<ManagedCluster>): unknown {
  return { id, name, type, location, tags, properties };
}

export const kubeconfigOf = (text: string): CredentialResults => ({ kubeconfigs: [{ name: 'clusterUser', value: Buffer.from(text) }] });

export async function azureServer(): Promise<AzureServer> {
  const certificates = await makeCertificates();
  setDefaultCACertificates([...getCACertificates('default'), certificates.ca]);
  const key = randomBytes(32);
  let expired = 0;
  const made = (claims: Readonly<Record<string, unknown>>): string => {
    const text = [
      { alg: 'HS256', typ: 'JWT' },
      { ...claims, jti: randomBytes(8).toString('hex'), made: azure.issued.length },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const token = `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
    azure.issued.push(token);
    return token;
  };
  const claimsOf = (token: string): Readonly<Record<string, unknown>> | undefined => {
    const [head = '', body = '', signature = ''] = token.split('.');
    if (createHmac('sha256', key).update(`${head}.${body}`).digest('base64url') !== signature) return undefined;
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Readonly<Record<string, unknown>>;
    return Number(claims['exp']) > Date.now() / 1000 && Number(claims['made']) >= expired ? claims : undefined;
  };
  const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
  const bearer = ({ headers }: IncomingMessage): string => /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';

  const runner = (request: IncomingMessage, url: URL, response: ServerResponse) => {
    if (bearer(request) !== requestToken) return answer(response, 401, { message: 'no' });
    const aud = url.searchParams.get('audience');
    return answer(response, 200, {
      value: made({ iss: 'https://token.actions.githubusercontent.com', sub: subject, aud, exp: inSeconds(300) }),
    });
  };

  const entra = async (request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> => {
    const authority = `${server.url}/${tenant}`;
    if (url.pathname === `/${tenant}/v2.0/.well-known/openid-configuration`)
      return answer(response, 200, {
        token_endpoint: `${authority}/oauth2/v2.0/token`,
        authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
        end_session_endpoint: `${authority}/oauth2/v2.0/logout`,
        issuer: `${authority}/v2.0`,
        jwks_uri: `${authority}/discovery/v2.0/keys`,
      });
    const form = new URLSearchParams(await bodyOf(request));
    azure.exchanges.push(form);
    const refuse = (number: string, text: string): void =>
      answer(response, 400, {
        error: number === '90002' ? 'invalid_request' : 'invalid_client',
        error_description: `AADSTS${number}: ${text} Trace ID: 1d Correlation ID: 2e Timestamp: 2026-11-29 03:00:00Z`,
        error_codes: [Number(number)],
      });
    if (url.pathname !== `/${tenant}/oauth2/v2.0/token` || request.method !== 'POST') return refuse('90002', 'Tenant not found.');
    if (form.get('client_id') !== client) return refuse('700016', 'Application was not found in the directory.');
    const claims = claimsOf(form.get('client_assertion') ?? '');
    if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' || claims === undefined)
      return refuse('700024', 'Client assertion is not within its valid time range.');
    if (claims['aud'] !== azure.cloud.audience)
      return refuse('700212', `No matching federated identity record found for presented assertion audience '${claims['aud']}'.`);
    if (claims['sub'] !== subject)
      return refuse('700213', `No matching federated identity record found for presented assertion subject '${claims['sub']}'.`);
    if (form.get('grant_type') !== 'client_credentials') return refuse('70003', 'The app requested an unsupported grant type.');
    const [aud = ''] = /\S+(?=\/\.default)/.exec(form.get('scope') ?? '') ?? [];
    const token = made({ iss: authority, aud, oid: client, exp: inSeconds(azure.lifetime) });
    return answer(response, 200, { token_type: 'Bearer', expires_in: azure.lifetime, ext_expires_in: azure.lifetime, access_token: token });
  };

  const arm = (request: IncomingMessage, url: URL, response: ServerResponse) => {
    const fail = (status: number, code: string, message: string): void => answer(response, status, { error: { code, message } });
    if (!azure.isGood(bearer(request), azure.cloud.management))
      return fail(401, 'ExpiredAuthenticationToken', 'The access token has expired.');
    if (url.searchParams.get('api-version') !== apiVersion)
      return fail(400, 'InvalidApiVersionParameter', `The api-version '${url.searchParams.get('api-version')}' is invalid.`);
    if (url.pathname === clusterPath && request.method === 'GET') return answer(response, 200, restOf(azure.cluster));
    if (url.pathname === `${clusterPath}/listClusterUserCredential` && request.method === 'POST') {
      if (url.searchParams.get('format') !== 'exec') return fail(400, 'BadRequest', 'Only exec is served here.');
      // Bytes travel as base64.
      const kubeconfigs = azure.credentials.kubeconfigs?.map(({ name, value }) => ({
        name,
        value: value === undefined ? undefined : Buffer.from(value).toString('base64'),
      }));
      return answer(response, 200, { kubeconfigs });
    }
    return fail(404, 'ResourceNotFound', `The Resource '${url.pathname}' was not found.`);
  };

  const services = { runner, entra, arm } as const;
  const server = await loopback(
    (request, response) => {
      const url = new URL(request.url ?? '', 'https://here');
      const who: Who = url.pathname.startsWith('/subscriptions/') ? 'arm' : url.pathname.startsWith('/_apis/') ? 'runner' : 'entra';
      azure.asked.push(`${who} ${request.method} ${request.url}`);
      const at = azure.instead.findIndex((each) => each.who === who);
      const [planned] = at === -1 ? [] : azure.instead.splice(at, 1);
      if (planned !== undefined) return planned.give(response);
      void services[who](request, url, response);
    },
    { cert: certificates.cert, key: certificates.key },
  );
  const azure: AzureServer = {
    server,
    certificates,
    cloud: { authority: server.url, management: server.url, audience: 'api://AzureADTokenExchange' },
    environment: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${server.url}/_apis/idtoken?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
    },
    asked: [],
    exchanges: [],
    issued: [],
    cluster: soundCluster,
    credentials: kubeconfigOf(''),
    lifetime: 3600,
    instead: [],
    isGood: (token, application) => claimsOf(token)?.['aud'] === application,
    expireAll() {
      expired = azure.issued.length;
    },
    close: () => server.close(),
  };
  return azure;
}
