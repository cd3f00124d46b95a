import http, { type Agent, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { type NoAnswer, noAnswer } from './no-answer.ts';

export interface Outgoing {
  readonly url: URL;
  /** Sent as it is, in place of the URL's own path and query: a URL object would resolve `..` in it. */
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent?: Agent | undefined;
  readonly tls?: Pick<https.RequestOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'rejectUnauthorized' | 'servername'>;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutSeconds: number;
}

export interface Answer {
  readonly is: 'answer';
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface BodyLimit {
  readonly maxBytes: number;
  /** What happens to a longer body: it makes the answer unusable, or only its beginning is kept. */
  readonly beyond: 'refuse' | 'cut';
}

/** A response whose body is still to come. Aborting the request's signal, or destroying the stream, closes its connection. */
export interface Opened {
  readonly is: 'opened';
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly stream: IncomingMessage;
}

/**
 * One HTTP request and its whole answer, within `timeoutSeconds`. Redirects are answers like any other. Rejects only with the
 * reason of the caller's signal: whatever goes wrong on the way is a `no-answer`.
 */
export async function exchange(outgoing: Outgoing, limit: BodyLimit): Promise<Answer | NoAnswer> {
  outgoing.signal?.throwIfAborted();
  const patience = patienceFor(outgoing);
  try {
    const stream = await send(outgoing, patience.signal);
    const body = await read(stream, limit);
    if (body === undefined) return noAnswer(`the answer is longer than ${limit.maxBytes} bytes`);
    return { is: 'answer', status: stream.statusCode ?? 0, headers: stream.headers, body };
  } catch (error) {
    return problem(error, outgoing, patience);
  } finally {
    patience.stopClock();
    patience.leaveCaller();
  }
}

/** Like `exchange`, but `timeoutSeconds` counts only until the status line and headers are there. */
export async function open(outgoing: Outgoing): Promise<Opened | NoAnswer> {
  outgoing.signal?.throwIfAborted();
  const patience = patienceFor(outgoing);
  try {
    const stream = await send(outgoing, patience.signal);
    stream.once('close', patience.leaveCaller);
    return { is: 'opened', status: stream.statusCode ?? 0, headers: stream.headers, stream };
  } catch (error) {
    patience.leaveCaller();
    return problem(error, outgoing, patience);
  } finally {
    patience.stopClock();
  }
}

/** The body up to the limit; `undefined` when it is longer and that is refused. The connection of a longer body is closed. */
export async function read(stream: IncomingMessage, { maxBytes, beyond }: BodyLimit): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) break;
  }
  if (size > maxBytes && beyond === 'refuse') return undefined;
  return Buffer.concat(chunks).subarray(0, maxBytes);
}

interface Patience {
  /** Aborts when the time is over, or with the caller's signal. */
  readonly signal: AbortSignal;
  isOver(): boolean;
  stopClock(): void;
  leaveCaller(): void;
}

/**
 * By hand, because `AbortSignal.timeout` and `.any` live on until the time is over, whatever became of the request: a release of a
 * thousand services would keep thousands of them.
 */
function patienceFor({ timeoutSeconds, signal: callers }: Outgoing): Patience {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    stop();
  }, timeoutSeconds * 1000);
  callers?.addEventListener('abort', stop, { once: true });
  return {
    signal: controller.signal,
    isOver: () => isOver,
    stopClock: () => clearTimeout(timer),
    leaveCaller: () => callers?.removeEventListener('abort', stop),
  };
}

function send(outgoing: Outgoing, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = {
      ...urlToHttpOptions(outgoing.url),
      ...outgoing.tls,
      ...(outgoing.path === undefined ? {} : { path: outgoing.path }),
      method: outgoing.method ?? 'GET',
      agent: outgoing.agent ?? false,
      headers: {
        ...outgoing.headers,
        ...(outgoing.body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(outgoing.body)) }),
      },
    };
    const request = outgoing.url.protocol === 'http:' ? http.request(options) : https.request(options);
    // Without an error, and not by Node's own `signal` option: that makes a socket whose answer has just ended emit an error
    // that nobody hears, which ends the process.
    const stop = (): void => void request.destroy();
    const release = (): void => signal.removeEventListener('abort', stop);
    signal.addEventListener('abort', stop, { once: true });
    request.once('response', (response) => {
      response.once('close', release);
      resolve(response);
    });
    request.on('error', (error) => {
      release();
      // A kept connection that the server closed just as it was used again. Asking anew is harmless for what only reads.
      const again = request.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET' && options.method === 'GET';
      if (again && !signal.aborted) send({ ...outgoing, agent: undefined }, signal).then(resolve, reject);
      else reject(error);
    });
    request.end(outgoing.body);
  });
}

function problem(error: unknown, outgoing: Outgoing, patience: Patience): NoAnswer {
  outgoing.signal?.throwIfAborted();
  return patience.isOver() ? noAnswer(`no answer within ${outgoing.timeoutSeconds} s`) : noAnswer(error);
}
