import * as z from 'zod';
import { hidesFailure } from '../../domain/fleet/backup-job.ts';
import { parseWorkload, type WorkloadRef } from '../../domain/rolling/workload-ref.ts';
import { parseTime } from '../../domain/units/duration.ts';
import { parseLabel } from '../../domain/units/name.ts';
import { type Parsed, parsed, refused } from '../../domain/units/parsed.ts';
import { shown } from '../../domain/units/shown.ts';
import { parseSmoke, type SmokeCheck } from '../smoke.ts';
import { pathText, saidOf } from './release-issues.ts';

/** What a release is made of, as its file says it. Format: schemas/release.schema.json. */
export interface ReleaseFile {
  readonly name: string;
  readonly namespace: string | undefined;
  /** For services without `images`: `registry/{service}:{version}`. */
  readonly image: string | undefined;
  readonly mirrors: readonly string[];
  readonly config: readonly string[];
  readonly backup: BackupWish;
  readonly services: readonly ServiceWish[];
  readonly leftAlone: readonly WorkloadRef[];
  readonly smoke: readonly CommandCheck[];
  readonly monitoring: { readonly namespace: string; readonly workloads: readonly WorkloadRef[] } | undefined;
}

export type CommandCheck = Extract<SmokeCheck, { kind: 'command' }>;

export type BackupWish =
  | { readonly by: 'skip'; readonly reason: string }
  | ({ readonly seconds: number; readonly expect: string; readonly atLeast: number } & (
      | { readonly by: 'job'; readonly path: string }
      | {
          readonly by: 'command';
          readonly image: string;
          readonly command: readonly string[];
          readonly secrets: readonly string[];
          readonly serviceAccount: string | undefined;
        }
    ));

export interface ServiceWish {
  readonly name: string;
  readonly container: string;
  /** By container. `undefined`: the image of all services; empty: none, the manifests have theirs. */
  readonly images: Readonly<Record<string, string>> | undefined;
  readonly workloads: readonly WorkloadRef[] | undefined;
  readonly manifests: readonly string[];
  readonly needs: readonly string[];
  /** `undefined`: none, because the service has no pods that answer. */
  readonly health: string | undefined;
  readonly port: number | undefined;
  readonly smoke: readonly SmokeCheck[];
}

const taking =
  <T>(parse: (value: unknown) => Parsed<T>) =>
  (value: unknown, context: z.core.$RefinementCtx): T => {
    const result = parse(value);
    if (result.ok) return result.value;
    context.addIssue({ code: 'custom', message: `${result.problem}. ${result.remedy}` });
    return z.NEVER;
  };
const words = <T>(parse: (text: string) => Parsed<T>) => z.string().transform(taking((value) => parse(value as string)));

const label = words(parseLabel);
const workload = words(parseWorkload);
const path = z.string().regex(/^[^/\s][^\n]*$/, 'has to be a path of the workspace');
const text = z.string().min(1).max(1000);
const checks = z.unknown().transform(taking(parseSmoke));
const commands = checks.refine((all): all is readonly CommandCheck[] => all.every(({ kind }) => kind === 'command'), {
  message: 'has an `http` check: after a release only a `command` knows where to ask',
});
const seconds = words(parseTime);
const expression = words((written) => {
  try {
    // The empty alternative matches anything: what it answers with has one place for each group.
    const groups = (new RegExp(`${written}|`).exec('')?.length ?? 1) - 1;
    return groups === 1 ? parsed(written) : refused(`has ${groups} groups`, 'Put the number, and nothing else, in `(…)`.');
  } catch {
    return refused('is no regular expression', 'Write for instance `size=(\\d+)`.');
  }
});
const argv = z
  .array(text)
  .min(1)
  .refine((written) => !hidesFailure(written), {
    message: 'pipes in a shell without `pipefail`: a dump that fails would pass as a backup. Begin the script with `set -o pipefail;`',
  });

const result = { timeout: seconds.default(1800), expect: expression.default('(\\d+) bytes'), 'at-least': z.int().min(0).default(0) };
const backup = z.union([
  z.strictObject({ skip: text }).transform(({ skip }): BackupWish => ({ by: 'skip', reason: shown(skip, 300) })),
  z
    .strictObject({ job: path, ...result })
    .transform(
      ({ job, timeout, expect, 'at-least': atLeast }): BackupWish => ({ by: 'job', path: job, seconds: timeout, expect, atLeast }),
    ),
  z
    .strictObject({ image: text, command: argv, secrets: z.array(text).default([]), 'service-account': label.optional(), ...result })
    .transform(
      ({ timeout, 'at-least': atLeast, 'service-account': serviceAccount, ...more }): BackupWish => ({
        by: 'command',
        seconds: timeout,
        atLeast,
        serviceAccount,
        ...more,
      }),
    ),
]);

const service = z
  .strictObject({
    name: label,
    container: label.optional(),
    images: z.record(z.string(), text).optional(),
    workloads: z.array(workload).min(1).optional(),
    manifests: z.array(path).min(1).default([]),
    needs: z.array(label).default([]),
    health: z.union([z.literal(false), z.string().regex(/^\/\S*$/, 'has to be a path that begins with `/`, or `false`')]).optional(),
    port: z.int().min(1).max(65_535).optional(),
    smoke: checks.optional(),
  })
  .transform(({ name, container, images, workloads, health, smoke = [], port, manifests, needs }): ServiceWish => {
    const runsAtTimes = workloads?.every(({ of }) => of.kind.kind === 'CronJob') === true;
    const path = health === undefined && runsAtTimes ? false : (health ?? '/health');
    return {
      name,
      container: container ?? name,
      images,
      workloads,
      manifests,
      needs,
      health: path === false ? undefined : path,
      port,
      smoke,
    };
  });

const schema = z
  .strictObject({
    $schema: z.string().optional(),
    name: label,
    namespace: label.optional(),
    image: text.optional(),
    mirrors: z
      .array(z.string().regex(/^[a-z0-9][a-z0-9.-]*(?::\d+)?(?:\/[a-z0-9._/-]+)?$/i, 'has to be a registry, with a path where it has one'))
      .default([]),
    config: z.array(path).default([]),
    backup,
    services: z.array(service).min(1, 'names no service'),
    'left-alone': z.array(workload).default([]),
    smoke: commands.optional(),
    monitoring: z.strictObject({ namespace: label, workloads: z.array(workload).min(1) }).optional(),
  })
  .transform(
    ({ 'left-alone': leftAlone, smoke = [], ...file }): ReleaseFile => ({
      name: file.name,
      namespace: file.namespace,
      image: file.image,
      mirrors: file.mirrors,
      config: file.config,
      backup: file.backup,
      services: file.services,
      leftAlone,
      smoke: smoke as readonly CommandCheck[],
      monitoring: file.monitoring,
    }),
  );

const remedy =
  'Write it after schemas/release.schema.json: `name`, `backup` (or `backup: { skip: why }`) and `services`, each with `name` and `images`.';

/** The release as a value, or everything that is wrong with it at once. */
export function parseRelease(document: unknown): Parsed<ReleaseFile> {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return refused('is not one map', remedy);
  const result = schema.safeParse(document);
  if (result.success) return parsed(result.data);
  const problems = result.error.issues.map((issue) => `\`${pathText(issue.path)}\` ${saidOf(issue)}`);
  return refused(`cannot be used: ${[...new Set(problems)].slice(0, 30).join('; ')}`, remedy);
}
