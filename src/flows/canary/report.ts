import type { StageHistory } from '../../domain/rollout/history.ts';
import { durationText } from '../../domain/units/duration.ts';
import type { Failure } from '../../failure.ts';
import { annotationOf, endingHeading, inOneLine, writtenLines } from '../ending.ts';
import { failedReport } from '../failed-report.ts';
import type { Report } from '../flow.ts';
import { changeSection } from '../lineage/changes.ts';
import { code, inert, section, table } from '../markdown.ts';
import { noticeText } from '../notice.ts';
import { gateText } from './gates.ts';
import type { CanaryPlan } from './plan.ts';
import type { CanaryResult } from './result.ts';

/** Outputs, summary, annotation and report file of a run. */
export function reportCanary(plan: CanaryPlan, result: CanaryResult): Report {
  const succeeded =
    ['promoted', 'analysed', 'paused', 'superseded'].includes(result.outcome) || (result.dryRun && result.code === undefined);
  return {
    succeeded,
    outputs: {
      outcome: result.outcome,
      stage: result.stages.findLast(({ name }) => name.includes('/'))?.name ?? '',
      weight: result.weight === undefined ? '' : String(result.weight),
      reason: inOneLine(result.reason),
      'previous-image': result.previousImage,
      image: result.image,
    },
    summary: summaryOf(plan, result),
    file: { schema: 'wf-deploy/canary-report/v1', action: plan.action, service: plan.service, ...result, weight: result.weight ?? null },
    annotation: succeeded && result.outcome !== 'paused' ? undefined : annotationOf(plan.service, result),
  };
}

/** The report when nothing was started. */
export const refusedCanary = (failure: Failure): Report => failedReport('not-started', failure, 'Nobody was sent to the new image.');

/** The report when nobody can say how the traffic stands. */
export const unconfirmedCanary = (failure: Failure): Report =>
  failedReport(
    'unknown',
    failure,
    'The run before may have left the canary with users: look at the route and the Lease in the cluster at once.',
  );

function summaryOf(plan: CanaryPlan, result: CanaryResult): string {
  return [
    ...endingHeading(plan.service, result),
    table(
      ['', ''],
      [
        ['new image', code(result.image)],
        ['image before', code(result.previousImage)],
        ['canary weight now', result.weight === undefined ? 'not known' : `${result.weight} %`],
      ],
    ),
    '',
    ...(result.stages.length === 0 ? [] : [stageTable(result.stages), '', chart(result.stages), '']),
    ...section('Smoke checks', result.smoke.map(inert)),
    ...section('Gates before this run', result.gates.map(gateText), true),
    ...changeSection(result.changes),
    ...section('Order, staging and record', result.lineage.map(inert), true),
    ...section('Written to the cluster', writtenLines(result.writes).map(inert)),
    ...section('Notifications', result.notices.map(noticeText)),
    ...section('Warnings', result.warnings.map(inert)),
    next(result),
    '',
  ].join('\n');
}

function stageTable(stages: readonly StageHistory[]): string {
  return table(
    ['stage', 'ordered', 'measured', 'held', 'requests', 'errors', 'p99', 'measured against limits', 'verdict'],
    stages.map((stage) => [
      stage.name,
      `${stage.weight} %`,
      stage.measuredShare === null ? 'not measured' : `${(stage.measuredShare * 100).toFixed(1)} %`,
      durationText(stage.heldSeconds),
      `${stage.requests} (${stage.arm})`,
      String(stage.errors),
      stage.latencyP99 === null ? '–' : `${Math.round(stage.latencyP99 * 1000)} ms`,
      stage.findings.map(inert).join('<br>'),
      stage.verdict === 'no-data' ? 'no data' : stage.verdict,
    ]),
  );
}

function chart(stages: readonly StageHistory[]): string {
  const measured = stages.every(({ measuredShare }) => measuredShare !== null)
    ? [`  line [${stages.map(({ measuredShare }) => ((measuredShare ?? 0) * 100).toFixed(1)).join(', ')}]`]
    : [];
  return [
    '```mermaid',
    'xychart-beta',
    '  title "Share of the canary in percent: ordered (bars) and measured (line)"',
    `  x-axis [${stages.map(({ name }) => `"${name}"`).join(', ')}]`,
    '  y-axis "percent" 0 --> 100',
    `  bar [${stages.map(({ weight }) => weight).join(', ')}]`,
    ...measured,
    '```',
  ].join('\n');
}

function next({ outcome, dryRun }: CanaryResult): string {
  if (dryRun) return '**Next:** run it without `dry-run`.';
  const words = {
    promoted: 'nothing. Stable serves all users with the new image.',
    paused: 'run `operation: promote` or `operation: abort`. After `pause-deadline` the guardian gives all users back to stable.',
    analysed: 'run `actions/promote` with this image when you are ready. Stable serves all users with the old one.',
    'rolled-back': 'mend the new version and deploy it again. Stable serves all users with the old image.',
    aborted: 'deploy again when you are ready. Stable serves all users with the old image.',
    superseded: 'nothing. What is deployed is newer. To bring back an older version on purpose, run `actions/rollback`.',
    'not-started': 'see above. Nothing was written.',
    unknown: 'look at the route and the Lease in the cluster at once: the weight could not be confirmed.',
  } as const;
  return `**Next:** ${words[outcome]}`;
}
