import { tmpdir } from 'node:os';
import { debug, error, exportVariable, getInput, notice, saveState, setOutput, setSecret, summary, warning } from '@actions/core';
import { idTokenSource } from '../adapters/azure/id-token-source.ts';
import { Failure } from '../failure.ts';
import type { Flow, Place, Places, Report } from '../flows/flow.ts';
import type { Handover } from '../ports/handover.ts';
import type { Log } from '../ports/log.ts';
import type { Surroundings } from '../world/surroundings.ts';
import { type RawDocuments, readDocuments } from './documents.ts';
import { writeReport } from './report-file.ts';
import { strangeInputs } from './strange-inputs.ts';
import { fittingSummary } from './summary-text.ts';
import {
  cacheAccess,
  cancellationBySignals,
  contextOf,
  dockerConfigText,
  dockerFolder,
  handedOverIn,
  programEnvironment,
  runIdentity,
} from './surroundings.ts';
import { version } from './version.ts';

type AnyConnections = Places[Place]['connections'];
type AnyWorld = Places[Place]['world'];
export type AnyFlow = Flow<{ readonly connections: AnyConnections }, unknown, unknown, Place>;

/** The front door of GitHub Actions: `main`. */
export async function runMain(flow: AnyFlow): Promise<void> {
  const { refusal, line } = strangeInputs(flow.inputNames, process.env);
  if (line !== '') log.line(line);
  if (refusal !== undefined) return await finish(flow, flow.refused(refusal));
  await finish(flow, await guarded(flow, async (world, plan) => flow.report(plan, await flow.execute(plan, world)), flow.refused));
}

/** The front door of GitHub Actions: `post`. Repeats the way back of a `main` that did not get to its end. */
export async function runPost(flow: AnyFlow): Promise<void> {
  const { post } = flow;
  const handedOver = handedOverIn(process.env);
  if (post === undefined || handedOver['open'] !== 'true') return;
  const report = await guarded(flow, (world, plan) => post.run(plan, handedOver, world), post.unconfirmed);
  if (report !== undefined) await finish(flow, report);
}

type Work = (world: AnyWorld, plan: unknown) => Promise<Report | undefined>;

/** Turns what a flow throws into its report: a `Failure` as it is, anything else as INTERNAL. */
async function guarded(flow: AnyFlow, work: Work, failed: AnyFlow['refused']): Promise<Report | undefined> {
  for (const name of flow.secretNames) mask(getInput(name));
  // As base64 it is one secret; of a plain one the secrets inside are masked once it is read, not its every word.
  if (!getInput('kubeconfig').includes('\n')) mask(getInput('kubeconfig'));
  try {
    const documents: RawDocuments = await readDocuments(flow.documentNames, getInput);
    const inputs = flow.inputs({ text: (name) => getInput(name), document: (name) => documents[name] });
    const world = await open(flow.place, inputs.connections);
    try {
      return await work(world, flow.plan(inputs));
    } finally {
      world.close();
    }
  } catch (problem) {
    return failed(problem instanceof Failure ? problem : defect(problem));
  }
}

interface Builder {
  build(connections: AnyConnections, around: Surroundings): AnyWorld & { close(): void };
}

/** The cluster client is most of the bundle: bad inputs, and flows that need no cluster, do not load it. */
const builders: Readonly<Record<Place, () => Promise<Builder>>> = {
  cluster: async () => ({ build: (await import('../world/cluster.ts')).openWorld }),
  build: async () => ({ build: (await import('../world/build.ts')).openBuildWorld }),
  access: async () => ({ build: (await import('../world/access.ts')).openAccessWorld }),
  fleet: async () => ({ build: (await import('../world/fleet.ts')).openFleetWorld }),
  forge: async () => ({ build: (await import('../world/forge.ts')).openForgeWorld }),
  gate: async () => ({ build: (await import('../world/gate.ts')).openGateWorld }),
  workspace: async () => {
    const { buildWorkspace } = await import('../world/workspace.ts');
    return { build: (_connections, around) => ({ ...buildWorkspace(around), close: () => undefined }) };
  },
};

async function open(place: Place, connections: AnyConnections): Promise<AnyWorld & { close(): void }> {
  const { build } = await builders[place]();
  return build(connections, {
    run: runIdentity(process.env),
    log,
    cancellation: cancellationBySignals(process),
    handover,
    mask,
    workspace: process.env['GITHUB_WORKSPACE'] ?? process.cwd(),
    temporary: process.env['RUNNER_TEMP'] ?? tmpdir(),
    kubeconfigPath: process.env['KUBECONFIG'] ?? '',
    dockerConfig: dockerConfigText(process.env),
    building: { context: contextOf(process.env), dockerFolder: dockerFolder(process.env), cacheAccess: cacheAccess(process.env) },
    environment: programEnvironment(process.env),
    idToken: idTokenSource(process.env),
    version,
  });
}

/** GitHub cuts an annotation beyond some four thousand characters. */
const longestAnnotation = 3900;

const log: Log = {
  line: (text) => {
    process.stdout.write(`${inertLines(text)}\n`);
  },
  debug: (text) => debug(text),
  annotate(level, title, text, at) {
    const annotate = { notice, warning, error }[level];
    const place =
      at === undefined ? {} : { file: at.file, ...(at.line === undefined ? {} : { startLine: at.line, endLine: at.endLine ?? at.line }) };
    if (text.length <= longestAnnotation) return annotate(text, { title, ...place });
    log.line(text);
    annotate(`${text.slice(0, longestAnnotation)}…\nThe rest is in the log and in the summary.`, { title, ...place });
  },
};

/** Foreign text must not be read by the runner as a command. */
const inertLines = (text: string): string => text.replace(/^(\s*)(::|##\[)/gm, '$1\u200b$2');

const handover: Handover = {
  save: (record) => {
    for (const [name, value] of Object.entries(record)) saveState(name, value);
  },
};

const masked = new Set<string>();

/** Single lines, because the runner masks line by line. Shorter ones would blot out ordinary words. */
function mask(secret: string): void {
  for (const line of secret.split(/\r?\n/).map((each) => each.trim())) {
    if (line.length < 4 || masked.has(line)) continue;
    masked.add(line);
    setSecret(line);
  }
}

async function finish({ outputNames }: AnyFlow, report: Report | undefined): Promise<void> {
  if (report === undefined) return;
  const path = report.file === undefined ? '' : writeReport(report.file, process.env);
  // What a report has nothing to say about is empty.
  for (const name of outputNames) setOutput(name, name === 'report' ? path : (report.outputs[name] ?? ''));
  for (const [name, value] of Object.entries(report.environment ?? {})) exportVariable(name, value);
  if (report.annotation !== undefined) log.annotate(report.annotation.level, report.annotation.title, report.annotation.text);
  for (const { level, title, text, at } of report.annotations ?? []) log.annotate(level, title, text, at);
  log.line(`outcome: ${report.outputs['outcome'] ?? ''}${report.outputs['reason'] === '' ? '' : ` (${report.outputs['reason']})`}`);
  if (process.env['GITHUB_STEP_SUMMARY'] !== undefined) await summary.addRaw(fittingSummary(report.summary), true).write();
  if (!report.succeeded) process.exitCode = 1;
}

const defect = (problem: unknown): Failure =>
  new Failure(
    'INTERNAL',
    `A defect in wf-deploy: ${problem instanceof Error ? (problem.stack ?? problem.message) : String(problem)}`,
    'Report it with the log of this step.',
    problem,
  );
