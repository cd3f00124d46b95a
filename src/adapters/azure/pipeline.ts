import type { ClientAssertionCredentialOptions } from '@azure/identity';
import { Failure } from '../../failure.ts';

type PipelinePolicy = NonNullable<ClientAssertionCredentialOptions['additionalPolicies']>[number]['policy'];

export interface PipelineOptions {
  /** Seconds for one question, tries and waits included. */
  readonly patienceSeconds: number;
  readonly retryDelaySeconds: number;
  readonly onRequest: (method: string, path: string, status: number | undefined) => void;
}

const requestSeconds = 20;

/**
 * How often and how long the SDK asks: it would wait as long as an answer asks for (`Retry-After`), an hour too. Beyond our patience that
 * is told at once.
 */
export function pipelineOptions({ patienceSeconds, retryDelaySeconds, onRequest }: PipelineOptions) {
  const policy: PipelinePolicy = {
    name: 'wf-deploy',
    async sendRequest(request, next) {
      request.timeout = requestSeconds * 1000;
      const { pathname } = new URL(request.url);
      try {
        const response = await next(request);
        onRequest(request.method, pathname, response.status);
        const wait = waitOf(response.headers.get('retry-after'));
        if ([429, 503].includes(response.status) && wait > patienceSeconds)
          throw new Failure(
            'CLOUD_UNREACHABLE',
            `Azure answered ${response.status} to ${request.method} ${pathname}, and asks to wait ${Math.ceil(wait)} s.`,
            'Run it again when that time is over.',
          );
        return response;
      } catch (error) {
        if (!(error instanceof Failure)) onRequest(request.method, pathname, undefined);
        throw error;
      }
    },
  };
  return {
    additionalPolicies: [{ policy, position: 'perRetry' as const }],
    retryOptions: { maxRetries: 3, retryDelayInMs: retryDelaySeconds * 1000, maxRetryDelayInMs: 10_000 },
    // A redirect would carry the token to wherever it leads.
    redirectOptions: { maxRetries: 0 },
  };
}

function waitOf(header: string | undefined): number {
  if (header === undefined) return 0;
  return /^\d{1,9}$/.test(header) ? Number(header) : Math.max(0, (Date.parse(header) - Date.now()) / 1000 || 0);
}
