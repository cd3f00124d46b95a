import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Connection, kubernetesConnection } from '../../../src/adapters/cluster/connection.ts';
import { kubernetesCluster } from '../../../src/adapters/cluster/kubernetes.ts';
import { Deployment, HTTPRoute, Pod, SelfSubjectAccessReview } from '../../../src/domain/kubernetes/kinds.ts';
import type { Cluster } from '../../../src/ports/cluster.ts';
import { answer, bodyOf, type Loopback, loopback } from '../loopback.ts';
import { failureOf } from '../thrown.ts';
import { kubeconfig } from './kubeconfig-text.ts';

const token = 'sesame-open-1234567890';
let server: Loopback;
let connection: Connection;
let cluster: Cluster;

beforeAll(async () => {
  server = await loopback(() => undefined);
});
beforeEach(() => {
  server.requests.length = 0;
  const config = kubeconfig({ server: server.url, cluster: { 'insecure-skip-tls-verify': true }, user: { token } });
  connection = kubernetesConnection({ kubeconfig: config, version: '1' });
  cluster = kubernetesCluster(connection, { watchPauseSeconds: 0.01 });
});
afterEach(() => connection.close());
afterAll(() => server.close());

const pod = (name: string, more: object = {}): { metadata: { name: string; namespace: string } } => ({
  metadata: { name, namespace: 'shop' },
  ...more,
});
const status = (code: number, message: string): object => ({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code });
const route = { kind: HTTPRoute, namespace: 'shop', name: 'agent' };
const ok = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'agent' } };

/** What the next request is, in whole; it is answered with `value`. */
function seen(value: unknown): Promise<{ line: string; type: string | undefined; body: unknown }> {
  return new Promise((resolve) => {
    server.handler = (request, response) =>
      void bodyOf(request).then((text) => {
        answer(response, 200, value);
        resolve({
          line: `${request.method} ${request.url}`,
          type: request.headers['content-type'],
          body: text === '' ? undefined : JSON.parse(text),
        });
      });
  });
}

describe('get', () => {
  it('gives every field as it came', async () => {
    const object = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'agent', future: [1, null] },
      spec: { odd: { deep: true } },
    };
    const request = seen(object);
    expect(await cluster.get(route)).toEqual(object);
    expect((await request).line).toBe('GET /apis/gateway.networking.k8s.io/v1/namespaces/shop/httproutes/agent');
  });

  it('knows nothing of what is not there: the object, or its kind', async () => {
    server.handler = (_, response) => answer(response, 404, status(404, 'not found'));
    expect(await cluster.get(route)).toBeUndefined();
    server.handler = (_, response) => answer(response, 404, '404 page not found\n');
    expect(await cluster.get(route)).toBeUndefined();
  });

  it.each([['null'], ['[]'], ['{}'], ['"text"'], ['{"apiVersion":"v1","kind":"Pod"}'], ['{"apiVersion":"v1","kind":"Pod","metadata":[]}']])(
    'refuses %s for an object',
    async (text) => {
      server.handler = (_, response) => answer(response, 200, text);
      expect(await failureOf(cluster.get(route))).toMatchObject({
        code: 'CLUSTER_BROKEN',
        what: expect.stringContaining('is not a Kubernetes object'),
      });
    },
  );

  it.each(['', '.', '..'])('never takes the name "%s" for an object: it would be the path of a collection', async (name) => {
    for (const part of [
      { ...route, name },
      { ...route, kind: { ...HTTPRoute, resource: name } },
    ]) {
      expect((await failureOf(cluster.get(part))).code).toBe('INTERNAL');
      expect((await failureOf(cluster.write({ do: 'delete', ref: part }))).code).toBe('INTERNAL');
    }
    expect(server.requests).toEqual([]);
  });

  it('encodes names', async () => {
    const request = seen(ok);
    await cluster.get({ kind: Pod, namespace: 'a/b', name: 'x?watch=true#%' });
    expect((await request).line).toBe('GET /api/v1/namespaces/a%2Fb/pods/x%3Fwatch%3Dtrue%23%25');
  });
});

