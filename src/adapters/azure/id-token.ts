import { setTimeout as sleep } from 'node:timers/promises';
import { jsonOf } from '../../domain/units/json.ts';
import { recordOf } from '../../domain/units/record.ts';
import { Failure } from '../../failure.ts';
import { foreignText } from '../foreign-text.ts';
import { type Answer, exchange } from '../http/exchange.ts';
import type { IdTokenSource } from './id-token-source.ts';

export interface IdTokenOptions {
  readonly onSecret: (secret: string) => void;
  /** Between two tries; 1 when missing. */
  readonly pauseSeconds?: number;
}

const attempts = 4;
const timeoutSeconds = 10;

/** A new token at each call: one is valid for some minutes only. https://docs.github.com/actions/reference/security/oidc */
export async function idToken(source: IdTokenSource | undefined, audience: string, options: IdTokenOptions): Promise<string> {
  const { onSecret, pauseSeconds = 1 } = options;
  const url = source !== undefined && URL.canParse(source.url) ? new URL(source.url) : undefined;
  if (source === undefined || url === undefined) throw notPermitted('the runner offers none');
  url.searchParams.set('audience', audience);
  const headers = { Authorization: `Bearer ${source.token}`, Accept: 'application/json', 'User-Agent': 'wf-deploy' };
  for (let attempt = 1; ; attempt += 1) {
    const answer = await exchange({ url, headers, timeoutSeconds }, { maxBytes: 100_000, beyond: 'refuse' });
    if (answer.is === 'answer' && answer.status === 200) return tokenIn(answer, onSecret);
    const transient = answer.is === 'no-answer' || answer.status === 429 || answer.status >= 500;
    if (!transient) throw notPermitted(`the runner’s service answered ${answer.status}`);
    const reason = answer.is === 'answer' ? `it answered ${answer.status}` : answer.reason;
    if (attempt >= attempts)
      throw new Failure(
        'CLOUD_UNREACHABLE',
        `GitHub gave this job no token of its own (${attempts} tries): ${reason}.`,
        'Run it again later.',
      );
    await sleep(pauseSeconds * 2 ** (attempt - 1) * 1000);
  }
}

function tokenIn({ body }: Answer, onSecret: (secret: string) => void): string {
  const value = recordOf(jsonOf(body.toString('utf8')))?.['value'];
  if (typeof value !== 'string' || value === '')
    throw new Failure('CLOUD_REFUSED', 'The runner’s service for tokens of the job answered with something that is none.', 'Run it again.');
  onSecret(value);
  return value;
}

const notPermitted = (reason: string): Failure =>
  new Failure(
    'CLOUD_UNAUTHORISED',
    `This job gets no token that says which workflow it is: ${foreignText(reason, [], 200)}.`,
    'Give the job `permissions: { id-token: write }`; a job that a reusable workflow brings needs it from its caller too, and a pull request from a fork never has it.',
  );
