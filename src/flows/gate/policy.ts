import { type Baseline, parseBaseline } from '../../domain/gates/baseline.ts';
import { type ChangedLines, parseDiff } from '../../domain/gates/changed-lines.ts';
import { dayOf } from '../../domain/gates/day.ts';
import { parseSuppressions, type Suppression } from '../../domain/gates/suppression.ts';
import type { Policy } from '../../domain/gates/verdict.ts';
import type { Parsed } from '../../domain/units/parsed.ts';
import { Failure } from '../../failure.ts';
import type { GateWorld } from '../../ports/worlds/gate.ts';
import { type GatePlan, thresholdOf } from './plan.ts';

const mostBytes = 20 * 1024 * 1024;

/**
 * What the verdict goes by, with what is to be said about it. Throws POLICY_INVALID, FILE_UNREADABLE or CHANGES_UNKNOWN: without it there is no
 * verdict.
 */
export async function readPolicy(
  plan: GatePlan,
  world: GateWorld,
  signal: AbortSignal,
): Promise<{ readonly policy: Policy; readonly notes: readonly string[] }> {
  const today = dayOf(world.clock.now().getTime());
  const suppressions = await fromFile<readonly Suppression[]>('suppressions', plan.suppressions, world, (value) =>
    parseSuppressions(value, today),
  );
  const baseline = await fromFile<Baseline>('baseline', plan.baseline, world, parseBaseline);
  const changes = plan.changedSince === undefined ? undefined : await changedLines(plan.changedSince.base, world, signal);
  return {
    policy: {
      threshold: (tool) => thresholdOf(plan, tool),
      suppressions: suppressions ?? [],
      baseline: baseline ?? new Map(),
      ignoreUnfixed: plan.ignoreUnfixed,
      changes: typeof changes === 'string' ? undefined : changes,
      today,
    },
    notes: typeof changes === 'string' ? [`\`changed-only\`: every line counts, because ${changes}`] : [],
  };
}

async function fromFile<T>(
  input: string,
  path: string | undefined,
  { files }: GateWorld,
  parse: (value: unknown) => Parsed<T>,
): Promise<T | undefined> {
  if (path === undefined) return undefined;
  const documents = await files.documents(path, mostBytes);
  const [first, ...more] = documents;
  const read = parse(more.length === 0 ? first : documents);
  if (read.ok) return read.value;
  throw new Failure('POLICY_INVALID', `\`${input}\`: the file \`${path}\` ${read.problem}.`, read.remedy);
}

/** With this git ends when it does not know a commit, or none that both come from. */
const unknownCommit = 128;

/**
 * A sentence instead where there is nothing to compare with: the first push of a branch, a commit that a forced push took away, a run by hand.
 * Then more findings count and never fewer.
 */
async function changedLines(base: string | undefined, world: GateWorld, signal: AbortSignal): Promise<ChangedLines | string> {
  if (base === undefined) return 'there is no commit before this change.';
  const argv = [
    'git',
    '-c',
    'core.quotePath=true',
    'diff',
    '--unified=0',
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
    '--no-prefix',
    '--no-renames',
  ];
  const path = world.findings.capture('changes.diff');
  const { exitCode } = await world.process.run([...argv, '--end-of-options', `${base}...HEAD`, '--'], {
    environment: {},
    timeoutSeconds: 120,
    signal,
    into: { stdout: path },
  });
  if (exitCode === unknownCommit)
    return `git could not compare with \`${base}\` (its words are in the log). If that commit should be there, check out with \`fetch-depth: 0\`.`;
  if (exitCode !== 0)
    throw new Failure(
      'CHANGES_UNKNOWN',
      `git could not say what changed since \`${base}\` (exit code ${exitCode ?? 'none'}; its words are in the log).`,
      'Check out with `fetch-depth: 0`, and give the commit that the pull request is based on as `base`.',
    );
  const diff = parseDiff(await world.findings.text(path));
  if (!diff.ok) throw new Failure('CHANGES_UNKNOWN', `The answer of git ${diff.problem}.`, diff.remedy);
  return diff.value;
}
