import { revisionText } from '../../domain/rollback/shown-revision.ts';
import { holdText } from '../../domain/rollout/hold.ts';
import { instantOf } from '../../domain/units/instant.ts';
import type { Failure } from '../../failure.ts';
import { annotationOf, endingHeading, inOneLine, writtenLines } from '../ending.ts';
import { failedReport } from '../failed-report.ts';
import type { Report } from '../flow.ts';
import { code, inert, section, table } from '../markdown.ts';
import type { RollbackPlan } from './plan.ts';
import type { BackResult, RollbackResult, UnholdResult } from './result.ts';

/** Outputs, summary, annotation and report file of a run. */
export function reportRollback({ service, reason: why }: Pick<RollbackPlan, 'service' | 'reason'>, result: RollbackResult): Report {
  const succeeded = ['rolled-back', 'done', 'nothing-to-do'].includes(result.outcome) || (result.dryRun && result.code === undefined);
  return {
    succeeded,
    outputs: {
      outcome: result.outcome,
      reason: inOneLine(result.reason),
      ...(result.operation === 'rollback' ? backOutputs(result) : unholdOutputs(result)),
    },
    summary: [...endingHeading(service, result), ...(why === '' ? [] : [`**Why:** ${inert(why)}`, '']), ...details(result)].join('\n'),
    file: { schema: 'wf-deploy/rollback-report/v1', action: 'rollback', service, why, ...result },
    annotation: succeeded ? undefined : annotationOf(service, result),
  };
}

const images = (shown: BackResult['from']): string => (shown === undefined ? '' : JSON.stringify(shown.images));

const backOutputs = ({ from, to, held, outcome }: BackResult) => ({
  images: images(to ?? (outcome === 'nothing-to-do' ? from : undefined)),
  'previous-images': images(from),
  revision: to?.revision === undefined ? '' : String(to.revision),
  held: JSON.stringify(held),
});

const unholdOutputs = ({ stay }: UnholdResult) => ({
  images: '',
  'previous-images': '',
  revision: '',
  held: JSON.stringify(stay.map(({ digest }) => digest)),
});

/** The report when nothing was started. */
export const refusedRollback = (failure: Failure): Report => failedReport('not-started', failure, 'Nothing was written.');

/** The report when nobody can say how the service stands. */
export const unconfirmedRollback = (failure: Failure): Report =>
  failedReport('unknown', failure, 'The rollback may be half done: look at the service and its Lease at once, and run this action again.');

const details = (result: RollbackResult): readonly string[] => [
  ...(result.operation === 'rollback' ? backDetails(result) : unholdDetails(result)),
  ...section('Warnings', result.warnings.map(inert), true),
  ...section('Written to the cluster', writtenLines(result.writes).map(inert)),
  `**Next:** ${result.dryRun ? 'run it without `dry-run`.' : next[result.outcome]}`,
  '',
];

function backDetails({ from, to, changes, stopped, held, smoke, started, dryRun }: BackResult): readonly string[] {
  const now = instantOf(started) ?? 0;
  const rows = [
    ...(from === undefined ? [] : [['from', inert(revisionText(from, now))]]),
    ...(to === undefined ? [] : [['to', inert(revisionText(to, now))]]),
    ...(stopped === undefined ? [] : [[dryRun ? 'would be stopped' : 'stopped', inert(stopped)]]),
  ];
  return [
    ...(rows.length === 0 ? [] : [table(['', 'what'], rows), '']),
    ...section('Changes of the pod template', changes.map(inert), true),
    ...section('Held from now on', held.map(code), true),
    ...section('Smoke checks', smoke.map(inert)),
  ];
}

const unholdDetails = ({ lifted, stay, dryRun }: UnholdResult): readonly string[] => [
  ...section(
    dryRun ? 'Would be lifted' : 'Lifted',
    lifted.map((hold) => inert(holdText(hold))),
    true,
  ),
  ...section(
    'Still held',
    stay.map((hold) => inert(holdText(hold))),
    true,
  ),
];

const next: Readonly<Record<RollbackResult['outcome'], string>> = {
  'rolled-back': 'mend the version that was taken back, and deploy a digest of a later commit. This one is held until somebody lifts that.',
  done: 'deploy it again when you are ready.',
  'nothing-to-do': 'nothing.',
  'not-started': 'see above. Nothing was written.',
  unknown: 'look at the service in the cluster at once, and run this action again: it goes on where this run ended.',
};
