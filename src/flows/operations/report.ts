import type { Standing } from '../../domain/rollout/standing.ts';
import { standingRows } from '../../domain/rollout/standing-text.ts';
import { shown } from '../../domain/units/shown.ts';
import { reportCanary } from '../canary/report.ts';
import type { Report } from '../flow.ts';
import { code, inert, table } from '../markdown.ts';
import type { OperationPlan } from './plan.ts';
import type { OperationResult, Told } from './result.ts';

/** Outputs, summary and report file of an operation; of a run that it made, those of the run. */
export function reportOperation(plan: OperationPlan, result: OperationResult): Report {
  if (result.is === 'run') {
    const report = reportCanary(result.plan, result.result);
    // What was asked for is what counts: a canary that went back is what an abort wants.
    const succeeded = plan.operation === 'abort' ? result.result.outcome === 'aborted' || report.succeeded : report.succeeded;
    return { ...report, succeeded, outputs: { ...report.outputs, status: '' }, annotation: succeeded ? undefined : report.annotation };
  }
  const { told } = result;
  const { standing } = told;
  return {
    succeeded: told.succeeded,
    outputs: {
      outcome: told.outcome,
      stage: standing?.stage ?? '',
      weight: standing?.weight === undefined || standing.weight === null ? '' : String(standing.weight),
      reason: told.reason,
      'previous-image': standing?.previousImage ?? '',
      image: standing?.image ?? '',
      status: standing === undefined ? '' : JSON.stringify(standing),
    },
    summary: summaryOf(plan, told),
    file: {
      schema: 'wf-deploy/operation-report/v1',
      operation: plan.operation,
      service: plan.canary.service,
      dryRun: plan.canary.dryRun,
      outcome: told.outcome,
      reason: told.reason,
      ...(told.remedy === undefined ? {} : { remedy: told.remedy }),
      writes: told.writes,
      ...(standing === undefined ? {} : { status: standing }),
    },
    annotation: annotationOf(plan, told),
  };
}

function annotationOf({ operation, canary }: OperationPlan, { outcome, succeeded, reason, remedy }: Told): Report['annotation'] {
  if (succeeded && remedy === undefined) return undefined;
  const text = `${reason}${remedy === undefined ? '' : `\n→ ${remedy}`}`;
  return { level: succeeded ? 'warning' : 'error', title: `${operation} of ${canary.service}: ${outcome}`, text };
}

function summaryOf({ operation, canary }: OperationPlan, { outcome, reason, remedy, writes, standing }: Told): string {
  return [
    `## ${canary.service}: ${operation}${operation === 'status' ? '' : `, ${outcome}`}`,
    '',
    inert(reason),
    '',
    ...(remedy === undefined ? [] : [`**What to do:** ${inert(remedy)}`, '']),
    ...(writes.length === 0 ? [] : [...writes.map((line) => `- ${inert(line)}`), '']),
    ...(standing === undefined ? [] : [standingTable(standing), '']),
  ].join('\n');
}

const standingTable = (standing: Standing): string =>
  table(
    ['', ''],
    standingRows(standing).map(([name, text]) => [name, code(shown(text, 300))]),
  );
