import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { parse, stringify } from 'yaml';
import type { Lab } from '../lab/lab.ts';

/** A request that changes something. Dry runs and questions about permissions are none. */
export interface ApiWrite {
  readonly method: string;
  readonly resource: string;
  readonly name: string | undefined;
  readonly body: unknown;
}

/** What becomes of the answer to a write: the caller hears it, for the last time maybe, or the connection breaks first, or says nothing any more. */
export type Fate = 'answered' | 'last answer' | 'broken' | 'silent';

export interface ApiProxy {
  /** The administrator's, by way of this proxy. */
  readonly kubeconfig: string;
  /** Asked before a write is sent on: it waits for the answer, however long that takes and whatever becomes of its caller. */
  onSend: (write: ApiWrite) => Promise<void>;
  /** Asked after the API server has stored a write and before its caller hears of that. */
  onWrite: (write: ApiWrite) => Fate;
  /** Told when a last answer has left. Nothing gets through any more by then. */
  onLastAnswer: () => void;
  /** No packet passes any more, as on a broken link: connections stay open and say nothing. */
  cut(): void;
  /** Packets pass again. What was sent meanwhile arrives now, late as it is, even where its sender has given up. */
  restore(): void;
  /** Nothing more gets through, for good: the caller is gone, and what it had under way is not sent for it. */
  close(): Promise<void>;
}

/** A way to the lab's API server on a port of its own. */
export async function startApiProxy(lab: Lab): Promise<ApiProxy> {
  const { server: api, authority } = lab.client.objects;
  const agent = new Agent({ keepAlive: true, ca: authority });
  let closed = false;
  let link: { readonly open: Promise<void>; readonly restore: () => void } = { open: Promise.resolve(), restore: () => undefined };

  const passOn = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await bodyOf(incoming);
    await link.open;
    const change = changeIn(incoming, body);
    if (change !== undefined) await proxy.onSend(change);
    if (closed) return breakOff(incoming);
    const answer = await ask(new URL(incoming.url ?? '/', api), incoming, body, agent);
    if (isStream(incoming)) return await stream(answer, outgoing, () => link.open);
    const content = await bodyOf(answer);
    const stored = (answer.statusCode ?? 0) < 300;
    const fate = change === undefined || !stored ? 'answered' : proxy.onWrite(change);
    await link.open;
    if (fate === 'silent') return;
    if (fate === 'broken' || closed) return breakOff(incoming);
    closed = fate === 'last answer';
    outgoing.writeHead(answer.statusCode ?? 502, withoutHops(answer.headers)).end(content);
    if (closed) outgoing.once('close', proxy.onLastAnswer);
  };

  const server = createServer((incoming, outgoing) => {
    // A connection that breaks on either side breaks on the other.
    passOn(incoming, outgoing).catch(() => breakOff(incoming));
  });
  const tunnels = new Set<Duplex>();
  // A port-forward is a WebSocket from its first answer on. It is asked for by what may be a change, but stores nothing.
  server.on('upgrade', (incoming: IncomingMessage, near: Duplex, head: Buffer) => {
    const { pathname, search } = new URL(incoming.url ?? '/', api);
    const { host: _host, ...sent } = incoming.headers;
    const asked = request(new URL(`${pathname}${search}`, api), { method: incoming.method, ca: authority, headers: sent });
    asked.once('error', () => near.destroy());
    asked.once('response', () => near.destroy());
    asked.once('upgrade', (answer, far, rest) => {
      const headers = answer.rawHeaders.flatMap((text, index, all) => (index % 2 === 0 ? [`${text}: ${all[index + 1]}`] : []));
      near.write([`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`, ...headers, '', ''].join('\r\n'));
      near.write(rest);
      far.write(head);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        tunnels.add(from);
        from.once('error', () => to.destroy());
        from.once('close', () => {
          tunnels.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    });
    asked.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const kubeconfig = parse(await readFile(lab.kubeconfig, 'utf8')) as { clusters: { cluster: object }[] };
  const { port } = server.address() as AddressInfo;
  for (const each of kubeconfig.clusters) each.cluster = { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true };

  const proxy: ApiProxy = {
    kubeconfig: stringify(kubeconfig),
    onSend: async () => undefined,
    onWrite: () => 'answered',
    onLastAnswer: () => undefined,
    cut() {
      const { promise, resolve } = Promise.withResolvers<void>();
      link = { open: promise, restore: resolve };
    },
    restore: () => link.restore(),
    async close() {
      closed = true;
      link.restore();
      for (const end of tunnels) end.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
  return proxy;
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function ask(url: URL, { method, headers }: IncomingMessage, body: Buffer, agent: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, agent, headers: { ...withoutHops(headers), 'content-length': String(body.length) } }, resolve);
    asked.once('error', reject);
    asked.end(body);
  });
}

/** A message that has come as a whole leaves its connection open when it is destroyed. */
const breakOff = ({ socket }: IncomingMessage): void => void socket.destroy();

const isStream = ({ url = '' }: IncomingMessage): boolean => /[?&](watch|follow)=/.test(url);

async function stream(answer: IncomingMessage, outgoing: ServerResponse, open: () => Promise<void>): Promise<void> {
  outgoing.writeHead(answer.statusCode ?? 502, withoutHops(answer.headers)).flushHeaders();
  outgoing.once('close', () => answer.destroy());
  for await (const chunk of answer) {
    await open();
    outgoing.write(chunk);
  }
  outgoing.end();
}

/** Without what is said of one connection only. */
function withoutHops<Headers extends IncomingMessage['headers']>(headers: Headers): Headers {
  const { connection: _c, 'keep-alive': _k, 'transfer-encoding': _t, 'content-length': _l, host: _h, ...rest } = headers;
  return rest as Headers;
}

const asking = new Set(['selfsubjectaccessreviews', 'selfsubjectrulesreviews']);

function changeIn({ method = 'GET', url = '' }: IncomingMessage, body: Buffer): ApiWrite | undefined {
  const { pathname, searchParams } = new URL(url, 'http://api');
  if (method === 'GET' || searchParams.has('dryRun')) return undefined;
  // /api/v1/… or /apis/GROUP/VERSION/…
  const parts = pathname.split('/').slice(pathname.startsWith('/apis/') ? 4 : 3);
  const [resource = '', name] = parts[0] === 'namespaces' && parts.length > 2 ? parts.slice(2) : parts;
  if (asking.has(resource)) return undefined;
  return { method, resource, name, body: body.length === 0 ? undefined : JSON.parse(body.toString()) };
}

/** A renewal of a Lease, which falls anywhere in a run. */
export const isRenewal = ({ method, resource, body }: ApiWrite): boolean =>
  resource === 'leases' &&
  method === 'PATCH' &&
  (body as readonly { op: string; path: string }[]).every(({ op, path }) => op === 'test' || path === '/spec/renewTime');
