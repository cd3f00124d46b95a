import type { Probe } from '../../ports/probe.ts';
import { exchange } from '../http/exchange.ts';

const bodyLimit = { maxBytes: 64 * 1024, beyond: 'cut' } as const;

/** Each request is a connection of its own, as a new user's would be. */
export function httpProbe(): Probe {
  return {
    async get(url, { headers, timeoutSeconds, signal }) {
      const target = URL.canParse(url) ? new URL(url) : undefined;
      if (target === undefined || !/^https?:$/.test(target.protocol))
        return { is: 'no-answer', reason: 'the URL is not an http or https URL' };
      const answer = await exchange({ url: target, headers, timeoutSeconds, signal }, bodyLimit);
      return answer.is === 'answer' ? { is: 'answer', status: answer.status, body: answer.body.toString('utf8') } : answer;
    },
  };
}
