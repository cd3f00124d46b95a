import type { AutocannonClient } from 'autocannon/autocannon.js';
import type { LoadAnswer, LoadResult } from './load.ts';

/** Milliseconds: what has had no answer for so long may never get one. */
const long = 10_000;

/**
 * Counts for itself, by the events of each connection: autocannon's own figures leave out the answers after which it reconnects,
 * and requests whose connection the other side closed in good order before it answered.
 */
export class LoadTally {
  readonly #begin = performance.now();
  readonly #clients: { sent: number; settled: number; sentAt: number }[] = [];
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
    const count = { sent: 0, settled: 0, sentAt: 0 };
    this.#clients.push(count);
    const whileOpen = (listener: () => void) => () => this.#end === undefined && listener();
    client.on(
      'request',
      whileOpen(() => {
        count.sent += 1;
        count.sentAt = performance.now();
      }),
    );
    client.on('headers', ({ statusCode, headers }) => {
      if (this.#end !== undefined) return;
      count.settled += 1;
      const milliseconds = performance.now() - count.sentAt;
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

  /** Such a request must not end as one that was merely under way: it is answered late, or it is lost. */
  waitsLong(): boolean {
    return this.#clients.some(({ sent, settled, sentAt }) => sent > settled && performance.now() - sentAt > long);
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
