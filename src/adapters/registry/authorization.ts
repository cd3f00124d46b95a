import { jsonOf } from '../../domain/units/json.ts';
import { recordOf } from '../../domain/units/record.ts';
import { type Answer, exchange } from '../http/exchange.ts';
import { type NoAnswer, noAnswer } from '../http/no-answer.ts';
import { parseChallenge } from './challenge.ts';
import type { RegistryCredentials } from './docker-config.ts';
import { isLocal, type Location } from './location.ts';

export type Authorization = {
  readonly is: 'authorization' /** `undefined`: there is nothing to answer with. */;
  readonly header: string | undefined;
};

const bodyLimit = { maxBytes: 1024 * 1024, beyond: 'refuse' } as const;
const timeoutSeconds = 10;

/** Answers a registry's challenge: with a token that its token service gives (to anybody, or for the credentials), or with them. */
export async function authorization(
  challengeHeader: string | undefined,
  credentials: RegistryCredentials | undefined,
  location: Location,
  signal: AbortSignal | undefined,
): Promise<Authorization | NoAnswer> {
  const challenge = parseChallenge(challengeHeader ?? '');
  if (challenge === undefined) return { is: 'authorization', header: undefined };
  if (challenge.scheme === 'basic') return { is: 'authorization', header: credentials && basic(credentials) };
  const realm = URL.canParse(challenge.realm) ? new URL(challenge.realm) : undefined;
  if (realm === undefined || !(realm.protocol === 'https:' || (realm.protocol === 'http:' && isLocal(realm.host)))) {
    return noAnswer('the registry names a token service that is not at an https address');
  }
  const scope = challenge.scope ?? `repository:${location.repository}:pull`;
  const parameters = new URLSearchParams({ ...(challenge.service === undefined ? {} : { service: challenge.service }), scope });
  const answer = await askTokenService(realm, parameters, credentials, signal);
  if (answer.is === 'no-answer') return noAnswer(`its token service ${realm.host}: ${answer.reason}`);
  const token = answer.status === 200 ? tokenOf(answer) : undefined;
  if (token === undefined)
    return noAnswer(`its token service ${realm.host} answered ${answer.status}${answer.status === 200 ? ' without a token' : ''}`);
  return { is: 'authorization', header: `Bearer ${token}` };
}

function askTokenService(
  realm: URL,
  parameters: URLSearchParams,
  credentials: RegistryCredentials | undefined,
  signal: AbortSignal | undefined,
): Promise<Answer | NoAnswer> {
  const common = { signal, timeoutSeconds };
  if (credentials?.identityToken !== undefined) {
    const form = new URLSearchParams([
      ...parameters,
      ['grant_type', 'refresh_token'],
      ['client_id', 'wf-deploy'],
      ['refresh_token', credentials.identityToken],
    ]);
    const headers = { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' };
    return exchange({ url: realm, method: 'POST', headers, body: form.toString(), ...common }, bodyLimit);
  }
  const url = new URL(realm);
  for (const [name, value] of parameters) url.searchParams.append(name, value);
  return exchange(
    { url, headers: { Accept: 'application/json', ...(credentials && { Authorization: basic(credentials) }) }, ...common },
    bodyLimit,
  );
}

const basic = ({ user, password }: RegistryCredentials): string => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

function tokenOf({ body }: Answer): string | undefined {
  const { token, access_token: accessToken } = recordOf(jsonOf(body.toString('utf8'))) ?? {};
  const given = token ?? accessToken;
  return typeof given === 'string' && given !== '' ? given : undefined;
}
