import * as z from 'zod';
import { parseDuration } from '../domain/units/duration.ts';
import { type Parsed, parsed, refused } from '../domain/units/parsed.ts';
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
    .string()
    .default(whenMissing)
    .transform((text, context) => {
      const result = parseDuration(text);
      if (result.ok && result.value > 0) return result.value;
      context.addIssue({ code: 'custom', message: result.ok ? 'must be longer than 0s' : `${result.problem}. ${result.remedy}` });
      return z.NEVER;
    });

const http = z
  .strictObject({
    http: z.string().regex(/^\/\S*$/, 'must be a path that begins with `/`'),
    status: z.int().min(100).max(599).default(200),
    contains: z.string().optional(),
    headers: z.record(z.string(), z.string()).default({}),
    timeout: timeout('5s'),
    attempts: z.int().min(1).max(20).default(3),
  })
  .transform(
    ({ http: path, timeout: timeoutSeconds, contains, ...rest }): SmokeCheck => ({ kind: 'http', path, timeoutSeconds, contains, ...rest }),
  );

const command = z
  .strictObject({ command: z.array(z.string().min(1)).min(1, 'must be a list: the program and its arguments'), timeout: timeout('5m') })
  .transform(({ command: argv, timeout: timeoutSeconds }): SmokeCheck => ({ kind: 'command', argv, timeoutSeconds }));

const remedy = 'Write a list such as `- http: /health` or `- command: [./smoke.sh, --quick]`, each with its own `timeout`.';

export function parseSmoke(value: unknown): Parsed<readonly SmokeCheck[]> {
  if (!Array.isArray(value) || value.length === 0) return refused('is not a list of checks', remedy);
  const checks: SmokeCheck[] = [];
  for (const [index, item] of value.entries()) {
    const isCommand = typeof item === 'object' && item !== null && 'command' in item;
    const result = (isCommand ? command : http).safeParse(item);
    if (!result.success) {
      const [issue] = result.error.issues;
      return refused(
        `has a check ${index + 1} that cannot be used: ${[...(issue?.path ?? [])].join('.')} ${issue?.message ?? ''}`.trimEnd(),
        remedy,
      );
    }
    checks.push(result.data);
  }
  return parsed(checks);
}

export interface SmokeRun {
  readonly pod: PodRef;
  readonly port: number;
  readonly checks: readonly SmokeCheck[];
  readonly environment: Readonly<Record<string, string>>;
  /** What a failure says of the version that is asked; a canary that nobody reaches yet where it is not given. */
  readonly asked?: Asked;
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
    const lines: string[] = [];
    for (const check of run.checks) {
      const line = check.kind === 'http' ? await askHttp(world, run, forward, check) : await runCommand(world, run, forward.url, check);
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
  for (let attempt = 1; attempt <= check.attempts; attempt += 1) {
    const answer = await world.probe.get(`${forward.url}${check.path}`, {
      headers: check.headers,
      timeoutSeconds: check.timeoutSeconds,
      ...(run.signal === undefined ? {} : { signal: run.signal }),
    });
    run.signal?.throwIfAborted();
    if (answer.is === 'answer' && answer.status === check.status && (check.contains === undefined || answer.body.includes(check.contains)))
      return `GET ${check.path} answered ${answer.status}`;
    last =
      answer.is === 'no-answer'
        ? `gave no answer (${forward.problem() ?? answer.reason})`
        : answer.status === check.status
          ? `answered ${answer.status} without the expected text`
          : `answered ${answer.status} instead of ${check.status}`;
    if (attempt < check.attempts) await world.clock.sleep(1, run.signal);
  }
  throw failed(run, `GET ${check.path} ${last}, ${check.attempts} times.`);
}

async function runCommand(world: World, run: SmokeRun, url: string, check: Extract<SmokeCheck, { kind: 'command' }>): Promise<string> {
  const [program = ''] = check.argv;
  const { exitCode, tail } = await world.process.run(check.argv, {
    environment: { ...run.environment, CANARY_URL: url },
    timeoutSeconds: check.timeoutSeconds,
    ...(run.signal === undefined ? {} : { signal: run.signal }),
  });
  run.signal?.throwIfAborted();
  if (exitCode === 0) return `${program} ended with 0`;
  const how = exitCode === undefined ? `was not done after ${check.timeoutSeconds} s` : `ended with ${exitCode}`;
  throw failed(run, `\`${program}\` ${how}.${tail === '' ? '' : ` Its last words: ${tail.slice(-500)}`}`);
}

const failed = ({ asked: { who, remedy } = canary }: SmokeRun, what: string): Failure =>
  new Failure('SMOKE_FAILED', `A smoke check of ${who} failed: ${what}`, remedy);
