import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readReport } from '../../src/adapters/findings/index.ts';
import { withExitCode } from '../../src/domain/gates/exit-code.ts';
import { tools } from '../../src/domain/gates/tools/index.ts';
import { isBlocking, judge, type Policy, type Verdict } from '../../src/domain/gates/verdict.ts';

/** What a report of the corpus has to lead to. */
export interface Expected {
  readonly format: string;
  readonly exitCode?: number;
  readonly outcome: Verdict['outcome'];
  readonly findings: number;
  readonly blocking: number;
}

export const corpus = JSON.parse(readFileSync(resolve(import.meta.dirname, 'findings/expected.json'), 'utf8')) as Readonly<
  Record<string, Expected>
>;

/** Everything counts, on the first day of time. */
export const plainPolicy: Policy = {
  threshold: (tool) => tools[tool]?.threshold ?? 'high',
  suppressions: [],
  baseline: new Map(),
  ignoreUnfixed: false,
  changes: undefined,
  today: 0,
};

const projects = ['bad', 'good', 'broken', 'empty', 'notes', 'low', 'sup', 'go', 'goclean', 'gobad', 'js', 'sem', 'semok', 'iac', 'iacok'];
const roots = projects.map((name) => `/home/runner/work/service/service/${name}`);

/** Reads a report as a gate would, with the exit code that its tool had. */
export async function verdictOf({ format, exitCode }: Expected, bytes: Uint8Array, pieces = 65_536): Promise<Verdict> {
  const reports = await readReport(format, format === 'sarif' ? '' : format, piecesOf(bytes, pieces), { roots, directory: '' });
  const tool = tools[format];
  return judge(
    tool === undefined || exitCode === undefined
      ? reports
      : reports.map((each) => withExitCode(each, exitCode, tool.exits, tool.threshold)),
    plainPolicy,
  );
}

export const outcomeOf = async (expected: Expected, bytes: Uint8Array): Promise<Verdict['outcome']> =>
  (await verdictOf(expected, bytes)).outcome;

/** The verdict in the form of the corpus. */
export const expectedOf = ({ format, exitCode }: Expected, { outcome, judged }: Verdict): Expected => ({
  format,
  ...(exitCode === undefined ? {} : { exitCode }),
  outcome,
  findings: judged.length,
  blocking: judged.filter(isBlocking).length,
});

export async function* piecesOf(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
