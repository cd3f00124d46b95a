import { setTimeout as sleep } from 'node:timers/promises';
import autocannon, { type AutocannonInstance } from 'autocannon/autocannon.js';
import { LoadTally } from './load-tally.ts';

/** One kind of traffic. */
export interface LoadStream {
  url: string;
  /** Requests per second, over all connections. */
  rate: number;
  connections?: number;
  headers?: Record<string, string>;
  /** A new connection for every request; without it connections are kept. */
  reconnect?: boolean;
  /** Seconds until a request without an answer counts as timed out. A machine that does other work may let one wait for ten. */
  timeout?: number;
  /** At most this long; without it until `stop`, but no longer than an hour. */
  seconds?: number;
}

/** One answer, as the client saw it. */
export interface LoadAnswer {
  status: number;
  /** The service's headers `x-served-by` and `x-pod`; nobody but the gateway answers without them. */
  version: string | undefined;
  pod: string | undefined;
  milliseconds: number;
}

export interface LoadResult {
  seconds: number;
  /** Requests that were sent. */
  requests: number;
  /** Answers by status. */
  byStatus: Record<string, number>;
  /** Answers of the service itself, by the version in their header `x-served-by` and by status. */
  byVersion: Record<string, Record<string, number>>;
  /** Answers without that header, by status: nobody but the gateway gives these. */
  notFromService: Record<string, number>;
  non2xx: number;
  connectionErrors: number;
  timeouts: number;
  /** Requests whose connection ended in good order, but without an answer. */
  unanswered: number;
  /** Requests without an answer of the service: what a deployment must keep at 0. */
  failed: number;
  /** Requests that were under way when the load was stopped; neither good nor bad. */
  underWay: number;
  latency: { p50: number; p99: number; max: number };
}

export interface Load {
  /** The figures so far. */
  figures(): LoadResult;
  /** Stops sending and gives the final figures. What has been under way for long by then is first answered or timed out. */
  stop(): Promise<LoadResult>;
}

/** Seconds. */
const defaultTimeout = 30;

/** Starts one or several streams at once; the figures are of all together. Each answer is also told as it comes. Only loopback addresses are accepted. */
export function startLoad(streams: LoadStream | readonly LoadStream[], onAnswer: (answer: LoadAnswer) => void = () => undefined): Load {
  const tally = new LoadTally(onAnswer);
  const running = [streams].flat().map((stream) => startStream(stream as LoadStream, tally));
  return {
    figures: () => tally.result(),
    stop: async () => {
      const latest = performance.now() + 1000 * defaultTimeout;
      while (tally.waitsLong() && performance.now() < latest) await sleep(100);
      tally.close();
      for (const instance of running) instance.stop();
      await Promise.all(running);
      return tally.result();
    },
  };
}

function startStream(
  { url, rate, connections = 10, headers = {}, reconnect = false, timeout = defaultTimeout, seconds = 3600 }: LoadStream,
  tally: LoadTally,
): AutocannonInstance {
  const { hostname } = new URL(url);
  if (!/^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname)) throw new Error(`Load goes to this machine only, not to ${hostname}.`);
  return autocannon({
    url,
    headers,
    connections: Math.min(connections, rate),
    overallRate: rate,
    duration: seconds,
    timeout,
    sampleInt: 100,
    ...(reconnect && { reconnectRate: 1 }),
    setupClient: (client) => tally.watch(client),
  });
}
