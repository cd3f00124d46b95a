import { baselineOf } from '../../domain/gates/baseline.ts';
import type { ToolReport } from '../../domain/gates/finding.ts';
import { identityOf } from '../../domain/gates/identity.ts';
import { judge, type Verdict } from '../../domain/gates/verdict.ts';
import type { GateWorld } from '../../ports/worlds/gate.ts';
import { annotationsOf } from './annotations.ts';
import { type Uploaded, upload } from './code-scanning.ts';
import type { GatePlan } from './plan.ts';
import { readPolicy } from './policy.ts';
import { directoryOf, startCommand, startTool } from './start.ts';

export interface GateResult {
  readonly verdict: Verdict;
  /** Names of everything that was asked, in order. */
  readonly asked: readonly string[];
  /** `undefined`: nobody asked for it. */
  readonly uploaded: Uploaded | undefined;
  /** Path of a baseline that knows all findings of this run. */
  readonly baselineNow: string;
}

/** Everything side by side; what one tool cannot do hides nothing of what the others find. */
export async function executeGate(plan: GatePlan, world: GateWorld): Promise<GateResult> {
  const stop = new AbortController();
  const unsubscribe = world.cancellation.onRequest(() => stop.abort());
  try {
    const { policy, notes } = await readPolicy(plan, world, stop.signal);
    for (const note of notes) world.log.annotate('notice', plan.action, note);
    const answers = await Promise.all([
      ...plan.tools.map((each) => startTool(each, plan, world, stop.signal)),
      ...plan.commands.map((each) => startCommand(each, plan, world, stop.signal)),
      ...plan.reports.map((each) =>
        world.findings.read({ format: each.format, tool: '', path: each.path, isCaptured: false, directory: directoryOf(plan) }),
      ),
    ]);
    const read: readonly ToolReport[] = answers.flat();
    const reports = await world.findings.withContexts(read);
    const judged = judge(reports, policy);
    const verdict = { ...judged, notes: [...notes, ...judged.notes] };
    for (const { level, title, text, at } of annotationsOf(verdict)) world.log.annotate(level, title, text, at);
    const identities = reports.flatMap(({ tool, findings }) => findings.map((each) => identityOf(tool, each)));
    const answered = [...new Set(reports.flatMap((report) => (report.state === 'read' ? [report.tool] : [])))];
    return {
      verdict,
      uploaded: await upload(plan, verdict, answered, world),
      asked: [...plan.tools.map(({ name }) => name), ...plan.commands.map(({ name }) => name), ...plan.reports.map(({ path }) => path)],
      baselineNow: await world.findings.keep('baseline.json', baselineOf(identities)),
    };
  } finally {
    unsubscribe();
  }
}
