import type { ClusterCheck } from '../../domain/fleet/cluster-check.ts';
import type { Failure } from '../../failure.ts';
import { failedReport } from '../failed-report.ts';
import type { Report } from '../flow.ts';
import { code, inert, table } from '../markdown.ts';
import type { ClusterResult } from './execute.ts';

export const clusterOutputNames = [
  'outcome',
  'reason',
  'kubeconfig',
  'context',
  'name',
  'environment',
  'region',
  'weight',
  'namespace',
  'version',
  'report',
] as const;

const signs: Readonly<Record<ClusterCheck['is'], string>> = { pass: '✅', warning: '⚠️', fail: '⛔', 'not-checked': '❔ not checked' };

export function reportCluster(result: ClusterResult): Report {
  const { named, kept, checks, version, context, namespace, server } = result;
  const stopping = checks.filter((check) => check.is === 'fail' || (check.is === 'not-checked' && check.required));
  const reason = stopping.map(sentence).join('; ');
  const outcome = kept === undefined ? 'not-started' : 'ready';
  const called = named?.name ?? context;
  return {
    succeeded: kept !== undefined,
    outputs: {
      outcome,
      reason,
      kubeconfig: kept?.path ?? '',
      context,
      name: named?.name ?? '',
      environment: named?.environment ?? '',
      region: named?.region ?? '',
      weight: named === undefined ? '' : String(named.weight),
      namespace,
      version,
    },
    ...(kept === undefined ? {} : { environment: { KUBECONFIG: kept.search } }),
    summary: [
      `## ${kept === undefined ? '⛔' : '✅'} ${inert(called)}: ${outcome}`,
      '',
      `${code(server)}, namespace ${code(namespace)}`,
      '',
      table(
        ['check', '', 'found', 'what to do'],
        checks.map((check) => [check.name, signs[check.is], inert(foundIn(check)), 'remedy' in check ? inert(check.remedy) : '']),
      ),
      '',
    ].join('\n'),
    file: {
      schema: 'wf-deploy/cluster-report/v1',
      outcome,
      name: named?.name ?? null,
      server,
      context,
      namespace,
      version,
      checks,
    },
    annotation:
      kept === undefined
        ? {
            level: 'error',
            title: `${called}: not-started`,
            text: stopping.map((check) => `${sentence(check)}${remedyOf(check)}`).join('\n'),
          }
        : undefined,
  };
}

/** The report when nothing was found out. */
export const refusedCluster = (failure: Failure): Report => failedReport('not-started', failure, 'No kubeconfig was handed on.');

/** The report of a `post` step that could not remove the kubeconfig. */
export const unconfirmedCluster = (failure: Failure): Report =>
  failedReport('unknown', failure, 'The kubeconfig may still be on the runner: remove it by hand where the runner is kept.');

const foundIn = (check: ClusterCheck): string => (check.is === 'not-checked' ? check.reason : check.found);
const sentence = (check: ClusterCheck): string => `${check.name}: ${check.is === 'not-checked' ? 'not checked, ' : ''}${foundIn(check)}`;
const remedyOf = (check: ClusterCheck): string => ('remedy' in check ? ` → ${check.remedy}` : '');
