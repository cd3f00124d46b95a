import type { Destination } from '../domain/alert/destination.ts';
import { type Parsed, parsed, refused } from '../domain/units/parsed.ts';
import { percentDecoded } from '../domain/units/percent-encoding.ts';
import type { Connections, PrometheusConnection } from './flow.ts';

/** An http or https address. Shown nowhere: it may hold a password. */
const address =
  (remedy: string) =>
  (text: string): Parsed<string> => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return refused('is no http or https address', remedy);
    return percentDecoded(`${url.username}:${url.password}`) === undefined
      ? refused('has a user or a password that is not percent-encoded', 'Write `%` as `%25` in it, `@` as `%40` and so on.')
      : parsed(text);
  };

export const parseUrl = address('Write for instance https://prometheus.example.com.');
export const parseWebhook = address('Write for instance https://hooks.example.com/deploys, and look whether its secret is set.');

interface InClusterService {
  readonly namespace: string;
  readonly name: string;
  readonly port: string;
}

export function parsePrometheusService(text: string): Parsed<InClusterService> {
  const [, namespace, name, port] =
    /^([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)\/([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?):([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)$/.exec(text) ??
    [];
  if (namespace === undefined || name === undefined || port === undefined) {
    return refused('is not `namespace/name:port`', 'Write for instance `monitoring/prometheus:9090`; the port may be a number or a name.');
  }
  return parsed({ namespace, name, port });
}

export function parseHeaders(text: string): Parsed<Readonly<Record<string, string>>> {
  const headers: Record<string, string> = {};
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') continue;
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*([\x20-\x7e]*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return refused('has a line that is no header', 'Write one `Name: value` a line.');
    headers[name] = value;
  }
  return parsed(headers);
}

export interface ConnectionFields {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly 'prometheus-url'?: string | undefined;
  readonly 'prometheus-service'?: InClusterService | undefined;
  readonly 'prometheus-token'?: string | undefined;
  readonly 'prometheus-ca'?: string | undefined;
  readonly 'prometheus-headers'?: Readonly<Record<string, string>> | undefined;
  readonly notify?: readonly Destination[] | undefined;
  readonly 'notify-webhook'?: string | undefined;
  readonly 'github-token'?: string | undefined;
}

export function connectionsOf(fields: ConnectionFields): Connections {
  return {
    kubeconfig: { text: fields.kubeconfig ?? '', context: fields.context ?? '' },
    prometheus: prometheusOf(fields),
    notify: destinationsOf(fields),
    githubToken: fields['github-token'],
  };
}

export function destinationsOf({
  notify = [],
  'notify-webhook': url,
}: Pick<ConnectionFields, 'notify' | 'notify-webhook'>): readonly Destination[] {
  return url === undefined ? notify : [{ kind: 'webhook', url }, ...notify];
}

function prometheusOf(fields: ConnectionFields): PrometheusConnection | undefined {
  if (fields['prometheus-service'] !== undefined) return { by: 'service', ...fields['prometheus-service'] };
  const url = fields['prometheus-url'];
  if (url === undefined) return undefined;
  return { by: 'url', url, token: fields['prometheus-token'], ca: fields['prometheus-ca'], headers: fields['prometheus-headers'] ?? {} };
}
