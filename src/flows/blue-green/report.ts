import type { Failure } from '../../failure.ts';
import { annotationOf, endingHeading, inOneLine, writtenLines } from '../ending.ts';
import { failedReport } from '../failed-report.ts';
import type { Report } from '../flow.ts';
import { changeSection } from '../lineage/changes.ts';
import { code, inert, section } from '../markdown.ts';
import type { BlueGreenWish } from './plan.ts';
import type { BlueGreenResult } from './result.ts';

/** Outputs, summary, annotation and report file of a run. */
export function reportBlueGreen(plan: BlueGreenWish, result: BlueGreenResult): Report {
  const { outcome, succeeded } = result;
  return {
    succeeded,
    outputs: {
      outcome,
      reason: inOneLine(result.reason),
      live: result.live ?? '',
      image: result.image,
      'previous-image': result.previousImage,
      images: images(result),
      held: JSON.stringify(result.held),
    },
    summary: [
      ...endingHeading(plan.service, result),
      `Users are on ${result.live === undefined ? 'a colour that nobody could confirm' : code(`${plan.service}-${result.live}`)}. Image ${code(result.image)}${result.previousImage === '' ? '' : `, before ${code(result.previousImage)}`}.`,
      '',
      ...section('Held from now on', result.held.map(code), true),
      ...changeSection(result.changes),
      ...section('Order, staging and record', result.lineage.map(inert), true),
      ...section('Asked of the new colour', result.asked.map(inert)),
      ...section('Written to the cluster', writtenLines(result.writes).map(inert)),
      ...section('Notes', result.notes.map(inert), !result.dryRun),
      ...section('Warnings', result.warnings.map(inert)),
      `**Next:** ${result.dryRun ? 'run it without `dry-run`.' : next[outcome]}`,
      '',
    ].join('\n'),
    file: { schema: 'wf-deploy/blue-green-report/v1', action: 'blue-green', service: plan.service, ...result },
    annotation: succeeded ? undefined : annotationOf(plan.service, result),
  };
}

const images = ({ images: shown }: BlueGreenResult): string => (shown === undefined ? '' : JSON.stringify(shown));

const next = {
  promoted: 'nothing. To go back, run it with `operation: rollback`.',
  'rolled-back': 'mend the new version and deploy it again. Users are on the old colour.',
  aborted: 'start it again when you are ready. Users are where they were before this run.',
  superseded: 'nothing. What is deployed is newer.',
  'nothing-to-do': 'nothing.',
  'not-started': 'see above. Nothing was written.',
  unknown: 'look at the route and the Lease in the cluster at once: it could not be confirmed who has the users.',
} as const;

/** The report when nothing was started. */
export const refusedBlueGreen = (failure: Failure): Report => failedReport('not-started', failure, 'Nothing was written.');

/** The report when nobody can say how the service stands. */
export const unconfirmedBlueGreen = (failure: Failure): Report =>
  failedReport(
    'unknown',
    failure,
    'The run before may have left users on the new colour: look at the route and the Lease in the cluster at once.',
  );
