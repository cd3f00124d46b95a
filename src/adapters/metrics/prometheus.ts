import { Agent as PlainAgent } from 'node:http';
import { Agent } from 'node:https';
import { percentDecoded } from '../../domain/units/percent-encoding.ts';
import { Failure } from '../../failure.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { Connection } from '../cluster/connection.ts';
import { part } from '../cluster/paths.ts';
import { type Answer, exchange } from '../http/exchange.ts';
import type { NoAnswer } from '../http/no-answer.ts';
import { prometheusAnswer } from './prometheus-answer.ts';

export interface PrometheusAtUrl {
  /** With the path before `/api/v1`, if there is one. A user and password in it are sent as basic authentication. */
  readonly url: string;
  readonly token?: string;
  /** PEM of the certificate authorities to trust in place of the usual ones. */
  readonly ca?: string;
  /** Such as `X-Scope-OrgID`, for a tenant. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly onWarning?: (text: string) => void;
  /** 10 by default. */
  readonly timeoutSeconds?: number;
}

export interface PrometheusInCluster {
  readonly namespace: string;
  readonly service: string;
  /** Number or name of the Service's port. */
  readonly port: string;
  readonly scheme?: 'http' | 'https';
  /** Before `/api/v1`, without a slash at its end. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly onWarning?: (text: string) => void;
  /** 10 by default. */
  readonly timeoutSeconds?: number;
}

const bodyLimit = { maxBytes: 8 * 1024 * 1024, beyond: 'refuse' } as const;
// Longer URLs are cut or refused by some proxies.
const longestQuery = 1500;
const form = 'application/x-www-form-urlencoded';

/** Throws INPUT_INVALID for a URL that cannot be used. */
export function prometheusAtUrl(options: PrometheusAtUrl): Metrics {
  const url = URL.canParse(options.url) ? new URL(options.url) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw unusableUrl('The Prometheus URL is not an http or https URL.');
  const [user, password] = [plain(url.username), plain(url.password)];
  const token = options.token?.trim() ?? '';
  if (user !== '' && token !== '') throw unusableUrl('The Prometheus URL holds a user, and a token is given as well.');
  const basic = Buffer.from(`${user}:${password}`).toString('base64');
  const authorization = token === '' ? `Basic ${basic}` : `Bearer ${token}`;
  const base = url.pathname.replace(/\/+$/, '');
  const origin = new URL(url.origin);
  const agent = new (url.protocol === 'http:' ? PlainAgent : Agent)({ keepAlive: true, timeout: 30_000 });
  // A header of any name may be what lets a caller in.
  const values = Object.values(options.headers ?? {}).map((value) => value.trim());
  const secrets = [token, password, basic, ...values].filter((secret) => secret.length >= 4);
  return metrics(url.host, secrets, options.onWarning, (query, signal) =>
    exchange(
      {
        url: origin,
        ...sending(query, `${base}/api/v1/query`),
        headers: {
          Accept: 'application/json',
          'User-Agent': 'wf-deploy',
          ...options.headers,
          ...(user === '' && token === '' ? {} : { Authorization: authorization }),
          ...(query.length > longestQuery ? { 'Content-Type': form } : {}),
        },
        ...(options.ca === undefined ? {} : { tls: { ca: options.ca } }),
        agent,
        signal,
        timeoutSeconds: options.timeoutSeconds ?? 10,
      },
      bodyLimit,
    ),
  );
}

/** Through the API server, so that no way to Prometheus but the kubeconfig's is needed. Wants `get` on `services/proxy`. */
export function prometheusInCluster(connection: Connection, options: PrometheusInCluster): Metrics {
  const { namespace, service, port, scheme, path = '', headers, onWarning, timeoutSeconds } = options;
  const target = `${scheme === undefined ? '' : `${scheme}:`}${part(service)}:${part(port)}`;
  const proxied = `/api/v1/namespaces/${part(namespace)}/services/${target}/proxy${path}/api/v1/query`;
  const name = `service ${namespace}/${service}:${port}`;
  return metrics(name, connection.secrets, onWarning, async (query, signal) => {
    const { method, path: sent, body } = sending(query, proxied);
    try {
      return await connection.raw({
        purpose: `query ${name}`,
        method,
        path: sent,
        ...(body === undefined ? {} : { body, contentType: form }),
        ...(headers === undefined ? {} : { headers }),
        ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
        signal,
      });
    } catch (error) {
      if (error instanceof Failure) return { is: 'no-answer', reason: error.what };
      throw error;
    }
  });
}

function sending(query: string, path: string): { method: 'GET' | 'POST'; path: string; body?: string } {
  const encoded = new URLSearchParams({ query }).toString();
  return query.length > longestQuery ? { method: 'POST', path, body: encoded } : { method: 'GET', path: `${path}?${encoded}` };
}

function metrics(
  name: string,
  secrets: Iterable<string>,
  onWarning: ((text: string) => void) | undefined,
  ask: (query: string, signal: AbortSignal | undefined) => Promise<Answer | NoAnswer>,
): Metrics {
  return {
    async query(promql, signal) {
      const answer = await ask(promql, signal);
      if (answer.is === 'no-answer') throw unreachable(name, answer.reason);
      const read = prometheusAnswer(answer, secrets);
      if (!read.ok) throw unreachable(name, read.problem);
      for (const warning of read.warnings) onWarning?.(`Prometheus ${name} warns: ${warning}`);
      return read.series;
    },
  };
}

const unreachable = (name: string, problem: string): Failure =>
  new Failure(
    'METRICS_UNREACHABLE',
    `The metric store ${name} gave no usable answer: ${problem}.`,
    'Check that the address is that of a Prometheus HTTP API, that this run may reach it, and that the query is one that it accepts.',
  );

function plain(encoded: string): string {
  const text = percentDecoded(encoded);
  if (text === undefined) throw unusableUrl('The user or password in the Prometheus URL is not percent-encoded as it should be.');
  return text;
}

const unusableUrl = (what: string): Failure =>
  new Failure('INPUT_INVALID', what, 'Write `https://HOST[:PORT][/PATH]`, and a token by its own input.');