describe('list', () => {
  it('joins the pages and gives each item its kind', async () => {
    server.handler = (request, response) => {
      const second = request.url?.includes('continue=page%2B2');
      const metadata = second ? { resourceVersion: '7' } : { resourceVersion: '7', continue: 'page+2' };
      answer(response, 200, { kind: 'PodList', apiVersion: 'v1', metadata, items: [pod(second ? 'b' : 'a', { spec: { kept: 1 } })] });
    };
    expect(await cluster.list(Pod, 'shop', { labels: 'app=agent,version!=canary', name: 'a', fields: 'status.phase=Running' })).toEqual([
      { apiVersion: 'v1', kind: 'Pod', ...pod('a', { spec: { kept: 1 } }) },
      { apiVersion: 'v1', kind: 'Pod', ...pod('b', { spec: { kept: 1 } }) },
    ]);
    expect(server.requests).toEqual([
      'GET /api/v1/namespaces/shop/pods?labelSelector=app%3Dagent%2Cversion%21%3Dcanary&fieldSelector=metadata.name%3Da%2Cstatus.phase%3DRunning&limit=500',
      'GET /api/v1/namespaces/shop/pods?labelSelector=app%3Dagent%2Cversion%21%3Dcanary&fieldSelector=metadata.name%3Da%2Cstatus.phase%3DRunning&limit=500&continue=page%2B2',
    ]);
  });

  it('gives at most as many as are wanted, and asks for no more', async () => {
    server.handler = (_, response) => answer(response, 200, { metadata: { continue: 'more' }, items: [pod('a'), pod('b'), pod('c')] });
    expect(await cluster.list(Pod, 'shop', { limit: 2 })).toHaveLength(2);
    expect(server.requests).toEqual(['GET /api/v1/namespaces/shop/pods?limit=2']);
  });

  it('begins again, once, when the server has forgotten the first page', async () => {
    let pages = 0;
    server.handler = (request, response) => {
      pages++;
      if (request.url?.includes('continue=')) answer(response, 410, status(410, 'The provided continue parameter is too old'));
      else answer(response, 200, { metadata: pages === 1 ? { continue: 'more' } : {}, items: [pod('a')] });
    };
    expect(await cluster.list(Pod, 'shop')).toHaveLength(1);
    server.handler = (_, response) => answer(response, 410, status(410, 'gone'));
    pages = 0;
    server.requests.length = 0;
    expect((await failureOf(cluster.list(Pod, 'shop'))).code).toBe('CLUSTER_REFUSED');
    expect(server.requests).toHaveLength(2);
  });

  it('takes null for no items, and anything else for no list', async () => {
    server.handler = (_, response) => answer(response, 200, { metadata: {}, items: null });
    expect(await cluster.list(Pod, 'shop')).toEqual([]);
    for (const body of [{ metadata: {} }, { items: [] }, { metadata: {}, items: {} }, { metadata: {}, items: ['text'] }, []]) {
      server.handler = (_, response) => answer(response, 200, body);
      expect((await failureOf(cluster.list(Pod, 'shop'))).code).toBe('CLUSTER_BROKEN');
    }
  });

  it('lists all namespaces when none is named', async () => {
    server.handler = (_, response) => answer(response, 200, { metadata: {}, items: [] });
    await cluster.list(Deployment, '');
    expect(server.requests).toEqual(['GET /apis/apps/v1/deployments?limit=500']);
  });
});

