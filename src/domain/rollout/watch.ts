import { type Evidence, extend, startEvidence } from '../analysis/evidence.ts';
import type { Reading } from '../analysis/reading.ts';
import { judge, type Verdict } from '../analysis/verdict.ts';
import { durationText } from '../units/duration.ts';
import type { Cause } from './cause.ts';
import type { RolloutPlan } from './plan.ts';
import type { Sample } from './sample.ts';

/** What was seen of one arm since its traffic last changed. */
export interface Watch {
  readonly since: number;
  readonly evidence: Evidence;
  /** Failing checks in a row; silence in between does not end the row. */
  readonly misses: number;
  /** Since when no usable measurement came, or the cluster gave no answer. */
  readonly silentSince?: number;
  readonly verdict?: Verdict;
}

export const startWatch = (at: number, baseline?: Reading): Watch => ({ since: at, evidence: startEvidence(baseline), misses: 0 });

/** The metric store had been heard up to the last look. One that comes soon after it may find no new scrape. */
export const fellSilent = ({ silentSince }: Watch, { at, cluster }: Sample): boolean => cluster.is === 'answer' && silentSince === at;

export type Look =
  | { readonly says: 'pass' | 'wait'; readonly watch: Watch }
  | { readonly says: 'back'; readonly watch: Watch; readonly cause: Cause };

/**
 * One sample more. `pass` only when every required criterion was measured and kept; `back` when something is wrong or
 * was unknown for too long; `wait` otherwise. Silence is never health, and never harm either.
 */
export function look(plan: RolloutPlan, before: Watch, sample: Sample, arm: 'canary' | 'stable', holdSeconds: number): Look {
  const evidence = extend(before.evidence, sample.reading);
  const verdict = judge(plan.criteria, evidence, arm, { minRequests: plan.minRequests });
  const blind = sample.cluster.is === 'no-answer';
  const silent = blind || (verdict.is === 'no-data' && verdict.cause !== 'thin');
  // No data says nothing: between two scrapes of a slow Prometheus it must not make a failing canary look as if it had recovered.
  const misses = verdict.is === 'fail' ? before.misses + 1 : verdict.is === 'pass' ? 0 : before.misses;
  const watch: Watch = {
    since: before.since,
    evidence,
    misses,
    verdict,
    ...(silent ? { silentSince: before.silentSince ?? sample.at } : {}),
  };
  if (verdict.is === 'fail' && misses >= plan.failureThreshold) return { says: 'back', watch, cause: harm(plan, verdict, arm) };
  const cause = silence(plan, watch, sample, arm, holdSeconds);
  if (cause !== undefined) return { says: 'back', watch, cause };
  return { says: verdict.is === 'pass' && !blind ? 'pass' : 'wait', watch };
}

function harm(plan: RolloutPlan, verdict: Verdict, arm: string): Cause {
  const failing = verdict.findings.filter((finding) => finding.is === 'fail').map((finding) => finding.text);
  const often = plan.failureThreshold === 1 ? '' : `, ${plan.failureThreshold} checks in a row`;
  return {
    kind: 'harm',
    code: 'CRITERIA_FAILED',
    text: `${arm === 'stable' ? 'Stable' : 'The canary'} failed its criteria${often}: ${failing.join('; ')}.`,
    remedy: 'Compare the logs and traces of the new version with the old one at the time shown. Nothing has to be undone.',
  };
}

function silence(plan: RolloutPlan, watch: Watch, sample: Sample, arm: string, holdSeconds: number): Cause | undefined {
  const silentFor = watch.silentSince === undefined ? 0 : sample.at - watch.silentSince;
  const late = sample.at - watch.since - Math.max(holdSeconds, 0);
  const unjudged = watch.verdict?.is === 'no-data' || sample.cluster.is === 'no-answer';
  if (silentFor < plan.noDataTimeout && !(unjudged && late >= plan.noDataTimeout)) return undefined;
  const reason =
    sample.cluster.is === 'no-answer'
      ? `the cluster gave no answer (${sample.cluster.reason})`
      : (watch.verdict?.findings.filter((finding) => finding.is === 'no-data').map((finding) => finding.text) ?? []).join('; ');
  return {
    kind: 'no-data',
    code: 'NO_DATA',
    text: `${arm === 'stable' ? 'Stable' : 'The canary'} could not be judged for ${durationText(Math.round(Math.max(silentFor, late)))}: ${reason}.`,
    remedy: 'See that the metric store answers and that the canary gets traffic, or raise `no-data-timeout` or the stages of `stages`.',
  };
}
