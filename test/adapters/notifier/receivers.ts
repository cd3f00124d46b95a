import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import type { Destination, DestinationKind } from '../../../src/domain/alert/destination.ts';
import { answer, bodyOf } from '../loopback.ts';

/** What the receiver of each kind of notifier documents that it takes, and answers. */
export interface Receiver {
  /** With a secret in all that is secret of it. */
  destination(url: string): Destination;
  /** The documented form of what is posted, with its limits. Nothing else may be in it. */
  readonly form: z.ZodType;
  /** Answers as the receiver does when it takes a message. */
  takes(request: IncomingMessage, response: ServerResponse): void;
}

export const secret = 'hunter-secret-4711';

const text = (most: number) => z.string().min(1).max(most);
const date = z.iso.datetime();

const plain = (most: number) => z.strictObject({ type: z.literal('plain_text'), text: text(most), emoji: z.literal(false) });
/** https://docs.slack.dev/reference/block-kit/blocks: header 150, section 3000, ten fields of 2000, 50 blocks. */
const slack = z.strictObject({
  text: text(4000).refine((said) => !/[<>]/.test(said), 'markup'),
  unfurl_links: z.literal(false),
  unfurl_media: z.literal(false),
  blocks: z
    .array(
      z.union([
        z.strictObject({ type: z.literal('header'), text: plain(150) }),
        z.strictObject({ type: z.literal('section'), text: plain(3000) }),
        z.strictObject({ type: z.literal('section'), fields: z.array(plain(2000)).min(1).max(10) }),
        z.strictObject({
          type: z.literal('context'),
          elements: z
            .array(
              z.strictObject({
                type: z.literal('mrkdwn'),
                text: z.string().regex(/^<https?:\/\/[^<>|\s]+\|This run>$/),
                verbatim: z.literal(true),
              }),
            )
            .max(10),
        }),
      ]),
    )
    .max(50),
});

const textRun = z.strictObject({
  type: z.literal('TextRun'),
  text: text(2100),
  size: z.literal('large').optional(),
  weight: z.literal('bolder').optional(),
  color: z.enum(['good', 'warning', 'attention']).optional(),
});
/** The message of a workflow's trigger with an Adaptive Card, of which `RichTextBlock` (1.2) alone holds text without Markdown. 28 KB. */
const teams = z
  .strictObject({
    type: z.literal('message'),
    attachments: z.tuple([
      z.strictObject({
        contentType: z.literal('application/vnd.microsoft.card.adaptive'),
        contentUrl: z.null(),
        content: z.strictObject({
          $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
          type: z.literal('AdaptiveCard'),
          version: z.literal('1.4'),
          body: z.array(z.strictObject({ type: z.literal('RichTextBlock'), inlines: z.array(textRun).min(1) })),
          actions: z
            .array(z.strictObject({ type: z.literal('Action.OpenUrl'), title: z.string(), url: z.url() }))
            .max(6)
            .optional(),
        }),
      }),
    ]),
  })
  .refine((message) => Buffer.byteLength(JSON.stringify(message)) <= 28 * 1024, 'longer than 28 KB');

const labelSet = z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), z.string());
/** `postableAlerts` of the OpenAPI definition of API v2. */
const alertmanager = z
  .array(
    z.strictObject({
      labels: labelSet.refine(({ alertname, severity, service }) =>
        [alertname, severity, service].every((each) => each !== undefined && each !== ''),
      ),
      annotations: labelSet,
      startsAt: date,
      endsAt: date,
      generatorURL: z.url().optional(),
    }),
  )
  .length(1);

/** A marker, a line of ours, and a block of code that holds everything else and is not ended from inside. */
const issueBody = z
  .string()
  .max(65_536)
  .regex(
    /^(<!-- wf-deploy: [a-z0-9-]+ in [\w./ -]+ -->\n)?\*\*(info|warning|critical)\*\*( · \[this run\]\(https?:\/\/[^()\s]+\))?\n\n```text\n[^`]*\n```\n$/,
  );
const githubIssue = z.union([
  z.strictObject({ title: text(256), body: issueBody, labels: z.tuple([z.literal('wf-deploy')]) }),
  z.strictObject({ body: issueBody }),
  z.strictObject({ state: z.literal('open') }),
]);

const webhook = z.strictObject({
  severity: z.enum(['info', 'warning', 'critical']),
  title: z.string(),
  message: z.string(),
  facts: z.record(z.string(), z.string()),
  at: date,
});

const says =
  (status: number, body: unknown) =>
  (request: IncomingMessage, response: ServerResponse): void =>
    void bodyOf(request).then(() => answer(response, status, body));

export const receivers: Readonly<Record<DestinationKind, Receiver>> = {
  webhook: { destination: (url) => ({ kind: 'webhook', url: `${url}/hooks/${secret}` }), form: webhook, takes: says(204, '') },
  slack: { destination: (url) => ({ kind: 'slack', url: `${url}/services/T0/B0/${secret}` }), form: slack, takes: says(200, 'ok') },
  teams: {
    destination: (url) => ({ kind: 'teams', url: `${url}/workflows/1/triggers/manual/paths/invoke?api-version=1&sig=${secret}` }),
    form: teams,
    takes: says(202, ''),
  },
  alertmanager: {
    destination: (url) => ({ kind: 'alertmanager', url: `${url}/am/`, token: secret, labels: { team: 'shop' } }),
    form: alertmanager,
    takes: says(200, ''),
  },
  'github-issue': {
    destination: () => ({ kind: 'github-issue', token: secret, repository: 'org/shop' }),
    form: githubIssue,
    takes: (request, response) => (request.method === 'GET' ? answer(response, 200, []) : says(201, { number: 1 })(request, response)),
  },
};
