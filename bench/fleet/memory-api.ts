import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as kinds from '../../src/domain/kubernetes/kinds.ts';
import type { Kind, ObjectRef } from '../../src/domain/kubernetes/object.ts';
import type { PatchOperation } from '../../src/domain/kubernetes/patch.ts';
import { Failure } from '../../src/failure.ts';
import type { ListOptions, Write } from '../../src/ports/cluster.ts';
import type { MemoryCluster } from '../../test/flows/memory-cluster/cluster.ts';

/** An API server on loopback that speaks the wire protocol and keeps its objects in memory. */
export interface MemoryApi {
  readonly url: string;
  /** Requests so far, without watches: what an administrator would count. `GET deployments` and the like. */
  readonly requests: string[];
  close(): Promise<void>;
}

const all = Object.values(kinds).filter((kind): kind is Kind => typeof kind !== 'function');

export async function startMemoryApi(cluster: MemoryCluster): Promise<MemoryApi> {
  const requests: string[] = [];
  const server = createServer((incoming, outgoing) => {
    answer(cluster, requests, incoming, outgoing).catch((error: unknown) => refuse(outgoing, error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Asked {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string | undefined;
}

async function answer(cluster: MemoryCluster, requests: string[], incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { pathname, searchParams: query } = new URL(incoming.url ?? '/', 'http://api');
  const method = incoming.method ?? 'GET';
  if (query.get('watch') !== 'true') requests.push(`${method} ${resourceIn(pathname)}${query.has('dryRun') ? ' (rehearsed)' : ''}`);
  if (pathname === '/version') return send(outgoing, 200, { gitVersion: await cluster.version() });
  const { kind, namespace, name } = askedFor(pathname);
  if (method !== 'GET') return send(outgoing, 200, await written(cluster, incoming, { kind, namespace, name }, query.has('dryRun')));
  if (name !== undefined) {
    const found = await cluster.get({ kind, namespace, name });
    return found === undefined ? missing(outgoing, kind, name) : send(outgoing, 200, found);
  }
  const options = optionsOf(query);
  if (query.get('watch') === 'true') return await watch(cluster, kind, namespace, options, outgoing);
  const items = await cluster.list(kind, namespace, options);
  return send(outgoing, 200, { apiVersion: kind.apiVersion, kind: `${kind.kind}List`, metadata: { resourceVersion: '1' }, items });
}

/** Of `/api/v1/…` or `/apis/GROUP/VERSION/…`, in a namespace or not. */
function askedFor(pathname: string): Asked {
  const parts = pathname.split('/').slice(1).map(decodeURIComponent);
  const apiVersion = parts[0] === 'api' ? (parts[1] ?? '') : `${parts[1]}/${parts[2]}`;
  const rest = parts.slice(parts[0] === 'api' ? 2 : 3);
  const isIn = rest[0] === 'namespaces' && rest.length > 2;
  const [resource, name] = isIn ? rest.slice(2) : rest;
  const kind = all.find((each) => each.apiVersion === apiVersion && each.resource === resource);
  if (kind === undefined) throw new Error(`Nobody should ask for ${pathname}.`);
  return { kind, namespace: isIn ? (rest[1] ?? '') : '', name };
}

const resourceIn = (pathname: string): string => (pathname === '/version' ? 'version' : askedFor(pathname).kind.resource);

const optionsOf = (query: URLSearchParams): ListOptions => {
  const given = { labels: query.get('labelSelector'), fields: query.get('fieldSelector') };
  const limit = query.get('limit');
  return { labels: given.labels ?? '', fields: given.fields ?? '', ...(limit === null ? {} : { limit: Number(limit) }) };
};

async function written(cluster: MemoryCluster, incoming: IncomingMessage, { kind, namespace, name = '' }: Asked, dryRun: boolean) {
  const body: unknown = JSON.parse(await textOf(incoming));
  const ref = { kind, namespace, name };
  const type = incoming.headers['content-type'] ?? '';
  const write = ((): Write => {
    if (incoming.method === 'POST') return { do: 'create', kind, namespace, object: body as never };
    if (incoming.method === 'PUT') return { do: 'replace', ref, object: body as never };
    if (incoming.method === 'DELETE') return deletion(ref, body as DeleteOptions);
    if (type.startsWith('application/json-patch')) return { do: 'patch', ref, operations: body as readonly PatchOperation[] };
    return { do: 'apply', ref, object: body as never };
  })();
  const isRules = kind === kinds.SelfSubjectRulesReview;
  if (isRules) return { ...(body as object), status: { resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] } };
  return await cluster.write(dryRun ? { ...write, dryRun } : write);
}

interface DeleteOptions {
  readonly dryRun?: readonly string[];
  readonly preconditions?: { readonly uid?: string };
}

/** All that says which object is meant, and whether at all, is in the body. */
const deletion = (ref: ObjectRef, { dryRun = [], preconditions: { uid } = {} }: DeleteOptions): Write => ({
  do: 'delete',
  ref,
  dryRun: dryRun.length > 0,
  ...(uid === undefined ? {} : { uid }),
});

async function watch(cluster: MemoryCluster, kind: Kind, namespace: string, options: ListOptions, outgoing: ServerResponse): Promise<void> {
  const over = new AbortController();
  outgoing.once('close', () => over.abort());
  outgoing.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  for await (const { type, object } of cluster.watch(kind, namespace, options, over.signal))
    outgoing.write(`${JSON.stringify({ type: type === 'present' ? 'MODIFIED' : 'DELETED', object })}\n`);
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const send = (outgoing: ServerResponse, status: number, body: unknown): void => {
  outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

const statusOf = (code: number, reason: string, message: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  code,
  reason,
  message,
});

const missing = (outgoing: ServerResponse, { resource }: Kind, name: string): void =>
  send(outgoing, 404, statusOf(404, 'NotFound', `${resource} "${name}" not found`));

function refuse(outgoing: ServerResponse, error: unknown): void {
  if (outgoing.headersSent) return void outgoing.destroy();
  const code =
    error instanceof Failure ? { CLUSTER_CONFLICT: 409, CLUSTER_NOT_FOUND: 404, CLUSTER_REFUSED: 422 }[error.code as string] : undefined;
  const message = error instanceof Error ? error.message : String(error);
  send(outgoing, code ?? 500, statusOf(code ?? 500, code === 409 ? 'Conflict' : code === 404 ? 'NotFound' : 'InternalError', message));
}
