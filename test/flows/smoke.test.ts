import { describe, expect, it } from '@jest/globals';
import { parseSmoke, runSmoke, type SmokeCheck, type SmokeRun } from '../../src/flows/smoke.ts';
import { type Settings, stage } from './stand-ins.ts';

describe('parseSmoke', () => {
  it('fills in what is left out', () => {
    expect(parseSmoke([{ http: '/health' }, { command: ['./smoke.sh', '--quick'] }])).toEqual({
      ok: true,
      value: [
        { kind: 'http', path: '/health', status: 200, contains: undefined, headers: {}, timeoutSeconds: 5, attempts: 3 },
        { kind: 'command', argv: ['./smoke.sh', '--quick'], timeoutSeconds: 300 },
      ],
    });
  });

  it('takes everything that can be said', () => {
    const check = { http: '/ready?deep=1', status: 204, contains: 'ok', headers: { 'x-canary': 'true' }, timeout: '500ms', attempts: 1 };
    expect(parseSmoke([check])).toMatchObject({
      value: [{ path: '/ready?deep=1', status: 204, contains: 'ok', headers: { 'x-canary': 'true' }, timeoutSeconds: 0.5, attempts: 1 }],
    });
  });

  it.each<readonly [string, unknown, RegExp]>([
    ['a text', './smoke.sh', /is not a list of checks/],
    ['nothing', null, /is not a list/],
    ['an empty list', [], /is not a list/],
    ['a map', { http: '/' }, /is not a list/],
    ['a check that is a text', ['/health'], /check 1 that cannot be used: it has neither `http` nor `command`$/],
    ['an empty check', [{ http: '/' }, {}], /check 2 .* neither `http` nor `command`$/],
    ['a path without its slash', [{ http: 'health' }], /check 1.*`http` is no path that begins with/],
    ['a whole address', [{ http: 'https://example.com/' }], /begins with/],
    ['a status that is none', [{ http: '/', status: 20 }], /check 1.*`status` is no whole number from 100 to 599$/],
    ['a status as text', [{ http: '/', status: '200' }], /`status` is no whole number from 100 to 599$/],
    ['a duration without unit', [{ http: '/', timeout: '5' }], /`timeout` has no unit/],
    ['a number for a duration', [{ http: '/', timeout: 5 }], /`timeout` is no duration such as `5s`$/],
    ['a header that is no text', [{ http: '/', headers: { a: 1 } }], /`headers\.a` is no text$/],
    ['headers as a list', [{ http: '/', headers: ['a: b'] }], /`headers` is no map$/],
    ['a text that is none', [{ http: '/', contains: 7 }], /`contains` is no text$/],
    ['no time at all', [{ http: '/', timeout: '0s' }], /`timeout` is no time\. Write a time longer than `0s`/],
    ['no attempt', [{ http: '/', attempts: 0 }], /`attempts` is no whole number from 1 to 20$/],
    [
      'a misspelt field',
      [{ http: '/', statsu: 200 }],
      /`statsu` is not known; known are `http`, `status`, `contains`, `headers`, `timeout`, `attempts`$/,
    ],
    ['a shell string', [{ command: './smoke.sh --quick' }], /`command` is no list/],
    ['an empty command', [{ command: [] }], /`command` is no list: the program and its arguments/],
    ['an empty program', [{ command: [''] }], /`command\.0` is empty$/],
    ['both in one', [{ command: ['x'], http: '/' }], /`http` is not known; known are `command`, `timeout`$/],
  ])('refuses %s', (_, value, problem) => {
    const result = parseSmoke(value);
    expect(result).toMatchObject({ ok: false, remedy: expect.stringContaining('- http: /health') });
    expect(result.ok ? '' : result.problem).toMatch(problem);
  });
});

const get: Extract<SmokeCheck, { kind: 'http' }> = {
  kind: 'http',
  path: '/health',
  status: 200,
  contains: undefined,
  headers: { a: 'b' },
  timeoutSeconds: 5,
  attempts: 3,
};
const script: SmokeCheck = { kind: 'command', argv: ['./smoke.sh', 'a b'], timeoutSeconds: 60 };

function smoke(checks: readonly SmokeCheck[], settings: Settings = {}, more: Partial<SmokeRun> = {}) {
  const on = stage(settings);
  const run = {
    pod: { namespace: 'shop', name: 'agent-canary-1' },
    port: 8080,
    checks,
    image: 'agent@sha256:1',
    ...more,
  };
  return { on, result: on.clock.until(runSmoke(on.world, run)) };
}

