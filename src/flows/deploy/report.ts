import type { Failure } from '../../failure.ts';
import { annotationOf, endingHeading, inOneLine, signs, writtenLines } from '../ending.ts';
import { failedReport } from '../failed-report.ts';
import type { Report } from '../flow.ts';
import { code, inert, section, table } from '../markdown.ts';
import type { ClusterResult, DeployResult, ServiceResult } from './result.ts';

export const deployOutputNames = ['outcome', 'reason', 'clusters', 'images', 'previous-images', 'report'] as const;

const states: Readonly<Record<ServiceResult['state'], string>> = {
  'as-wanted': '✅ as wanted already',
  waiting: '– not begun',
  running: '❓ in the middle',
  done: '✅ new',
  kept: '✅ new',
  failed: '↩️ failed, went back',
  returning: '❓ going back',
  returned: '↩️ went back',
  unsure: '❓ not known',
};

/** Outputs, summary, annotation and report file of a release. */
export function reportDeploy(result: DeployResult): Report {
  const succeeded = result.outcome === 'promoted' || (result.dryRun && result.code === undefined);
  return {
    succeeded,
    outputs: {
      outcome: result.outcome,
      reason: inOneLine(result.reason),
      clusters: JSON.stringify(Object.fromEntries(result.clusters.map(({ name, outcome }) => [name, outcome]))),
      images: JSON.stringify(imagesBy(result, 'wanted')),
      'previous-images': JSON.stringify(imagesBy(result, 'before')),
    },
    summary: summaryOf(result),
    file: { schema: 'wf-deploy/deploy-report/v1', action: 'deploy', ...result },
    annotation: succeeded ? undefined : annotationOf(result.release, result),
  };
}

/** `cluster/service/deployment/agent/agent-api` → image. */
const imagesBy = ({ clusters }: DeployResult, which: 'before' | 'wanted'): Readonly<Record<string, string>> =>
  Object.fromEntries(
    clusters.flatMap((cluster) =>
      cluster.services.flatMap((service) =>
        service.images.flatMap((image) => {
          const text = image[which];
          return text === undefined ? [] : [[`${cluster.name}/${service.name}/${image.container}`, text]];
        }),
      ),
    ),
  );

/** The report when nothing was started. */
export const refusedDeploy = (failure: Failure): Report => failedReport('not-started', failure, 'Nothing was written, in no cluster.');

/** The report when nobody can say how the services stand. */
export const unconfirmedDeploy = (failure: Failure): Report =>
  failedReport(
    'unknown',
    failure,
    'The run before may have left services half released: look at their workloads and Leases in every cluster at once.',
  );

function summaryOf(result: DeployResult): string {
  const { outcome, release, version, clusters, dryRun } = result;
  return [
    ...endingHeading(`${inert(release)}${version === undefined ? '' : ` ${inert(version)}`}`, result),
    ...waveLines(result),
    table(['cluster', 'service', 'image before', 'image wanted', 'outcome', 'reason'], clusters.flatMap(rowsOf)),
    '',
    ...(result.backup === undefined ? [] : [`**Before:** ${inert(result.backup)}${backupsOf(clusters)}`, '']),
    ...result.lineage.map((text) => `- ${inert(text)}`),
    ...(result.lineage.length === 0 ? [] : ['']),
    ...section('Warnings', result.warnings.map(inert), true),
    ...section(
      'Changes',
      each(clusters, ({ changes }) => changes),
      dryRun,
    ),
    ...section(
      'Skipped',
      each(clusters, ({ skipped }) => skipped),
    ),
    ...section(
      'Made new, and still there',
      each(clusters, ({ left }) => left),
      true,
    ),
    ...section(
      'Smoke checks of the release',
      clusters.flatMap(({ name, smoke }) => smoke.map((line) => `${inert(name)}: ${inert(line)}`)),
    ),
    ...section(
      'Written to the clusters',
      each(clusters, ({ writes }) => writtenLines(writes)),
    ),
    `**Next:** ${dryRun ? 'run it without `dry-run`.' : next[outcome]}`,
    '',
  ].join('\n');
}

const backupsOf = (clusters: readonly ClusterResult[]): string => {
  const made = clusters.flatMap(({ name, backup }) => (backup === undefined ? [] : [`${inert(name)}: ${inert(backup)}`]));
  return made.length === 0 ? '' : ` (${made.join('; ')})`;
};

function waveLines({ waves, clusters }: DeployResult): readonly string[] {
  if (clusters.length < 2) return [];
  const share = (name: string): string => {
    const of = clusters.find((cluster) => cluster.name === name);
    return of?.share === undefined ? '' : ` (${of.share} % of the users${of.region === undefined ? '' : `, ${inert(of.region)}`})`;
  };
  return [...waves.map((wave, index) => `${index + 1}. ${wave.map((name) => `${inert(name)}${share(name)}`).join(', ')}`), ''];
}

/** A row a service, and one for the cluster itself where that did not come to its end. */
function rowsOf({ name, outcome, reason, services }: ClusterResult): readonly (readonly string[])[] {
  const why = inOneLine(reason);
  return [
    [`**${inert(name)}**`, '', '', '', `${signs[outcome]} ${outcome}`, inert(why)],
    ...services.map((service) => {
      const because = inOneLine(service.reason ?? '');
      const images = (which: 'before' | 'wanted'): string =>
        service.images.map((image) => `${inert(image.container)} ${code(image[which] ?? 'not there')}`).join('<br>');
      return [
        inert(name),
        service.settings ? 'ConfigMaps and Secrets' : inert(service.name),
        images('before'),
        images('wanted'),
        states[service.state],
        inert(because),
      ];
    }),
  ];
}

const each = (clusters: readonly ClusterResult[], lines: (service: ServiceResult) => readonly string[]): readonly string[] =>
  clusters.flatMap((cluster) =>
    cluster.services.flatMap((service) => lines(service).map((line) => `${code(`${cluster.name}/${service.name}`)} ${inert(line)}`)),
  );

const next: Readonly<Record<DeployResult['outcome'], string>> = {
  promoted: 'nothing. Every service is available with what was wanted, in every cluster.',
  'rolled-back': 'mend what is named above and release again. What ran before runs again, everywhere.',
  aborted: 'release again when you are ready. What ran before runs again.',
  stopped: 'mend what is named above and run it again: it goes on where it ended. What was done before stays.',
  'not-started': 'see above. No service was changed.',
  unknown: 'look at the services that are named above at once: it could not be confirmed how they stand.',
};
