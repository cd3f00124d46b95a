import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a proxy's metrics name what a preset asks for. */
export interface ProxyMetrics {
  /** Of a query: which arm it asks for. */
  readonly armOf: (promql: string) => 'stable' | 'canary';
  readonly podLabel: string;
  readonly podOf: (arm: 'stable' | 'canary') => string;
  readonly statusLabel: string;
  /** Edges of the histogram, in the unit of the metric; every request is below the first. */
  readonly edges: readonly string[];
}

export interface ArmsDouble {
  readonly url: string;
  /** Percent of the requests that the canary gets from now on. */
  weight: number;
  /** Share of the canary's requests that fail from now on. */
  errors: number;
  /** The same of stable's. */
  stableErrors: number;
  /** What was asked, each once. */
  readonly asked: ReadonlySet<string>;
  stop(): Promise<void>;
}

/** Lets a double count as the weight of a route says. A read that fails, as where the API server is away, leaves the weight as it was. */
export function followWeight(double: ArmsDouble, read: () => Promise<number>): { stop(): Promise<void> } {
  let over = false;
  const follow = async (): Promise<void> => {
    while (!over) {
      double.weight = await read().catch(() => double.weight);
      await sleep(200);
    }
  };
  const following = follow();
  return {
    stop() {
      over = true;
      return following;
    },
  };
}

const requestsPerSecond = 200;

/**
 * A Prometheus at a loopback address that counts as if a data plane followed the weight it is told. It stands where a mesh or a
 * controller cannot run: it shows what wf-deploy asks and does, and nothing of how traffic moves.
 */
export async function startArmsDouble(metrics: ProxyMetrics): Promise<ArmsDouble> {
  const counts = { stable: { good: 1000, bad: 0 }, canary: { good: 0, bad: 0 } };
  const asked = new Set<string>();
  const double = { weight: 0, errors: 0, stableErrors: 0 };
  let before = Date.now();
  const tick = (): void => {
    const requests = ((Date.now() - before) / 1000) * requestsPerSecond;
    before = Date.now();
    const canary = (requests * double.weight) / 100;
    counts.stable.good += (requests - canary) * (1 - double.stableErrors);
    counts.stable.bad += (requests - canary) * double.stableErrors;
    counts.canary.good += canary * (1 - double.errors);
    counts.canary.bad += canary * double.errors;
  };
  const timer = setInterval(tick, 50);

  const series = (promql: string): readonly (readonly [Record<string, string>, number])[] => {
    const arm = metrics.armOf(promql);
    const { good, bad } = counts[arm];
    const pod = { [metrics.podLabel]: metrics.podOf(arm) };
    const [served, failed] = [Math.floor(good), Math.floor(bad)];
    if (served + failed === 0) return [];
    if (promql.includes('_bucket')) return [...metrics.edges, '+Inf'].map((le) => [{ ...pod, le }, served + failed]);
    const ofStatus = (status: string, count: number) => [{ ...pod, [metrics.statusLabel]: status }, count] as const;
    return [ofStatus('200', served), ...(failed === 0 ? [] : [ofStatus('503', failed)])];
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const form = new URLSearchParams(request.method === 'POST' ? Buffer.concat(chunks).toString() : (request.url ?? '').split('?')[1]);
      const promql = form.get('query') ?? '';
      asked.add(promql);
      const result = series(promql).map(([metric, value]) => ({ metric, value: [Date.now() / 1000, String(value)] }));
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(double, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: async () => {
      clearInterval(timer);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