describe('write', () => {
  const object = { ...ok, spec: { replicas: 3 } };
  const ref = { kind: Deployment, namespace: 'shop', name: 'agent' };
  const path = '/apis/apps/v1/namespaces/shop/deployments';
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', metadata: { name: '' }, spec: {} };
  const operations = [
    { op: 'test', path: '/metadata/resourceVersion', value: '7' },
    { op: 'replace', path: '/spec/replicas', value: 4 },
  ] as const;

  it.each([
    [
      'create',
      { do: 'create', kind: Deployment, namespace: 'shop', object } as const,
      `POST ${path}?fieldManager=wf-deploy`,
      'application/json',
      object,
    ],
    [
      'create outside a namespace',
      { do: 'create', kind: SelfSubjectAccessReview, namespace: undefined, object: review } as const,
      'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews?fieldManager=wf-deploy',
      'application/json',
      review,
    ],
    ['replace', { do: 'replace', ref, object } as const, `PUT ${path}/agent?fieldManager=wf-deploy`, 'application/json', object],
    [
      'apply',
      { do: 'apply', ref, object, dryRun: true } as const,
      `PATCH ${path}/agent?fieldManager=wf-deploy&dryRun=All&force=true`,
      'application/apply-patch+yaml',
      object,
    ],
    [
      'patch',
      { do: 'patch', ref, operations } as const,
      `PATCH ${path}/agent?fieldManager=wf-deploy`,
      'application/json-patch+json',
      operations,
    ],
    [
      'delete',
      { do: 'delete', ref, uid: 'u-1', version: '7', dryRun: true } as const,
      `DELETE ${path}/agent`,
      'application/json',
      {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
        dryRun: ['All'],
        preconditions: { uid: 'u-1', resourceVersion: '7' },
      },
    ],
  ])('%s', async (_, write, line, type, body) => {
    const request = seen(ok);
    expect(await cluster.write(write)).toEqual(ok);
    expect(await request).toEqual({ line, type, body });
  });

  it('takes the Status of a finished deletion for the object that is gone', async () => {
    server.handler = (_, response) => answer(response, 200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' });
    expect(await cluster.write({ do: 'delete', ref })).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'agent', namespace: 'shop' },
    });
  });

  it('takes a failing test of a patch for a conflict, and nothing else', async () => {
    const conflict = status(422, 'the server rejected our request due to an error in our request');
    server.handler = (_, response) => answer(response, 422, conflict);
    expect(await failureOf(cluster.write({ do: 'patch', ref, operations }))).toMatchObject({ code: 'CLUSTER_CONFLICT' });
    expect((await failureOf(cluster.write({ do: 'patch', ref, operations: operations.slice(1) }))).code).toBe('CLUSTER_REFUSED');
    expect((await failureOf(cluster.write({ do: 'replace', ref, object }))).code).toBe('CLUSTER_REFUSED');
    server.handler = (_, response) =>
      answer(response, 422, status(422, 'Deployment.apps "agent" is invalid: spec.replicas: Invalid value: -1'));
    expect((await failureOf(cluster.write({ do: 'patch', ref, operations }))).code).toBe('CLUSTER_REFUSED');
    server.handler = (_, response) => answer(response, 400, status(400, 'the server rejected our request due to an error in our request'));
    expect((await failureOf(cluster.write({ do: 'patch', ref, operations }))).code).toBe('CLUSTER_REFUSED');
  });

  it('says of a dry run that it is one', async () => {
    server.handler = (_, response) => answer(response, 409, status(409, 'modified'));
    expect((await failureOf(cluster.write({ do: 'apply', ref, object, dryRun: true }))).what).toContain(
      'Cannot apply Deployment shop/agent (dry run):',
    );
  });
});