describe('runSmoke', () => {
  it('asks the pod itself, and runs programs with its address and without a shell', async () => {
    const asked: unknown[] = [];
    const { on, result } = smoke([get, script], {
      probe: (url, headers) => {
        asked.push([url, headers]);
        return { is: 'answer', status: 200, body: 'ok' };
      },
      process: (argv, { environment, timeoutSeconds }) => {
        asked.push([argv, environment, timeoutSeconds]);
        return { exitCode: 0, tail: '' };
      },
    });
    expect(await result).toEqual(['GET /health answered 200', './smoke.sh ended with 0']);
    const environment = {
      CANARY_POD: 'agent-canary-1',
      CANARY_NAMESPACE: 'shop',
      CANARY_IMAGE: 'agent@sha256:1',
      CANARY_URL: 'http://127.0.0.1:48080',
    };
    expect(asked).toEqual([
      ['http://127.0.0.1:48080/health', { a: 'b' }],
      [['./smoke.sh', 'a b'], environment, 60],
    ]);
    expect(on.lines.at(-1)).toBe('closed agent-canary-1');
  });

  it('tries again, a second later each time', async () => {
    let tries = 0;
    const { on, result } = smoke([get], {
      probe: () => {
        tries += 1;
        return { is: 'answer', status: tries < 3 ? 503 : 200, body: '' };
      },
    });
    expect(await result).toEqual(['GET /health answered 200']);
    expect([tries, on.clock.monotonic()]).toEqual([3, 1002]);
  });

  it.each<readonly [string, SmokeCheck, Settings, RegExp]>([
    [
      'the wrong status',
      get,
      { probe: () => ({ is: 'answer', status: 500, body: '' }) },
      /GET \/health answered 500 instead of 200, 3 times/,
    ],
    [
      'the wrong text',
      { ...get, contains: 'v2' },
      { probe: () => ({ is: 'answer', status: 200, body: 'v1' }) },
      /answered 200 without the expected text/,
    ],
    ['no answer', get, {}, /gave no answer \(connection refused\)/],
    [
      'a program that fails',
      script,
      { process: () => ({ exitCode: 3, tail: 'expected 200' }) },
      /`\.\/smoke\.sh` ended with 3\. Its last words: expected 200/,
    ],
    ['a program that takes too long', script, { process: () => ({ exitCode: undefined, tail: '' }) }, /was not done after 60 s\.$/],
  ])('%s is a failure, and the connection is closed', async (_, check, settings, what) => {
    const { on, result } = smoke([check], settings);
    await expect(result).rejects.toMatchObject({
      code: 'SMOKE_FAILED',
      what: expect.stringMatching(what),
      remedy: expect.stringContaining('No user'),
    });
    expect(on.lines.at(-1)).toBe('closed agent-canary-1');
  });

  it('shows no more of a program than its last words', async () => {
    const { result } = smoke([script], { process: () => ({ exitCode: 1, tail: `${'x'.repeat(5000)}end` }) });
    const failure = await result.catch((error: Error) => error);
    expect(String(failure)).toContain('end');
    expect(String(failure).length).toBeLessThan(800);
  });

  it('shows what a program prints as one line that steers nothing', async () => {
    const { result } = smoke([script], { process: () => ({ exitCode: 1, tail: 'bad\n::error::forged\u001b[31m \u202ered' }) });
    const failure = await result.catch((error: Error) => error);
    expect(failure).toMatchObject({ what: expect.stringMatching(/Its last words: bad ::error::forged/) });
    expect((failure as { readonly what?: string }).what).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('stops at the first failing check', async () => {
    const ran: string[] = [];
    const { result } = smoke([get, script], {
      process: ([program = '']) => {
        ran.push(program);
        return { exitCode: 0, tail: '' };
      },
    });
    await expect(result).rejects.toMatchObject({ code: 'SMOKE_FAILED' });
    expect(ran).toEqual([]);
  });

  it('a cancel is no failing check', async () => {
    const cancel = new AbortController();
    const { on, result } = smoke(
      [script],
      {
        process: () => {
          cancel.abort(new Error('cancelled'));
          return { exitCode: undefined, tail: '' };
        },
      },
      { signal: cancel.signal },
    );
    await expect(result).rejects.toThrow('cancelled');
    expect(on.lines.at(-1)).toBe('closed agent-canary-1');
  });
});
