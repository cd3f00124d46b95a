import { Agent as PlainAgent } from 'node:http';
import { Agent } from 'node:https';
import { type Answer, exchange, type Opened, type Outgoing, open, read } from '../http/exchange.ts';
import type { NoAnswer } from '../http/no-answer.ts';
import { type Credentials, kubeconfigCredentials } from './credentials.ts';
import type { Kubeconfig } from './kubeconfig.ts';
import { refusal, unreadable } from './refusal.ts';
import { unreachable } from './unreachable.ts';

export interface ApiRequest {
  /** For messages, as words after "Cannot": `read Deployment shop/agent`. */
  readonly purpose: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From `/api` or `/apis` on, each part URL-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text, or another body that `contentType` names. */
  readonly body?: string;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
  /** 10 by default. */
  readonly timeoutSeconds?: number;
}

/** HTTP to one API server. Throws Failures with CLUSTER_* codes, or the reason of the request's signal. Retries nothing. */
export interface Connection {
  /** The JSON of a 2xx answer. */
  json(request: ApiRequest): Promise<unknown>;
  /** The text of a 2xx answer. */
  text(request: ApiRequest): Promise<string>;
  /** Any answer, whatever its status: for what is reached through the API server's proxy. */
  raw(request: ApiRequest): Promise<Answer>;
  /** A 2xx answer whose body is still to come; `timeoutSeconds` counts only until it begins. */
  stream(request: ApiRequest): Promise<Opened>;
  readonly credentials: Credentials;
  /** Every secret known so far, for whoever shows foreign text. */
  readonly secrets: Iterable<string>;
  /** Closes the kept connections. */
  close(): void;
}

export interface ConnectionOptions {
  readonly kubeconfig: Kubeconfig;
  /** Of wf-deploy, for the User-Agent header. */
  readonly version: string;
  /** Told of every token that turns up while running, so that logs can mask it. */
  readonly onSecret?: (secret: string) => void;
  /** Told of every request once it is answered, `path` with its query: for debug output. */
  readonly onRequest?: (method: string, path: string, status: number | undefined) => void;
}

const bodyLimit = { maxBytes: 64 * 1024 * 1024, beyond: 'refuse' } as const;
// Free connections are given up long before the API server's 90 s, so that none is used while the server closes it.
const freeSocketMilliseconds = 30_000;

export function kubernetesConnection({ kubeconfig, version, onSecret, onRequest }: ConnectionOptions): Connection {
  const secrets = new Set(kubeconfig.secrets);
  const server = new URL(kubeconfig.config.getCurrentCluster()?.server ?? '');
  const base = server.pathname.replace(/\/+$/, '');
  const agent = new (server.protocol === 'http:' ? PlainAgent : Agent)({ keepAlive: true, timeout: freeSocketMilliseconds });
  const credentials = kubeconfigCredentials(kubeconfig, (secret) => {
    if (secrets.has(secret)) return;
    secrets.add(secret);
    onSecret?.(secret);
  });

  const outgoing = async (request: ApiRequest): Promise<Outgoing> => {
    const { headers, tls, proxy } = await credentials.authentication();
    return {
      url: server,
      path: base + request.path + queryText(request.query),
      method: request.method ?? 'GET',
      headers: {
        Accept: 'application/json',
        'User-Agent': `wf-deploy/${version}`,
        ...(request.body === undefined ? {} : { 'Content-Type': request.contentType ?? 'application/json' }),
        ...request.headers,
        ...headers,
      },
      ...(request.body === undefined ? {} : { body: request.body }),
      agent: proxy ?? agent,
      tls,
      signal: request.signal,
      timeoutSeconds: request.timeoutSeconds ?? 10,
    };
  };

  const ask = async <T extends Answer | Opened>(request: ApiRequest, by: (outgoing: Outgoing) => Promise<T | NoAnswer>): Promise<T> => {
    const answer = await by(await outgoing(request));
    onRequest?.(request.method ?? 'GET', request.path + queryText(request.query), answer.is === 'no-answer' ? undefined : answer.status);
    if (answer.is === 'no-answer') throw unreachable(server, request.purpose, answer.reason);
    return answer;
  };
  /** A token may be revoked before it expires: it is fetched anew once. */
  const askRenewing = async <T extends Answer | Opened>(
    request: ApiRequest,
    by: (outgoing: Outgoing) => Promise<T | NoAnswer>,
  ): Promise<T> => {
    const answer = await ask(request, by);
    if (answer.status !== 401 || !credentials.renew()) return answer;
    if (answer.is === 'opened') answer.stream.destroy();
    return ask(request, by);
  };
  const raw = (request: ApiRequest): Promise<Answer> => askRenewing(request, (sent) => exchange(sent, bodyLimit));
  const text = async (request: ApiRequest): Promise<string> => {
    const { status, body } = await raw(request);
    if (status < 200 || status > 299) throw refusal({ status, text: body.toString('utf8'), purpose: request.purpose, secrets });
    return body.toString('utf8');
  };

  return {
    raw,
    text,
    credentials,
    secrets,
    async json(request) {
      const body = await text(request);
      try {
        return JSON.parse(body) as unknown;
      } catch {
        throw unreadable(request.purpose, body.trimStart().startsWith('<') ? 'is HTML, not JSON' : 'is not JSON');
      }
    },
    async stream(request) {
      const opened = await askRenewing(request, open);
      if (opened.status >= 200 && opened.status <= 299) return opened;
      const body = await read(opened.stream, { maxBytes: 1024 * 1024, beyond: 'cut' });
      throw refusal({ status: opened.status, text: body?.toString('utf8') ?? '', purpose: request.purpose, secrets });
    },
    close: () => agent.destroy(),
  };
}

function queryText(query: ApiRequest['query'] = {}): string {
  const pairs = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}