describe('watch', () => {
  const event = (type: string, name: string, resourceVersion: string, uid = name): string =>
    `${JSON.stringify({ type, object: { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop', resourceVersion, uid } } })}\n`;
  const bookmark = (resourceVersion: string): string =>
    `${JSON.stringify({ type: 'BOOKMARK', object: { apiVersion: 'v1', kind: 'Pod', metadata: { resourceVersion } } })}\n`;
  const expired = `${JSON.stringify({ type: 'ERROR', object: status(410, 'too old resource version') })}\n`;

  /** The answers to the requests, one after the other. The last watch stays open. */
  const script = (...answers: ((response: ServerResponse) => void)[]): void => {
    server.handler = (_, response) => (answers.shift() ?? ((held) => void held.writeHead(200).flushHeaders()))(response);
  };
  const sends =
    (...parts: (string | Buffer)[]) =>
    (response: ServerResponse): void => {
      for (const part of parts) response.write(part);
      response.end();
    };

  /** The first events, as `type name`; then the watch is aborted, and has to end by itself. */
  async function first(count: number): Promise<string[]> {
    const abort = new AbortController();
    const events: string[] = [];
    for await (const { type, object } of cluster.watch(Pod, 'shop', { labels: 'app=agent' }, abort.signal)) {
      events.push(`${type} ${object.metadata.name}`);
      if (events.length === count) abort.abort(new Error('enough'));
    }
    return events;
  }
  const allClosed = async (): Promise<void> => {
    connection.close();
    while (server.sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it('tells what is there, what changes and what goes, and leaves no connection behind', async () => {
    script((response) => void response.write(event('ADDED', 'a', '5') + event('MODIFIED', 'a', '6') + event('DELETED', 'a', '7')));
    expect(await first(3)).toEqual(['present a', 'present a', 'gone a']);
    expect(server.requests).toEqual([
      'GET /api/v1/namespaces/shop/pods?labelSelector=app%3Dagent&watch=true&allowWatchBookmarks=true&timeoutSeconds=300',
    ]);
    await allClosed();
  });

  it('reads lines and characters that are split anywhere', async () => {
    const bytes = Buffer.from(event('ADDED', 'größe-€-🚀', '5') + event('ADDED', 'b', '6'));
    script((response) => {
      const rest = [...bytes];
      const next = (): void => {
        const byte = rest.shift();
        if (byte !== undefined) response.write(Buffer.of(byte), () => setImmediate(next));
      };
      next();
    });
    expect(await first(2)).toEqual(['present größe-€-🚀', 'present b']);
  });

  it('goes on where it was when the server closes, the last bookmark included', async () => {
    script(sends(event('ADDED', 'a', '5'), bookmark('40')), sends(event('MODIFIED', 'a', '41')), sends(event('DELETED', 'a', '42')));
    expect(await first(3)).toEqual(['present a', 'present a', 'gone a']);
    expect(server.requests.map((line) => /resourceVersion=(\d+)/.exec(line)?.[1])).toEqual([undefined, '40', '41']);
  });

  it('goes on when the connection is cut in the middle of a line', async () => {
    const cut = event('ADDED', 'a', '5') + bookmark('5') + event('ADDED', 'b', '6').slice(0, 20);
    script((response) => void response.write(cut, () => response.socket?.destroy()), sends(event('ADDED', 'b', '6')));
    expect(await first(2)).toEqual(['present a', 'present b']);
    expect(server.requests[1]).toContain('watch=true');
  });

  it('asks for all of them where it was cut before it was sure to have heard of each', async () => {
    // Present objects come in no order of their versions: one that is older than the last that was heard would never be told.
    const items = [pod('changed'), pod('old')].map((item) => ({ metadata: { ...item.metadata, uid: item.metadata.name } }));
    const list = { metadata: { resourceVersion: '12' }, items };
    script(sends(event('ADDED', 'changed', '9')), (response) => answer(response, 200, list), sends(event('MODIFIED', 'old', '13')));
    expect(await first(4)).toEqual(['present changed', 'present changed', 'present old', 'present old']);
    expect(server.requests.map((line) => [line.includes('watch=true'), /resourceVersion=(\d+)/.exec(line)?.[1]])).toEqual([
      [true, undefined],
      [false, undefined],
      [true, '12'],
    ]);
  });

  it('goes on when the connection is dead and nobody says so', async () => {
    const impatient = kubernetesCluster(connection, { watchPauseSeconds: 0.01, watchSilenceSeconds: 0.05 });
    script((response) => void response.write(event('ADDED', 'a', '5') + bookmark('5')), sends(event('ADDED', 'b', '6')));
    const abort = new AbortController();
    const names: string[] = [];
    for await (const { object } of impatient.watch(Pod, 'shop', {}, abort.signal)) {
      names.push(object.metadata.name);
      if (names.length === 2) abort.abort();
    }
    expect(names).toEqual(['a', 'b']);
  });

  it.each([
    ['as an event', sends(expired)],
    ['as the answer', (response: ServerResponse) => answer(response, 410, status(410, 'too old'))],
  ])('says what vanished or was made anew while the server forgot our place (410 %s)', async (_, forgotten) => {
    const list = {
      metadata: { resourceVersion: '90' },
      items: [pod('kept'), pod('new'), pod('again')].map((item) => ({
        metadata: { ...item.metadata, uid: item.metadata.name === 'again' ? 'second' : item.metadata.name },
      })),
    };
    script(
      sends(event('ADDED', 'kept', '5'), event('ADDED', 'vanished', '6'), event('ADDED', 'again', '7', 'first'), bookmark('7')),
      forgotten,
      (response) => answer(response, 200, list),
      sends(event('DELETED', 'new', '91')),
    );
    expect(await first(9)).toEqual([
      'present kept',
      'present vanished',
      'present again',
      'gone vanished',
      'gone again',
      'present kept',
      'present new',
      'present again',
      'gone new',
    ]);
    expect(server.requests[3]).toContain('resourceVersion=90');
  });

  it.each([
    ['an error of the server', `${JSON.stringify({ type: 'ERROR', object: status(500, 'etcd is gone') })}\n`, 'etcd is gone'],
    ['HTML', '<html>\n', 'has a line that is not JSON'],
    ['an unknown event', event('EXPLODED', 'a', '5'), 'an event of an unknown type'],
    ['an event without an object', '{"type":"ADDED"}\n', 'is not a Kubernetes object'],
    ['null', 'null\n', 'is not a Kubernetes object'],
    ['a line without an end', Buffer.alloc(9 * 1024 * 1024, 'a'), 'has a line of more than 8388608 bytes'],
  ])('fails on %s', async (_, line, what) => {
    script(sends(line));
    expect(await failureOf(first(1))).toMatchObject({ code: 'CLUSTER_BROKEN', what: expect.stringContaining(what) });
    await allClosed();
  });

  it('fails when it may not watch, or cannot be opened again', async () => {
    script((response) => answer(response, 403, status(403, 'User "ci" cannot watch resource "pods"')));
    expect((await failureOf(first(1))).code).toBe('CLUSTER_FORBIDDEN');
    script(sends(event('ADDED', 'a', '5')), (response) => answer(response, 503, status(503, 'not ready')));
    expect((await failureOf(first(2))).code).toBe('CLUSTER_BROKEN');
  });

  it('closes its connection when the reader has had enough', async () => {
    script((response) => void response.write(event('ADDED', 'a', '5')));
    for await (const { object } of cluster.watch(Pod, 'shop', {}, new AbortController().signal)) {
      expect(object.metadata.name).toBe('a');
      break;
    }
    await allClosed();
  });

  it('says nothing when it is aborted before it began, or while nothing comes', async () => {
    const events: unknown[] = [];
    for await (const each of cluster.watch(Pod, 'shop', {}, AbortSignal.abort())) events.push(each);
    expect(server.requests).toEqual([]);

    const abort = new AbortController();
    script((response) => {
      response.writeHead(200).flushHeaders();
      abort.abort();
    });
    for await (const each of cluster.watch(Pod, 'shop', {}, abort.signal)) events.push(each);
    expect(events).toEqual([]);
    await allClosed();
  });
});
