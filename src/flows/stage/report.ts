import type { Failure } from '../../failure.ts';
import { annotationOf, endingHeading, inOneLine, writtenLines } from '../ending.ts';
import { failedReport } from '../failed-report.ts';
import type { Report } from '../flow.ts';
import { changeSection } from '../lineage/changes.ts';
import { code, inert, section, table } from '../markdown.ts';
import { noticeText } from '../notice.ts';
import type { StagePlan } from './plan.ts';
import type { ChangedObject, OperationResult, StageResult, UpdateResult, WorkloadReport } from './result.ts';

/** Outputs, summary, annotation and report file of a run. */
export function reportStage(plan: StagePlan, result: StageResult): Report {
  const succeeded = ['promoted', 'done', 'superseded'].includes(result.outcome) || (result.dryRun && result.code === undefined);
  return {
    succeeded,
    outputs: {
      outcome: result.outcome,
      reason: inOneLine(result.reason),
      ...(result.operation === 'deploy' ? deployOutputs(result) : operationOutputs(result)),
    },
    summary: result.operation === 'deploy' ? deploySummary(plan, result) : operationSummary(plan, result),
    file: { schema: 'wf-deploy/stage-report/v1', action: 'stage', service: plan.service, ...result },
    annotation: succeeded ? undefined : annotationOf(plan.service, result),
  };
}

const word = ({ kind, name }: { readonly kind: string; readonly name: string }): string => `${kind.toLowerCase()}/${name}`;

/** `deployment/agent/agent-api` → image. */
function imagesBy(objects: readonly ChangedObject[], which: 'before' | 'wanted'): Readonly<Record<string, string>> {
  return Object.fromEntries(
    objects.flatMap((object) =>
      Object.entries(object.images?.[which] ?? {}).map(([container, image]) => [`${word(object)}/${container}`, image]),
    ),
  );
}

const deployOutputs = ({ objects }: UpdateResult) => ({
  images: JSON.stringify(imagesBy(objects, 'wanted')),
  'previous-images': JSON.stringify(imagesBy(objects, 'before')),
  history: '',
});

const operationOutputs = ({ operation, workloads }: OperationResult) => ({
  images: '',
  'previous-images': '',
  history: operation === 'history' ? JSON.stringify(Object.fromEntries(workloads.map((each) => [word(each), each.history]))) : '',
});

/** The report when nothing was started. */
export const refusedStage = (failure: Failure): Report => failedReport('not-started', failure, 'Nothing was written.');

/** The report when nobody can say how the service stands. */
export const unconfirmedStage = (failure: Failure): Report =>
  failedReport(
    'unknown',
    failure,
    'The run before may have left the service half changed: look at its workloads and the Lease in the cluster at once.',
  );

function deploySummary(plan: StagePlan, result: UpdateResult): string {
  const images = result.objects.flatMap((object) =>
    Object.entries(object.images?.wanted ?? {}).map(([container, image]) => [
      code(`${word(object)}/${container}`),
      code(object.images?.before[container] ?? 'not there'),
      code(image),
    ]),
  );
  return [
    ...endingHeading(plan.service, result),
    ...(images.length === 0 ? [] : [table(['container', 'image before', 'image wanted'], images), '']),
    ...section(
      'Changes',
      result.objects.flatMap((object) => object.changes.map((line) => `${code(word(object))} ${inert(line)}`)),
      result.dryRun,
    ),
    ...section('Skipped', result.skipped.map(inert), true),
    ...section(
      'Made new, and still there',
      result.left.map((each) => `${inert(each)}: delete it by hand when it is not wanted`),
      true,
    ),
    ...changeSection(result.changes),
    ...section('Order, staging and record', result.lineage.map(inert), true),
    ...section('Smoke checks', result.smoke.map(inert)),
    ...section('Written to the cluster', written(result)),
    ...section('Notifications', result.notices.map(noticeText)),
    ...section('Notes', result.notes.map(inert)),
    ...section('Warnings', result.warnings.map(inert)),
    `**Next:** ${result.dryRun ? 'run it without `dry-run`.' : next[result.outcome]}`,
    '',
  ].join('\n');
}

const written = ({ writes }: StageResult): readonly string[] => writtenLines(writes).map(inert);

const next = {
  promoted: 'nothing. Every workload is available with what was wanted.',
  'rolled-back': 'mend the new version and deploy it again. What ran before runs again.',
  aborted: 'deploy again when you are ready. What ran before runs again.',
  superseded: 'nothing. What is deployed is newer. To bring back an older version on purpose, run `actions/rollback`.',
  'not-started': 'see above. Nothing was written.',
  unknown: 'look at the workloads in the cluster at once: it could not be confirmed how they stand.',
} as const;

function operationSummary(plan: StagePlan, result: OperationResult): string {
  return [
    ...endingHeading(plan.service, result),
    ...result.workloads.flatMap((each) => (result.operation === 'history' ? historyTable(each) : [`- ${inert(each.said)}`])),
    '',
    ...section('Written to the cluster', written(result)),
    ...section('Warnings', result.warnings.map(inert)),
    '',
  ].join('\n');
}

function historyTable(workload: WorkloadReport): readonly string[] {
  const rows = workload.history.map(({ revision, current, images, since, changeCause, by, run }) => [
    `${revision}${current ? ' (newest)' : ''}`,
    Object.entries(images)
      .map(([container, image]) => code(`${container} ${image}`))
      .join('<br>'),
    since ?? 'not known',
    inert(changeCause ?? '–'),
    [by, run]
      .filter((part) => part !== undefined)
      .map(inert)
      .join(' · ') || '–',
  ]);
  return [
    '',
    `### ${inert(word(workload))}`,
    '',
    rows.length === 0 ? inert(workload.said) : table(['revision', 'images', 'first there', 'change-cause', 'who'], rows),
    '',
  ];
}
