import type { ClusterCheck } from '../../domain/fleet/cluster-check.ts';
import type { Failure } from '../../failure.ts';
import type { Report } from '../flow.ts';
import { code, codeBlock, inert, table } from '../markdown.ts';
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
  const { named, path, checks, version, context, namespace, server } = result;
  const stopping = checks.filter((check) => check.is === 'fail' || (check.is === 'not-checked' && check.required));
  const reason = stopping.map(sentence).join('; ');
  const outcome = path === undefined ? 'not-started' : 'ready';
  const called = named?.name ?? context;
  return {
    succeeded: path !== undefined,
    outputs: {
      outcome,
      reason,
      kubeconfig: path ?? '',
      context,
      name: named?.name ?? '',
      environment: named?.environment ?? '',
      region: named?.region ?? '',
      weight: named === undefined ? '' : String(named.weight),
      namespace,
      version,
    },
    ...(path === undefined ? {} : { environment: { KUBECONFIG: path } }),
    summary: [
      `## ${path === undefined ? '⛔' : '✅'} ${inert(called)}: ${outcome}`,
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
      path === undefined
        ? {
            level: 'error',
            title: `${called}: not-started`,
            text: stopping.map((check) => `${sentence(check)}${remedyOf(check)}`).join('\n'),
          }
        : undefined,
  };
}

/** The report when nothing was found out. */
export const refusedCluster = (failure: Failure): Report => failed('not-started', failure);

/** The report of a `post` step that could not remove the kubeconfig. */
export const unconfirmedCluster = (failure: Failure): Report => failed('unknown', failure);

function failed(outcome: 'not-started' | 'unknown', failure: Failure): Report {
  const reason = failure.what.split('\n')[0] ?? '';
  const empty = Object.fromEntries(clusterOutputNames.filter((name) => name !== 'report').map((name) => [name, '']));
  return {
    succeeded: false,
    outputs: { ...empty, outcome, reason },
    summary: [
      `## ⛔ ${outcome}`,
      '',
      code(failure.code),
      '',
      codeBlock(failure.what),
      '',
      `**What to do:** ${inert(failure.remedy)}`,
      '',
    ].join('\n'),
    file: undefined,
    annotation: { level: 'error', title: failure.code, text: failure.message },
  };
}

const foundIn = (check: ClusterCheck): string => (check.is === 'not-checked' ? check.reason : check.found);
const sentence = (check: ClusterCheck): string => `${check.name}: ${check.is === 'not-checked' ? 'not checked, ' : ''}${foundIn(check)}`;
const remedyOf = (check: ClusterCheck): string => ('remedy' in check ? ` → ${check.remedy}` : '');
