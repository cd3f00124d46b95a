import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { until } from './await.ts';
import { type Load, type LoadResult, startLoad } from './load.ts';

const servers: Server[] = [];

async function serve(listener: RequestListener): Promise<string> {
  // No connection is closed for having been idle, which a slow process may find out while it sends on it.
  const server = createServer({ keepAliveTimeout: 0 }, listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Stops a load once it has come to what a test is about, however long that takes here. */
async function stopAfter(load: Load, seen: (figures: LoadResult) => boolean): Promise<LoadResult> {
  await until('what the load is to come to', async () => seen(load.figures()));
  return await load.stop();
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

describe('the load generator', () => {
  test('counts answers by version and by who gave them, on kept and on new connections', async () => {
    let number = 0;
    const url = await serve((_, answer) => {
      number += 1;
      if (number % 10 === 0) answer.writeHead(502).end();
      else answer.writeHead(number % 5 === 0 ? 500 : 200, { 'x-served-by': number % 2 ? 'v1' : 'v2' }).end('ok');
    });
    const load = startLoad([
      { url, rate: 50, connections: 5 },
      { url, rate: 50, connections: 5, reconnect: true },
    ]);
    const result = await stopAfter(load, ({ requests }) => requests > 150);
    const answers = Object.values(result.byStatus).reduce((total, count) => total + count, 0);
    expect(answers + result.underWay).toBe(result.requests);
    expect(result.notFromService).toEqual({ 502: expect.any(Number) });
    expect(result.failed).toBe(result.notFromService['502']);
    expect(result.byVersion).toMatchObject({ v1: { 500: expect.any(Number) }, v2: { 200: expect.any(Number) } });
    expect(result).toMatchObject({ connectionErrors: 0, timeouts: 0, unanswered: 0 });
  });

  test('a connection that is reset before the answer is a failure', async () => {
    let number = 0;
    const url = await serve((request, answer) => {
      number += 1;
      if (number % 10 === 0) request.socket.resetAndDestroy();
      else answer.setHeader('x-served-by', 'v1').end('ok');
    });
    const load = startLoad({ url, rate: 50, connections: 5 });
    const { connectionErrors, failed } = await stopAfter(load, (figures) => figures.connectionErrors >= 5);
    expect(failed).toBe(connectionErrors);
  });

  test('a connection that ends in good order before the answer is a failure too', async () => {
    let number = 0;
    const url = await serve((request, answer) => {
      number += 1;
      if (number % 10 === 0) request.socket.end();
      else answer.setHeader('x-served-by', 'v1').end('ok');
    });
    const load = startLoad({ url, rate: 50, connections: 5 });
    const result = await stopAfter(load, ({ unanswered }) => unanswered >= 3);
    expect(result.failed).toBe(result.unanswered + result.connectionErrors);
  });

  test('a request without an answer in time is a failure; one that is under way at the end is not', async () => {
    const url = await serve((request, answer) => {
      const answering = setTimeout(() => answer.setHeader('x-served-by', 'v1').end('ok'), request.url === '/slow' ? 1900 : 60_000);
      request.socket.once('close', () => clearTimeout(answering));
    });
    const load = startLoad([
      { url: `${url}/never`, rate: 2, connections: 2, timeout: 1 },
      { url: `${url}/slow`, rate: 2, connections: 2 },
    ]);
    const result = await stopAfter(
      load,
      ({ timeouts, byStatus, underWay }) => timeouts >= 2 && (byStatus['200'] ?? 0) >= 2 && underWay > 0,
    );
    expect(result.failed).toBe(result.timeouts);
    expect(Object.keys(result.byStatus)).toEqual(['200']);
  });

  test('a request that has waited for long when the load is stopped has its answer first', async () => {
    const waiting: (() => void)[] = [];
    const url = await serve((_, answer) => void waiting.push(() => answer.setHeader('x-served-by', 'v1').end('late')));
    const load = startLoad({ url, rate: 1, connections: 1 });
    await until('ten seconds without an answer', async () => load.figures().underWay === 1 && load.figures().seconds > 12);
    const stopping = load.stop();
    const ended = await Promise.race([stopping.then(() => true), new Promise<false>((done) => setTimeout(done, 500, false))]);
    for (const reply of waiting) reply();
    expect(ended).toBe(false);
    expect(await stopping).toMatchObject({ failed: 0, byVersion: { v1: { 200: 1 } } });
  });

  test('never goes to another machine', () => {
    expect(() => startLoad({ url: 'http://192.0.2.1/', rate: 1 })).toThrow('this machine only');
  });
});
