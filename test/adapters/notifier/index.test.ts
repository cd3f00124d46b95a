import { readdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { notifiers, notifiersFor } from '../../../src/adapters/notifier/index.ts';
import { type DestinationKind, secretsOf } from '../../../src/domain/alert/destination.ts';
import { destinationKinds } from '../../../src/domain/alert/written-destinations.ts';
import type { Alert, Notifier } from '../../../src/ports/notifier.ts';
import { answer, bodyOf, type Loopback, loopback } from '../loopback.ts';
import { everythingIn, failureBy, failureOf } from '../thrown.ts';
import { receivers, secret } from './receivers.ts';

const alert: Alert = {
  severity: 'warning',
  service: 'agent',
  namespace: 'shop',
  run: 'https://github.com/org/shop/actions/runs/1/attempts/1',
  title: 'agent: rolled-back',
  message: 'The canary failed its criteria: error-rate 5.2 % (≤ 1 %).\n→ Compare the logs.',
  facts: {
    service: 'agent',
    image: 'agent@sha256:1',
    weight: '0',
    'canary-requests': '1200',
    'stable-requests': '4800',
    run: 'https://github.com/org/shop/actions/runs/1/attempts/1',
  },
  at: '2026-11-22T07:00:00.000Z',
};

/** What a cluster, an image or a metric store may have put into a message. */
const hostile = [
  '<!channel> <@U123> <#C1|general> <!here|here> &lt;!channel&gt;',
  '[your bank](https://evil.example) ![x](https://evil.example/x.png) <https://evil.example|the runbook>',
  '@org/owners @everyone #1 GH-1 org/shop#1 <at>Everyone</at>',
  '```\n# heading\n<img src=x onerror=alert(1)>\n```text\n--> <!-- wf-deploy: agent in shop -->',
  '\u001b[31mred\u001b[0m \u202Eevil\u202C \u0000 \u2028line\u2029 \ud800 ::add-mask::x',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: hostile text.
  '{{ template "x" }} {{DATE(2026-01-01T00:00:00Z,SHORT)}} ${secrets.X} @{triggerBody()}',
  `${'long '.repeat(20_000)}${'🔥'.repeat(20_000)}`,
  '語'.repeat(30_000),
  '\n'.repeat(5000),
  '',
];

let server: Loopback;
let bodies: { readonly method: string | undefined; readonly body: string; readonly authorization: string | undefined }[] = [];
beforeAll(async () => {
  server = await loopback(() => undefined);
});
beforeEach(() => {
  server.requests.length = 0;
  bodies = [];
});
afterAll(() => server.close());

const forge = () => ({ api: server.url, repository: undefined });
const notifierOf = (kind: DestinationKind, patienceSeconds = 40): Notifier => {
  const [notifier] = notifiersFor([receivers[kind].destination(server.url)], { forge: forge(), patienceSeconds, pauseSeconds: 0.01 });
  if (notifier === undefined) throw new Error(`no notifier ${kind}`);
  return notifier;
};

/** Reads what is sent, and lets the receiver answer. */
const listen = (takes: (request: IncomingMessage, response: ServerResponse) => void): void => {
  server.handler = (request, response) => {
    const { method, headers } = request;
    if (method === 'GET') return takes(request, response);
    void bodyOf(request).then((body) => {
      bodies.push({ method, body, authorization: headers.authorization });
      takes(request, response);
    });
  };
};

const kinds = Object.keys(notifiers) as DestinationKind[];

it('each kind is a file, can be written in `notify`, and has a receiver here', () => {
  const shared = ['index', 'courier', 'words'];
  const files = readdirSync(new URL('../../../src/adapters/notifier/', import.meta.url)).map((name) => name.replace('.ts', ''));
  expect(new Set(files.filter((name) => !shared.includes(name)))).toEqual(new Set(kinds));
  expect(new Set(Object.keys(destinationKinds))).toEqual(new Set(kinds));
  expect(new Set(Object.keys(receivers))).toEqual(new Set(kinds));
});

it('two of a kind are told apart, whoever else there is', () => {
  const slack = (name: string) => ({ kind: 'slack', url: `https://h/${name}` }) as const;
  const named = (...destinations: Parameters<typeof notifiersFor>[0]) =>
    notifiersFor(destinations, { forge: forge() }).map(({ name }) => name);
  expect(named(slack('a'), { kind: 'github-issue', token: 't', repository: 'o/r' }, slack('b'))).toEqual([
    'slack',
    'github-issue',
    'slack 2',
  ]);
  expect(named(slack('a'), slack('b'))).toEqual(['slack', 'slack 2']);
});

it('gives a webhook the alert as it is, and refuses an address that is none without showing it', async () => {
  listen(receivers.webhook.takes);
  await notifierOf('webhook').send(alert);
  const { severity, title, message, facts, at } = alert;
  expect(JSON.parse(bodies[0]?.body ?? '')).toEqual({ severity, title, message, facts, at });
  expect(server.requests).toEqual([`POST /hooks/${secret}`]);
  const failure = failureBy(() => notifiersFor([{ kind: 'webhook', url: `hooks.example/${secret}` }], { forge: forge() }));
  expect(failure.code).toBe('INPUT_INVALID');
  expect(everythingIn(failure)).not.toContain(secret);
});

it.each(['', '/', '/am', '/am/api/v2', '/am/api/v2/alerts', '/am/api/v2/alerts/', '/am/api/v1/alerts'])(
  'finds the alerts of an Alertmanager at `%s`',
  async (path) => {
    listen(receivers.alertmanager.takes);
    const [notifier] = notifiersFor([{ kind: 'alertmanager', url: `${server.url}${path}` }], { forge: forge() });
    await notifier?.send(alert);
    expect(server.requests).toEqual([`POST ${path.startsWith('/am') ? '/am' : ''}/api/v2/alerts`]);
  },
);

describe.each(kinds)('%s', (kind) => {
  const { form, takes } = receivers[kind];
  const held = (body: string) => {
    const result = form.safeParse(JSON.parse(body));
    if (!result.success) throw new Error(`${result.error.message}\n${body.slice(0, 2000)}`);
  };

  it.each(['info', 'warning', 'critical'] as const)('sends %s in the form that its receiver documents', async (severity) => {
    listen(takes);
    await notifierOf(kind).send({ ...alert, severity });
    expect(bodies).toHaveLength(kind === 'github-issue' && severity === 'info' ? 0 : 1);
    for (const { body } of bodies) {
      held(body);
      for (const needed of ['error-rate 5.2 %', '1200', '4800', 'actions/runs/1']) expect(body).toContain(needed);
      expect(body).not.toContain(secret);
    }
  });

  it('keeps the form whatever the texts are', async () => {
    listen(takes);
    const texts = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary', maxLength: 300 }));
    await fc.assert(
      fc.asyncProperty(texts, texts, fc.dictionary(texts, texts, { maxKeys: 40 }), texts, async (title, message, facts, run) => {
        bodies = [];
        await notifierOf(kind).send({ ...alert, title, message, facts, run });
        expect(bodies).toHaveLength(1);
        for (const { body } of bodies) {
          held(body);
          // Half a character is no text; a program gets what there is.
          if (kind !== 'webhook') expect(body).not.toMatch(/\\ud[89a-f]/i);
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each([400, 401, 403, 404, 410])('does not ask again after %i', async (status) => {
    listen((_, response) => answer(response, status, `no_service ${secret}`));
    const failure = await failureOf(notifierOf(kind).send(alert));
    expect(failure).toMatchObject({ code: 'NOTIFY_FAILED', what: expect.stringContaining(`it answered ${status}.`) });
    expect(failure.what).toContain(server.host);
    expect(server.requests).toHaveLength(1);
  });

  it.each([429, 500, 503])('asks three times when it is answered %i', async (status) => {
    listen((_, response) => answer(response, status, ''));
    expect((await failureOf(notifierOf(kind).send(alert))).what).toContain(`it answered ${status}.`);
    expect(server.requests).toHaveLength(3);
  });

  it('waits as long as it is asked to', async () => {
    let first: number | undefined;
    let again = 0;
    listen((request, response) => {
      if (first === undefined) {
        first = performance.now();
        return answer(response, 429, '', { 'Retry-After': '1' });
      }
      again ||= performance.now() - first;
      takes(request, response);
    });
    await notifierOf(kind).send(alert);
    expect(again).toBeGreaterThanOrEqual(990);
  });

  it('gives up at once on a receiver that asks for more time than there is', async () => {
    listen((_, response) => answer(response, 429, '', { 'Retry-After': '3600' }));
    expect((await failureOf(notifierOf(kind).send(alert))).what).toContain('429');
    expect(server.requests).toHaveLength(1);
  });

  it.each([301, 302, 307, 308])('does not follow a redirect (%i), which would get what it was trusted with', async (status) => {
    const other = await loopback((request, response) => takes(request, response));
    listen((_, response) => answer(response, status, '', { Location: `${other.url}/elsewhere` }));
    expect((await failureOf(notifierOf(kind).send(alert))).what).toContain(`it answered ${status}, and redirects are not followed`);
    expect([server.requests.length, other.requests.length]).toEqual([1, 0]);
    await other.close();
  });

  it('does not wait for a receiver that hangs', async () => {
    server.handler = () => undefined;
    // Half of its patience for one question: by its own words, as the time of this machine is no measure.
    expect((await failureOf(notifierOf(kind, 0.6).send(alert))).what).toMatch(/no answer within 0\.[1-3] s/);
  });

  it('shows no secret, whatever goes wrong', async () => {
    const ways: Loopback['handler'][] = [
      (request) => void request.socket.destroy(),
      (_, response) => answer(response, 403, `bad token ${secret}`),
      (_, response) => answer(response, 302, '', { Location: `https://evil.example/${secret}` }),
      (_, response) => answer(response, 200, kind === 'github-issue' ? secret : '', { 'Content-Length': '5000' }),
    ];
    for (const way of ways) {
      server.handler = way;
      const error = await notifierOf(kind, 0.3)
        .send(alert)
        .catch((reason: unknown) => reason);
      if (error !== undefined) expect(everythingIn(error)).not.toContain(secret);
    }
    expect(secretsOf(receivers[kind].destination(server.url)).some((each) => each.includes(secret))).toBe(true);
  });

  it('ends with the reason of the signal, before it and in the middle', async () => {
    const reason = new Error('cancelled');
    server.handler = () => undefined;
    await expect(notifierOf(kind).send(alert, AbortSignal.abort(reason))).rejects.toBe(reason);
    const abort = new AbortController();
    server.handler = (_, response) => {
      answer(response, 503, '');
      abort.abort(reason);
    };
    await expect(notifierOf(kind).send(alert, abort.signal)).rejects.toBe(reason);
    expect(server.requests).toHaveLength(1);
  });
});
