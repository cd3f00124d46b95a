import { getEventListeners } from 'node:events';
import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exchange, open } from '../../../src/adapters/http/exchange.ts';
import { answer, type Loopback, loopback } from '../loopback.ts';

const limit = { maxBytes: 1024, beyond: 'refuse' } as const;
let server: Loopback;
const agent = new Agent({ keepAlive: true });
beforeAll(async () => {
  server = await loopback((_, response) => answer(response, 200, { ok: true }));
});
afterAll(async () => {
  agent.destroy();
  await server.close();
});

describe('a kept connection', () => {
  it('survives an abort of a request that it served before, at any moment', async () => {
    const url = new URL(server.url);
    for (const moment of ['data', 'end', 'close', 'next'] as const) {
      const abort = new AbortController();
      for (const round of [1, 2]) {
        const opened = await open({ url, agent, signal: abort.signal, timeoutSeconds: 30 });
        if (opened.is !== 'opened') throw new Error(opened.reason);
        const { stream } = opened;
        if (round === 2 && moment !== 'next') stream.once(moment, () => abort.abort());
        await new Promise((resolve) =>
          stream
            .on('error', () => undefined)
            .on('data', () => undefined)
            .once('close', resolve),
        );
      }
      const next = exchange({ url, agent, timeoutSeconds: 30 }, limit);
      if (moment === 'next') abort.abort();
      expect(await next).toMatchObject({ is: 'answer', status: 200 });
    }
  });
});

describe('open', () => {
  it('has no deadline once the answer has begun', async () => {
    server.handler = (_, response) => {
      response.writeHead(200).write('first ');
      setTimeout(() => response.end('last'), 4000);
    };
    const opened = await open({ url: new URL(server.url), timeoutSeconds: 3 });
    if (opened.is !== 'opened') throw new Error(opened.reason);
    let text = '';
    for await (const chunk of opened.stream as AsyncIterable<Buffer>) text += chunk.toString();
    expect(text).toBe('first last');
  });

  it('gives up when the answer does not begin', async () => {
    server.handler = () => undefined;
    expect(await open({ url: new URL(server.url), timeoutSeconds: 0.05 })).toEqual({ is: 'no-answer', reason: 'no answer within 0.05 s' });
  });
});

describe('a signal of a caller that lives on', () => {
  it('keeps nothing of a request that is over, whichever way it ended', async () => {
    const caller = new AbortController();
    const url = new URL(server.url);
    const request = { url, signal: caller.signal, timeoutSeconds: 30 };
    server.handler = (_, response) => answer(response, 200, { ok: true });
    expect(await exchange(request, limit)).toMatchObject({ is: 'answer' });
    const opened = await open(request);
    if (opened.is !== 'opened') throw new Error(opened.reason);
    expect(getEventListeners(caller.signal, 'abort')).not.toEqual([]);
    await new Promise((resolve) => opened.stream.resume().once('close', resolve));
    server.handler = () => undefined;
    const silent = { ...request, timeoutSeconds: 0.1 };
    expect(await exchange(silent, limit)).toMatchObject({ is: 'no-answer' });
    expect(await open(silent)).toMatchObject({ is: 'no-answer' });
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  });
});
