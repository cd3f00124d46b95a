import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import type { ApiRequest, Connection } from '../adapters/cluster/connection.ts';
import { refusal, unreadable } from '../adapters/cluster/refusal.ts';
import { exchange } from '../adapters/http/exchange.ts';
import { Failure } from '../failure.ts';

const mounted = '/var/run/secrets/kubernetes.io/serviceaccount';
const bodyLimit = { maxBytes: 8 * 1024 * 1024, beyond: 'refuse' } as const;

export interface Place {
  /** `https://HOST:PORT` of the API server. */
  readonly server: URL;
  /** Where the token and the certificate authority are mounted. */
  readonly folder?: string;
  readonly timeoutSeconds: number;
}

/** The API server as a pod reaches it. Token and authority are read for each request, because the kubelet replaces both. */
export function inClusterConnection({ server, folder = mounted, timeoutSeconds }: Place): Pick<Connection, 'json'> & { close(): void } {
  const agent = new Agent({ keepAlive: true, timeout: 30_000 });
  return {
    async json(request) {
      const [token, ca] = await Promise.all([readFile(`${folder}/token`, 'utf8'), readFile(`${folder}/ca.crt`, 'utf8')]);
      const answer = await exchange(
        {
          url: server,
          path: `${request.path}${queryText(request.query)}`,
          method: request.method ?? 'GET',
          headers: {
            Accept: 'application/json',
            Authorization: `Bearer ${token.trim()}`,
            'User-Agent': 'wf-deploy-guardian',
            ...(request.body === undefined ? {} : { 'Content-Type': request.contentType ?? 'application/json' }),
          },
          ...(request.body === undefined ? {} : { body: request.body }),
          agent,
          tls: { ca },
          signal: request.signal,
          timeoutSeconds,
        },
        bodyLimit,
      );
      if (answer.is === 'no-answer') throw unreachable(server, request.purpose, answer.reason);
      const text = answer.body.toString('utf8');
      if (answer.status < 200 || answer.status > 299)
        throw refusal({ status: answer.status, text, purpose: request.purpose, secrets: [token.trim()] });
      return parsed(text, request.purpose);
    },
    close: () => agent.destroy(),
  };
}

function parsed(text: string, purpose: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw unreadable(purpose, 'is not JSON');
  }
}

function queryText(query: ApiRequest['query'] = {}): string {
  const pairs = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}

const unreachable = (server: URL, purpose: string, reason: string): Failure =>
  new Failure(
    'CLUSTER_UNREACHABLE',
    `Cannot ${purpose}: the API server ${server.host} did not answer: ${reason}.`,
    'See that no NetworkPolicy keeps the guardian from it.',
  );
