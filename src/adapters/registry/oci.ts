import { createHash } from 'node:crypto';
import type { ImageRef } from '../../domain/units/image.ts';
import { jsonOf } from '../../domain/units/json.ts';
import { recordOf } from '../../domain/units/record.ts';
import type { Registry, Resolution } from '../../ports/registry.ts';
import { foreignText } from '../foreign-text.ts';
import { type Answer, exchange } from '../http/exchange.ts';
import type { NoAnswer } from '../http/no-answer.ts';
import { authorization } from './authorization.ts';
import { parseDockerConfig, type RegistryCredentials } from './docker-config.ts';
import { labelsOf } from './labels.ts';
import { isLocal, type Location, locationOf } from './location.ts';

const accept = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');
const bodyLimit = { maxBytes: 8 * 1024 * 1024, beyond: 'refuse' } as const;
const timeoutSeconds = 10;
const mostRedirects = 3;

interface Asking {
  readonly location: Location;
  readonly url: URL;
  readonly credentials: RegistryCredentials | undefined;
  readonly signal: AbortSignal | undefined;
  authorization: string | undefined;
}

/** A registry by the OCI distribution API. @param dockerConfig text of a docker config.json; throws INPUT_INVALID for a bad one. */
export function ociRegistry({ dockerConfig = '' }: { readonly dockerConfig?: string } = {}): Registry {
  const credentialsFor = parseDockerConfig(dockerConfig);
  return {
    async resolve(image, signal) {
      const location = locationOf(image);
      if (location === undefined)
        return { is: 'not-checked', reason: `${image.name} does not begin with an address that a registry can have` };
      const url = new URL(`/v2/${location.repository}/manifests/${image.digest ?? image.tag ?? 'latest'}`, location.origin);
      const asking: Asking = { location, url, credentials: credentialsFor(location.host), signal, authorization: undefined };
      const head = await ask(asking, 'HEAD');
      const known = head.is === 'answer' ? conclusionOfHead(head, image) : undefined;
      if (known !== undefined) return known;
      if (head.is === 'no-answer' || ![200, 400, 404, 405, 501].includes(head.status)) return notChecked(asking, head);
      return conclusionOfGet(asking, await ask(asking, 'GET'), image);
    },

    async labels(image, signal) {
      const location = locationOf(image);
      if (location === undefined || image.digest === undefined) return { is: 'not-checked', reason: 'it is not named by its digest' };
      const credentials = credentialsFor(location.host);
      let unread: string | undefined;
      const labels = await labelsOf(async (path) => {
        const url = new URL(`/v2/${location.repository}/${path}`, location.origin);
        const answer = await ask({ location, url, credentials, signal, authorization: undefined }, 'GET');
        if (answer.is === 'answer' && answer.status === 200) return answer.body;
        unread = answer.is === 'answer' ? `${location.host} answered ${answer.status}` : `${location.host}: ${answer.reason}`;
        return undefined;
      }, image.digest);
      return unread === undefined ? { is: 'read', labels } : { is: 'not-checked', reason: unread };
    },
  };
}

function conclusionOfHead({ status, headers }: Answer, image: ImageRef): Resolution | undefined {
  const digest = digestHeader(headers['docker-content-digest']);
  if (status === 200 && digest !== undefined) return found(digest, image);
  return status === 404 && String(headers['docker-distribution-api-version'] ?? '').startsWith('registry/2')
    ? { is: 'missing' }
    : undefined;
}

function conclusionOfGet(asking: Asking, answer: Answer | NoAnswer, image: ImageRef): Resolution {
  if (answer.is === 'answer' && answer.status === 200) {
    if (!/\b(?:manifest|index)\b.*\+?json/.test(String(answer.headers['content-type']))) {
      return { is: 'not-checked', reason: `${asking.location.host} answered 200 with something that is no image manifest` };
    }
    const computed = `sha256:${createHash('sha256').update(answer.body).digest('hex')}`;
    return found(digestHeader(answer.headers['docker-content-digest']) ?? computed, image);
  }
  if (answer.is === 'answer' && answer.status === 404 && errorCodes(answer).some((code) => /^(?:MANIFEST|NAME)_UNKNOWN$/.test(code)))
    return { is: 'missing' };
  return notChecked(asking, answer);
}

const found = (digest: string, image: ImageRef): Resolution =>
  image.digest === undefined || image.digest === digest
    ? { is: 'found', digest }
    : { is: 'not-checked', reason: `the registry was asked for ${image.digest} and answered with ${digest}` };

const digestHeader = (value: unknown): string | undefined =>
  typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value) ? value : undefined;

/** One request, with the registry's challenge answered once and redirects followed. */
async function ask(asking: Asking, method: 'HEAD' | 'GET'): Promise<Answer | NoAnswer> {
  const answer = await follow(asking, method, asking.url);
  if (answer.is === 'no-answer' || answer.status !== 401 || asking.authorization !== undefined) return answer;
  const given = await authorization(answer.headers['www-authenticate'], asking.credentials, asking.location, asking.signal);
  if (given.is === 'no-answer') return given;
  asking.authorization = given.header;
  return asking.authorization === undefined ? answer : follow(asking, method, asking.url);
}

async function follow(asking: Asking, method: 'HEAD' | 'GET', url: URL, redirects = 0): Promise<Answer | NoAnswer> {
  const own = url.origin === asking.url.origin && asking.authorization !== undefined;
  const headers = { Accept: accept, 'User-Agent': 'wf-deploy', ...(own ? { Authorization: asking.authorization ?? '' } : {}) };
  const answer = await exchange({ url, method, headers, signal: asking.signal, timeoutSeconds }, bodyLimit);
  const target = answer.is === 'answer' && [301, 302, 303, 307, 308].includes(answer.status) ? answer.headers.location : undefined;
  if (target === undefined || redirects === mostRedirects || !URL.canParse(target, url.href)) return answer;
  const next = new URL(target, url);
  return next.protocol === 'https:' || (next.protocol === 'http:' && isLocal(next.host))
    ? follow(asking, method, next, redirects + 1)
    : answer;
}

function notChecked({ location, authorization: sent }: Asking, answer: Answer | NoAnswer): Resolution {
  if (answer.is === 'no-answer') return { is: 'not-checked', reason: `${location.host}: ${answer.reason}` };
  const identity = sent === undefined ? 'without credentials' : 'with the credentials given';
  const denied = answer.status === 401 || answer.status === 403 ? ` (asked ${identity})` : '';
  const codes = errorCodes(answer).join(', ');
  return { is: 'not-checked', reason: `${location.host} answered ${answer.status}${codes === '' ? '' : ` ${codes}`}${denied}` };
}

function errorCodes({ body }: Answer): readonly string[] {
  const errors = recordOf(jsonOf(body.toString('utf8')))?.['errors'];
  const codes = Array.isArray(errors) ? errors.map((error) => (error as { readonly code?: unknown } | null)?.code) : [];
  return codes.filter((code) => typeof code === 'string').map((code) => foreignText(code, [], 40));
}
