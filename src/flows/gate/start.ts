import { withExitCode } from '../../domain/gates/exit-code.ts';
import type { ToolReport } from '../../domain/gates/finding.ts';
import type { ExitCodes } from '../../domain/gates/tool.ts';
import { durationText } from '../../domain/units/duration.ts';
import { Failure } from '../../failure.ts';
import type { GateWorld } from '../../ports/worlds/gate.ts';
import { fetchedProgram } from './fetched-program.ts';
import type { GatePlan, OwnCommand, PlannedTool } from './plan.ts';

const quietly = { FORCE_COLOR: '0', NO_COLOR: '1' } as const;

/** Runs one tool and reads what it wrote. A tool that is not there, crashes, or looked at nothing comes out unusable. */
export async function startTool(
  { name, tool, threshold, from }: PlannedTool,
  plan: GatePlan,
  world: GateWorld,
  signal: AbortSignal,
): Promise<readonly ToolReport[]> {
  const path = world.findings.capture(`${name}.${tool.writes}`);
  const [program = '', ...rest] = tool.command(plan.paths);
  const fetched = from === undefined ? undefined : await fetchedProgram(name, from, world, signal);
  if (fetched?.is === 'unusable') return [fetched.report];
  const command = [fetched?.path ?? (await programOf(tool.folder, program, plan, world)), ...rest];
  const ended = await run(command, plan, world, signal, { [tool.writes]: path });
  if (ended.is === 'missing') return [missing(name, program, tool.install)];
  const { exitCode } = ended;
  world.log.line(`${name}: exit code ${exitCode ?? 'none, it was stopped'} after ${durationText(Math.round(ended.seconds))}`);
  if (exitCode === 0 && tool.lists !== undefined) {
    const empty = await looksAtNothing(name, tool.lists(plan.paths), plan, world, signal);
    if (empty !== undefined) return [empty];
  }
  const reports = await world.findings.read({ format: tool.format, tool: name, path, isCaptured: true, directory: directoryOf(plan) });
  return reports.map((report) => withExitCode(report, exitCode, tool.exits, threshold));
}

/** Runs a program of the user's own. */
export async function startCommand(own: OwnCommand, plan: GatePlan, world: GateWorld, signal: AbortSignal): Promise<readonly ToolReport[]> {
  const { name, run: argv, format, report, findingsExit } = own;
  const path = world.findings.capture(`${name}.own`);
  const before = report === undefined ? undefined : await world.findings.mark(report);
  const ended = await run(argv, plan, world, signal, format === undefined || report !== undefined ? {} : { stdout: path });
  if (ended.is === 'missing') return [missing(name, argv[0] ?? '', 'It comes from `commands`: install it in an earlier step of the job.')];
  const { exitCode } = ended;
  world.log.line(`${name}: exit code ${exitCode ?? 'none, it was stopped'}`);
  const exits: ExitCodes = { clean: [0], findings: findingsExit, decide: true };
  if (format === undefined) return [byExitCode(name, exitCode, exits, plan)];
  if (report !== undefined && before !== undefined && (await world.findings.mark(report)) === before) return [notWritten(name, report)];
  const source = report === undefined ? { path, isCaptured: true } : { path: report, isCaptured: false };
  const reports = await world.findings.read({ format, tool: name, ...source, directory: directoryOf(plan) });
  return reports.map((each) => withExitCode(each, exitCode, exits, plan.threshold));
}

/** One of an earlier run says nothing about this one. */
const notWritten = (tool: string, report: string): ToolReport => ({
  state: 'unusable',
  tool,
  findings: [],
  why: `${tool} has not written \`${report}\`: the file stood there before, and is the same.`,
  remedy: 'Let the command write its report there, or correct `report`.',
});

function byExitCode(tool: string, exitCode: number | undefined, exits: ExitCodes, { threshold }: GatePlan): ToolReport {
  const failed = exitCode !== undefined && exits.findings.includes(exitCode);
  const findings = failed
    ? [{ rule: 'exit-code', severity: threshold, message: `${tool} ended with exit code ${exitCode}.`, place: { in: 'nothing' } } as const]
    : [];
  return withExitCode({ state: 'read', tool, findings, notes: [] }, exitCode, exits, threshold);
}

type Ended = { readonly is: 'missing' } | { readonly is: 'ended'; readonly exitCode: number | undefined; readonly seconds: number };

async function run(
  argv: readonly string[],
  plan: GatePlan,
  world: GateWorld,
  signal: AbortSignal,
  into: { readonly stdout?: string; readonly stderr?: string },
): Promise<Ended> {
  const since = world.clock.monotonic();
  try {
    const options = { environment: quietly, timeoutSeconds: plan.timeout, signal, directory: plan.directory, into };
    const { exitCode } = await world.process.run(argv, options);
    return { is: 'ended', exitCode, seconds: world.clock.monotonic() - since };
  } catch (error) {
    // The others go on, so that one missing program does not hide what they find.
    if (error instanceof Failure && error.code === 'COMMAND_FAILED') return { is: 'missing' };
    throw error;
  }
}

const missing = (tool: string, program: string, install: string): ToolReport => ({
  state: 'unusable',
  tool,
  findings: [],
  why: `The program \`${program}\` could not be started: it is not installed on this runner, or not on PATH.`,
  remedy: `Install it before this step: ${install}.`,
});

async function looksAtNothing(
  tool: string,
  argv: readonly string[],
  plan: GatePlan,
  world: GateWorld,
  signal: AbortSignal,
): Promise<ToolReport | undefined> {
  const path = world.findings.capture(`${tool}.list`);
  const listed = await run(argv, plan, world, signal, { stdout: path });
  if (listed.is === 'ended' && listed.exitCode === 0 && (await world.findings.text(path)).trim() !== '') return undefined;
  return {
    state: 'unusable',
    tool,
    findings: [],
    why: `${tool} found no file to look at.`,
    remedy: `Correct \`paths\` or \`working-directory\`, or leave \`${tool}\` out of \`tools\`.`,
  };
}

/** A program that the project has of its own goes before one of the machine. */
export async function programOf(
  folder: string | undefined,
  program: string,
  { directory }: Pick<GatePlan, 'directory'>,
  { files, log }: Pick<GateWorld, 'files' | 'log'>,
): Promise<string> {
  if (folder === undefined) return program;
  const own = `${directory === '.' ? '' : `${directory}/`}${folder}/${program}`;
  try {
    return (await files.find(own)).length > 0 ? `./${folder}/${program}` : program;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    log.line(`${program}: that of the machine is started, because the project's own cannot be looked for: ${error.what}`);
    return program;
  }
}

export const directoryOf = ({ directory }: GatePlan): string => (directory === '.' ? '' : directory.replace(/^\.\/|\/$/g, ''));
