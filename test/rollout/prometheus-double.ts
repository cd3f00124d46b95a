import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a metric store can fail. `well` passes each question on to the real one; `parrot` refuses and repeats the headers it got. */
export type Mood = 'well' | 'nan' | 'empty' | 'error' | 'html' | 'slow' | 'parrot';

export interface PrometheusDouble {
  readonly url: string;
  mood: Mood;
  /** Headers of the newest question. */
  readonly seen: () => Readonly<Record<string, string | string[] | undefined>>;
  stop(): Promise<void>;
}

/** Stands in front of a Prometheus, at a loopback address. */
export async function startPrometheusDouble(real: string, prefix = ''): Promise<PrometheusDouble> {
  const double = { mood: 'well' as Mood };
  let headers: Readonly<Record<string, string | string[] | undefined>> = {};
  const timers = new Set<NodeJS.Timeout>();
  const server = createServer((request, response) => {
    headers = request.headers;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { mood } = double;
      const pass = async (): Promise<void> => {
        const type = request.headers['content-type'];
        const sent = await fetch(`${real}${(request.url ?? '').slice(prefix.length)}`, {
          method: request.method ?? 'GET',
          ...(type === undefined ? {} : { headers: { 'content-type': type } }),
          ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
        });
        const text = await sent.text();
        answer(
          response,
          sent.status,
          'application/json',
          mood === 'nan' ? text.replace(/"value":\[([^,]+),"[^"]*"\]/g, '"value":[$1,"NaN"]') : text,
        );
      };
      if (mood === 'slow') timers.add(setTimeout(() => void pass(), 30_000));
      else if (mood === 'well' || mood === 'nan') void pass();
      else if (mood === 'parrot')
        answer(response, 401, 'application/json', JSON.stringify({ status: 'error', error: JSON.stringify(headers) }));
      else answer(response, ...canned[mood]);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(double, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    seen: () => headers,
    stop: async () => {
      for (const timer of timers) clearTimeout(timer);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

const canned: Readonly<Record<'empty' | 'error' | 'html', readonly [number, string, string]>> = {
  empty: [200, 'application/json', '{"status":"success","data":{"resultType":"vector","result":[]}}'],
  error: [422, 'application/json', '{"status":"error","errorType":"execution","error":"query processing would load too many samples"}'],
  html: [200, 'text/html', '<!doctype html><title>Sign in</title><h1>Please sign in</h1>'],
};

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}
