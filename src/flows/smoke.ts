import * as z from 'zod';
import { parseTime } from '../domain/units/duration.ts';
import { type Parsed, parsed, refused } from '../domain/units/parsed.ts';
import { recordOf, unknownKey } from '../domain/units/record.ts';
import { shown } from '../domain/units/shown.ts';
import { Failure } from '../failure.ts';
import type { Forward, PodRef } from '../ports/pods.ts';
import type { World } from '../ports/worlds/cluster.ts';

/** What is asked of the canary alone, before any user reaches it. */
export type SmokeCheck =
  | {
      readonly kind: 'http';
      readonly path: string;
      readonly status: number;
      readonly contains: string | undefined;
      readonly headers: Readonly<Record<string, string>>;
      readonly timeoutSeconds: number;
      readonly attempts: number;
    }
  | { readonly kind: 'command'; readonly argv: readonly string[]; readonly timeoutSeconds: number };

const timeout = (whenMissing: string) =>
  z
    .string('is no duration such as `5s`')
    .default(whenMissing)
    .transform((text, context) => {
      const result = parseTime(text);
      if (result.ok) return result.value;
      context.addIssue({ code: 'custom', message: `${result.problem}. ${result.remedy}` });
      return z.NEVER;
    });

function whole(least: number, most: number) {
  const says = `is no whole number from ${least} to ${most}`;
  return z.int(says).min(least, says).max(most, says);
}

const httpFields = z.strictObject({
  http: z.string('is no text').regex(/^\/\S*$/, 'is no path that begins with `/`'),
  status: whole(100, 599).default(200),
  contains: z.string('is no text').optional(),
  headers: z.record(z.string(), z.string('is no text'), 'is no map').default({}),
  timeout: timeout('5s'),
  attempts: whole(1, 20).default(3),
});
const http = httpFields.transform(
  ({ http: path, timeout: timeoutSeconds, contains, ...rest }): SmokeCheck => ({ kind: 'http', path, timeoutSeconds, contains, ...rest }),
);

const noList = 'is no list: the program and its arguments, which no shell reads';
const commandFields = z.strictObject({
  command: z.array(z.string('is no text').min(1, 'is empty'), noList).min(1, noList),
  timeout: timeout('5m'),
});
const command = commandFields.transform(
  ({ command: argv, timeout: timeoutSeconds }): SmokeCheck => ({ kind: 'command', argv, timeoutSeconds }),
);

/** Another one is refused by name, before its values are looked at. */
const fields = { http: Object.keys(httpFields.shape), command: Object.keys(commandFields.shape) };
const remedy = 'Write a list such as `- http: /health` or `- command: [./smoke.sh, --quick]`, each with its own `timeout`.';

export function parseSmoke(value: unknown): Parsed<readonly SmokeCheck[]> {
  if (!Array.isArray(value) || value.length === 0) return refused('is not a list of checks', remedy);
  const checks: SmokeCheck[] = [];
  for (const [index, item] of value.entries()) {
    const record = recordOf(item);
    const kind = record !== undefined && 'command' in record ? 'command' : 'http';
    const bad = (what: string): Parsed<never> => refused(`has a check ${index + 1} that cannot be used: ${what}`, remedy);
    if (record === undefined || !(kind in record)) return bad('it has neither `http` nor `command`');
    const extra = unknownKey(record, fields[kind]);
    if (extra !== undefined)
      return bad(`\`${shown(extra, 40)}\` is not known; known are ${fields[kind].map((name) => `\`${name}\``).join(', ')}`);
    const result = (kind === 'command' ? command : http).safeParse(record);
    if (!result.success) {
      const [issue] = result.error.issues;
      return bad(`\`${shown((issue?.path ?? []).join('.'), 80)}\` ${issue?.message ?? ''}`);
    }
    checks.push(result.data);
  }
  return parsed(checks);
}

