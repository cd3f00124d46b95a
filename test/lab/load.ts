import autocannon, { type AutocannonClient, type AutocannonInstance } from 'autocannon/autocannon.js';

/** One kind of traffic. */
export interface LoadStream {
  url: string;
  /** Requests per second, over all connections. */
  rate: number;
  connections?: number;
  headers?: Record<string, string>;
  /** A new connection for every request; without it connections are kept. */
  reconnect?: boolean;
  /** Seconds until a request without an answer counts as timed out. */
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
  /** Stops sending and gives the final figures. */
  stop(): Promise<LoadResult>;
}

/** Starts one or several streams at once; the figures are of all together. Each answer is also told as it comes. Only loopback addresses are accepted. */
export function startLoad(streams: LoadStream | readonly LoadStream[], onAnswer: (answer: LoadAnswer) => void = () => undefined): Load {
  const tally = new Tally(onAnswer);
  const running = [streams].flat().map((stream) => startStream(stream as LoadStream, tally));
  return {
    figures: () => tally.result(),
    stop: async () => {
      tally.close();
      for (const instance of running) instance.stop();
      await Promise.all(running);
      return tally.result();
    },
  };
}

function startStream(
  { url, rate, connections = 10, headers = {}, reconnect = false, timeout = 10, seconds = 3600 }: LoadStream,
  tally: Tally,
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

/**
 * Counts for itself, by the events of each connection: autocannon's own figures leave out the answers after which it reconnects,
 * and requests whose connection the other side closed in good order before it answered.
 */
class Tally {
  readonly #begin = performance.now();
  readonly #clients: { sent: number; settled: number }[] = [];
  readonly #byVersion: Record<string, Record<string, number>> = {};
  readonly #notFromService: Record<string, number> = {};
  readonly #byStatus: Record<string, number> = {};
  readonly #latencies: number[] = [];
  #connectionErrors = 0;
  #timeouts = 0;
  #end: number | undefined;
  readonly #listen: (answer: LoadAnswer) => void;

  constructor(listen: (answer: LoadAnswer) => void) {
    this.#listen = listen;
  }

  watch(client: AutocannonClient): void {
    const count = { sent: 0, settled: 0 };
    let sentAt = 0;
    this.#clients.push(count);
    const whileOpen = (listener: () => void) => () => this.#end === undefined && listener();
    client.on(
      'request',
      whileOpen(() => {
        count.sent += 1;
        sentAt = performance.now();
      }),
    );
    client.on('headers', ({ statusCode, headers }) => {
      if (this.#end !== undefined) return;
      count.settled += 1;
      const milliseconds = performance.now() - sentAt;
      this.#latencies.push(milliseconds);
      const answer = { status: statusCode, version: headerOf(headers, 'x-served-by'), pod: headerOf(headers, 'x-pod'), milliseconds };
      this.#answered(answer);
      this.#listen(answer);
    });
    client.on(
      'connError',
      whileOpen(() => {
        this.#connectionErrors += 1;
        if (count.sent > count.settled) count.settled += 1;
      }),
    );
    client.on(
      'timeout',
      whileOpen(() => {
        // A connection that has nothing under way because of its rate times out too, and nothing is lost by it.
        if (count.sent === count.settled) return;
        this.#timeouts += 1;
        count.settled += 1;
      }),
    );
  }

  close(): void {
    this.#end = performance.now();
  }

  result(): LoadResult {
    // One connection has one request under way at most; what is missing beyond it was lost.
    const open = this.#clients.map(({ sent, settled }) => sent - settled);
    const unanswered = sum(open.map((number) => Math.max(0, number - 1)));
    const foreign = sum(Object.values(this.#notFromService));
    const latencies = this.#latencies.toSorted((one, other) => one - other);
    const percentile = (share: number) => Math.round(latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0);
    return {
      seconds: ((this.#end ?? performance.now()) - this.#begin) / 1000,
      requests: sum(this.#clients.map(({ sent }) => sent)),
      byStatus: { ...this.#byStatus },
      byVersion: structuredClone(this.#byVersion),
      notFromService: { ...this.#notFromService },
      non2xx: sum(
        Object.entries(this.#byStatus)
          .filter(([status]) => !status.startsWith('2'))
          .map(([, number]) => number),
      ),
      connectionErrors: this.#connectionErrors,
      timeouts: this.#timeouts,
      unanswered,
      failed: this.#connectionErrors + this.#timeouts + unanswered + foreign,
      underWay: open.filter((number) => number > 0).length,
      latency: { p50: percentile(0.5), p99: percentile(0.99), max: percentile(1) },
    };
  }

  #answered({ status, version }: LoadAnswer): void {
    add(this.#byStatus, String(status));
    if (version !== undefined) this.#byVersion[version] ??= {};
    add((version !== undefined && this.#byVersion[version]) || this.#notFromService, String(status));
  }
}

function headerOf(headers: readonly string[], name: string): string | undefined {
  const at = headers.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at < 0 ? undefined : headers[at + 1];
}

function add(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
