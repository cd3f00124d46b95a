import { setTimeout as sleep } from 'node:timers/promises';
import { jsonOf } from '../../domain/units/json.ts';
import { recordOf } from '../../domain/units/record.ts';
import { Failure } from '../../failure.ts';
import { foreignText } from '../foreign-text.ts';
import { type Answer, exchange } from '../http/exchange.ts';

export interface ForgeAccess {
  /** Such as `https://api.github.com`, or what GitHub Enterprise Server has. */
  readonly api: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Secret. */
  readonly token: string;
  readonly version: string;
  readonly onRequest?: (method: string, path: string, status: number | undefined) => void;
  /** Seconds for one question, tries and waits included; 20 when missing. */
  readonly patienceSeconds?: number;
  /** Between two tries; 0.5 when missing. */
  readonly pauseSeconds?: number;
}

export interface Question {
  readonly method?: 'GET' | 'POST';
  /** Below `/repos/{owner}/{repo}`. */
  readonly path: string;
  /** What the token needs for it, such as `deployments: write`. */
  readonly permission: string;
  readonly body?: unknown;
  readonly maxBytes?: number;
  /** Statuses beside 2xx that are answers. */
  readonly accepts?: readonly number[];
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

const attempts = 3;

/**
 * Questions to GitHub's REST API. What is not answered, 429 and 5xx are asked again while there is time, after as long as GitHub asks for; a
 * redirect is not followed, because its target would get the token. https://docs.github.com/rest
 */
export function asker(access: ForgeAccess) {
  const { patienceSeconds = 20, pauseSeconds = 0.5, token } = access;
  const base = baseOf(access);
  const headers = {
    Authorization: `Bearer ${token}`,
    Accept: 'application/vnd.github+json',
    'X-GitHub-Api-Version': '2022-11-28',
    'User-Agent': `wf-deploy/${access.version}`,
  };
  return async (question: Question, signal?: AbortSignal): Promise<Reply> => {
    const { method = 'GET', path, body, maxBytes = 8 * 1024 * 1024, accepts = [] } = question;
    const until = performance.now() + patienceSeconds * 1000;
    const left = (): number => (until - performance.now()) / 1000;
    const outgoing = {
      url: new URL(`${base}${path}`),
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    };
    for (let attempt = 1; ; attempt += 1) {
      const seconds = Math.max(0.1, Math.min(patienceSeconds / 2, left()));
      const answer = await exchange({ ...outgoing, timeoutSeconds: seconds }, { maxBytes, beyond: 'refuse' });
      access.onRequest?.(method, outgoing.url.pathname, answer.is === 'answer' ? answer.status : undefined);
      if (answer.is === 'answer' && ((answer.status >= 200 && answer.status <= 299) || accepts.includes(answer.status)))
        return { status: answer.status, body: parsed(answer, question) };
      const wait = answer.is === 'answer' ? waitOf(answer, pauseSeconds) : pauseSeconds;
      if (wait === undefined || attempt >= attempts || wait >= left())
        throw answer.is === 'answer' ? refusal(access, question, answer, wait) : unreachable(access, question, answer.reason);
      await sleep(wait * 1000, undefined, signal === undefined ? {} : { signal }).catch(() => signal?.throwIfAborted());
    }
  };
}

function baseOf({ api, repository }: ForgeAccess): string {
  const url = URL.canParse(api) ? new URL(api) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new Failure('INPUT_INVALID', '`GITHUB_API_URL` is no http or https address.', 'Leave it as the runner sets it.');
  if (!/^[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+$/.test(repository) || /\/\.{1,2}$/.test(repository))
    throw new Failure(
      'INPUT_INVALID',
      '`GITHUB_REPOSITORY` is no `owner/name`.',
      'Leave it as the runner sets it, or leave `github-token` out.',
    );
  return `${url.href.replace(/\/+$/, '')}/repos/${repository}`;
}

/** Seconds until it may be asked again; `undefined`: asking again is of no use. */
function waitOf({ status, headers }: Answer, pause: number): number | undefined {
  const asked = headers['retry-after'] ?? '';
  const limited = status === 429 || (status === 403 && (asked !== '' || headers['x-ratelimit-remaining'] === '0'));
  if (!limited && status < 500) return undefined;
  if (/^[0-9]{1,6}$/.test(asked)) return Math.max(pause, Number(asked));
  const reset = String(headers['x-ratelimit-reset'] ?? '');
  return limited && /^[0-9]{1,12}$/.test(reset) ? Math.max(pause, Number(reset) - Date.now() / 1000) : pause;
}

function parsed({ body }: Answer, question: Question): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw undocumented(question, 'something that is not JSON');
  }
}

/** An answer that is not what the API documents. */
export const undocumented = ({ method = 'GET', path }: Question, what: string): Failure =>
  new Failure(
    'FORGE_REFUSED',
    `GitHub answered ${method} ${path} with ${what}.`,
    'Check `GITHUB_API_URL`, and what stands between this runner and GitHub.',
  );

const asked = ({ repository }: ForgeAccess, { method = 'GET', path }: Question): string => `${method} ${path} of ${repository}`;

const unreachable = (access: ForgeAccess, question: Question, reason: string): Failure =>
  new Failure(
    'FORGE_UNREACHABLE',
    `GitHub gave no answer to ${asked(access, question)}: ${reason}.`,
    'Run it again; see whether this runner reaches GitHub’s API.',
  );

function refusal(access: ForgeAccess, question: Question, answer: Answer, wait: number | undefined): Failure {
  const { status } = answer;
  const said = messageOf(answer, access.token);
  const what = `GitHub answered ${status} to ${asked(access, question)}${said === '' ? '' : `: ${said}`}`;
  if (wait !== undefined && status < 500)
    return new Failure(
      'FORGE_UNREACHABLE',
      `${what}. Its rate limit is used up for another ${Math.ceil(wait)} s.`,
      'Run it again when the limit is there again.',
    );
  if (status >= 500) return new Failure('FORGE_UNREACHABLE', `${what}.`, 'Run it again later.');
  if (status === 401)
    return new Failure('FORGE_FORBIDDEN', `${what}.`, 'Give a `github-token` that is valid: `github.token` is, while its job runs.');
  if (status === 403 || status === 404)
    return new Failure(
      'FORGE_FORBIDDEN',
      `${what}.`,
      `Give the job \`${question.permission}\` under \`permissions:\`, where the token is its own, and see that it is of this repository.`,
    );
  return new Failure(
    'FORGE_REFUSED',
    `${what}${status >= 300 && status <= 399 ? ', a redirect, which is not followed' : ''}.`,
    'See what GitHub says about it.',
  );
}

/** GitHub's own sentence, as foreign text. */
function messageOf({ body }: Answer, token: string): string {
  const message = recordOf(jsonOf(body.toString('utf8')))?.['message'];
  return typeof message === 'string' ? foreignText(message, [token], 200).replace(/\.$/, '') : '';
}