export interface SmokeRun {
  readonly pod: PodRef;
  readonly port: number;
  readonly checks: readonly SmokeCheck[];
  /** What the pod was given, as programs are told it. */
  readonly image: string;
  /** What a failure says of the version that is asked; a canary that nobody reaches yet where it is not given. */
  readonly asked?: Asked | undefined;
  readonly signal?: AbortSignal;
}

export interface Asked {
  readonly who: string;
  readonly remedy: string;
}

const canary: Asked = { who: 'the canary', remedy: 'Mend the new version. No user was sent to it.' };

/** Runs every check against one pod by port-forward, so it works before any route exists and under strict mTLS. Throws SMOKE_FAILED. */
export async function runSmoke(world: World, run: SmokeRun): Promise<readonly string[]> {
  const forward = await world.pods.forward(run.pod, run.port);
  try {
    const { namespace, name } = run.pod;
    const environment = { CANARY_POD: name, CANARY_NAMESPACE: namespace, CANARY_IMAGE: run.image, CANARY_URL: forward.url };
    const lines: string[] = [];
    for (const check of run.checks) {
      const line =
        check.kind === 'http' ? await askHttp(world, run, forward, check) : await runCommand(world, check, { ...run, environment });
      world.log.line(`  smoke: ${line}`);
      lines.push(line);
    }
    return lines;
  } finally {
    await forward.close();
  }
}

async function askHttp(world: World, run: SmokeRun, forward: Forward, check: Extract<SmokeCheck, { kind: 'http' }>): Promise<string> {
  let last = '';
  let unopened: Failure | undefined;
  for (let attempt = 1; attempt <= check.attempts; attempt += 1) {
    const answer = await world.probe.get(`${forward.url}${check.path}`, {
      headers: check.headers,
      timeoutSeconds: check.timeoutSeconds,
      ...(run.signal === undefined ? {} : { signal: run.signal }),
    });
    run.signal?.throwIfAborted();
    if (answer.is === 'answer' && answer.status === check.status && (check.contains === undefined || answer.body.includes(check.contains)))
      return `GET ${check.path} answered ${answer.status}`;
    unopened = answer.is === 'no-answer' ? forward.unopened?.() : undefined;
    last =
      answer.is === 'no-answer'
        ? `gave no answer (${forward.problem() ?? answer.reason})`
        : answer.status === check.status
          ? `answered ${answer.status} without the expected text`
          : `answered ${answer.status} instead of ${check.status}`;
    if (attempt < check.attempts) await world.clock.sleep(1, run.signal);
  }
  throw failed(run, `GET ${check.path} ${last}, ${check.attempts} times.`, unopened);
}

type Command = Extract<SmokeCheck, { kind: 'command' }>;

/** What it prints is foreign text. Throws SMOKE_FAILED. */
export async function runCommand(
  world: Pick<World, 'process'>,
  { argv, timeoutSeconds }: Command,
  { environment, signal, asked }: Pick<SmokeRun, 'signal' | 'asked'> & { readonly environment: Readonly<Record<string, string>> },
): Promise<string> {
  const program = shown(argv[0] ?? '');
  const { exitCode, tail } = await world.process.run(argv, { environment, timeoutSeconds, ...(signal === undefined ? {} : { signal }) });
  signal?.throwIfAborted();
  if (exitCode === 0) return `${program} ended with 0`;
  const how = exitCode === undefined ? `was not done after ${timeoutSeconds} s` : `ended with ${exitCode}`;
  throw failed({ asked }, `\`${program}\` ${how}.${tail === '' ? '' : ` Its last words: ${shown(tail.slice(-500), 500)}`}`);
}

const failed = ({ asked: { who, remedy } = canary }: { readonly asked?: Asked | undefined }, what: string, unopened?: Failure): Failure =>
  new Failure('SMOKE_FAILED', `A smoke check of ${who} failed: ${what}`, remedy, unopened);
