import { type CoveredFile, type FileCoverage, fileCoverage, mergeCoverage, wholeCoverage } from '../../domain/gates/coverage.ts';
import { type TestReport, together } from '../../domain/gates/tests.ts';
import { type Blocker, type Checked, judgeTests, type TestsEvidence } from '../../domain/gates/tests-verdict.ts';
import type { Parsed } from '../../domain/units/parsed.ts';
import { shown } from '../../domain/units/shown.ts';
import { Failure } from '../../failure.ts';
import type { FoundReports } from '../../ports/test-reports.ts';
import type { Workspace } from '../../ports/worlds/workspace.ts';
import type { TestPlan } from './inputs.ts';

export interface TestResult {
  readonly blockers: readonly Blocker[];
  readonly exitCode: number | undefined;
  /** Of the command, by the clock. */
  readonly seconds: number;
  readonly tests: Checked<TestReport>;
  readonly coverage: Checked<readonly FileCoverage[]> | 'off';
  /** Reports that stood there before the command and that it did not write: not read. */
  readonly fromBefore: readonly string[];
}

/** Runs the command and reads what it wrote. Throws COMMAND_FAILED when it cannot be started, CANCELLED, and FILE_UNREADABLE for a pattern. */
export async function executeTest(plan: TestPlan, world: Workspace): Promise<TestResult> {
  const { testReports } = world;
  const before = {
    tests: await testReports.standing(plan.testReports),
    coverage: await testReports.standing(plan.coverageReports),
  };
  const { exitCode, seconds } = await runCommand(plan, world);
  const [foundTests, foundCoverage] = [await testReports.since(before.tests), await testReports.since(before.coverage)];
  const tests = combined(await readAll(foundTests, testReports.tests), together);
  const coverage = plan.threshold === undefined ? 'off' : combined(await readAll(foundCoverage, testReports.coverage), byFile);
  const evidence: TestsEvidence = {
    command: { program: plan.command[0] ?? '', exitCode, timeoutSeconds: plan.timeoutSeconds },
    tests: tests.is === 'checked' ? { is: 'checked', value: tests.value.counts } : tests,
    coverage: coverage === 'off' || coverage.is === 'not-checked' ? coverage : { is: 'checked', value: wholeCoverage(coverage.value) },
  };
  const blockers = judgeTests(evidence, plan.threshold);
  for (const { code, what } of blockers) world.log.line(`${code} ${what}`);
  return {
    blockers,
    exitCode,
    seconds,
    tests,
    coverage,
    fromBefore: [...foundTests, ...foundCoverage].flatMap((found) => found.fromBefore),
  };
}

const byFile = (reports: readonly (readonly CoveredFile[])[]): readonly FileCoverage[] =>
  mergeCoverage(reports)
    .map(fileCoverage)
    .filter(({ coverable }) => coverable > 0);

async function runCommand(plan: TestPlan, { process: programs, clock, cancellation }: Workspace) {
  const cancelling = new AbortController();
  const release = cancellation.onRequest(() => cancelling.abort());
  const begin = clock.monotonic();
  try {
    const { exitCode } = await programs.run(plan.command, {
      environment: {},
      directory: plan.directory,
      timeoutSeconds: plan.timeoutSeconds,
      signal: cancelling.signal,
    });
    if (cancelling.signal.aborted)
      throw new Failure(
        'CANCELLED',
        'The run was cancelled while the tests ran.',
        'Nothing was judged. Run it again when you want to know.',
      );
    return { exitCode, seconds: clock.monotonic() - begin };
  } finally {
    release();
  }
}

type Read<T> = { readonly reports: readonly T[]; readonly problems: readonly string[]; readonly remedies: readonly string[] };

/** Every pattern has to stand for at least one report of this run, and every such report has to be read to its end. */
async function readAll<T>(found: readonly FoundReports[], read: (path: string) => Promise<Parsed<T>>): Promise<Read<T>> {
  const reports: T[] = [];
  const problems: string[] = [];
  const remedies: string[] = [];
  for (const { pattern, written, fromBefore } of found) {
    if (written.length === 0) {
      const old = fromBefore.length === 0 ? 'no such file' : 'only a file from before the command, which it did not write';
      problems.push(`\`${shown(pattern)}\`: ${old}`);
      remedies.push('Let the command write the report there; paths are relative to `working-directory`.');
    }
  }
  for (const path of new Set(found.flatMap(({ written }) => written))) {
    const result = await read(path);
    if (result.ok) reports.push(result.value);
    else {
      problems.push(`\`${shown(path)}\`: ${result.problem}`);
      remedies.push(result.remedy);
    }
  }
  return { reports, problems, remedies };
}

const mostProblems = 10;

function combined<T, U>({ reports, problems, remedies }: Read<T>, join: (reports: readonly T[]) => U): Checked<U> {
  if (problems.length === 0) return { is: 'checked', value: join(reports) };
  const more = problems.length > mostProblems ? [`and ${problems.length - mostProblems} more`] : [];
  return { is: 'not-checked', problems: [...problems.slice(0, mostProblems), ...more], remedy: remedies[0] ?? '' };
}
