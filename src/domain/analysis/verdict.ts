import { latencyText } from '../units/duration.ts';
import { complement, ratioText } from '../units/ratio.ts';
import type { Arm } from './arm.ts';
import { type Criterion, criterionName, type ErrorRate, type Latency, type OwnQuery } from './criteria.ts';
import { type Evidence, window } from './evidence.ts';
import { exceeds, quantileOf, slowerThan } from './latency.ts';

/** What the measurements say. Only `pass` is one: no data is neither good nor bad. */
export type Verdict =
  | { readonly is: 'pass'; readonly findings: readonly Finding[] }
  | { readonly is: 'fail'; readonly findings: readonly Finding[] }
  | { readonly is: 'no-data'; readonly cause: NoDataCause; readonly findings: readonly Finding[] };

/** `thin`: measured, but too few requests so far. `silent`: nothing usable at present. */
export type NoDataCause = 'silent' | 'thin';

/** What one criterion says, and the sentence for a person: `error-rate 5.1 % (≤ 1 %)`. */
export type Finding = {
  /** As the user writes it: `latency-p99`. */
  readonly criterion: string;
  readonly required: boolean;
  readonly measured?: number;
  /** In the criterion's own unit: a share, seconds, or the query's. */
  readonly limit: number;
  readonly text: string;
} & Outcome;

type Outcome = { readonly is: 'pass' } | { readonly is: 'fail' } | { readonly is: 'no-data'; readonly cause: NoDataCause };

export interface Judging {
  /** So many requests are needed before anything passes. */
  readonly minRequests: number;
}

/**
 * Holds the newest evidence of one arm against the criteria. A required criterion that fails decides; otherwise one without data
 * does. The rule is a threshold: a criterion fails as soon as its limit would be exceeded even if all requests that are still
 * missing were good, and passes only on enough of them. Without any criterion nothing was asked, and that passes.
 */
export function judge(criteria: readonly Criterion[], evidence: Evidence, arm: Arm, { minRequests }: Judging): Verdict {
  const findings = criteria.map((criterion) => judgeOne(criterion, evidence, arm, minRequests));
  const required = findings.filter((finding) => finding.required);
  if (required.some((finding) => finding.is === 'fail')) return { is: 'fail', findings };
  const causes = required.flatMap((finding) => (finding.is === 'no-data' ? [finding.cause] : []));
  if (causes.length === 0) return { is: 'pass', findings };
  return { is: 'no-data', cause: causes.includes('silent') ? 'silent' : 'thin', findings };
}

function judgeOne(criterion: Criterion, evidence: Evidence, arm: Arm, minRequests: number): Finding {
  const criterionAs = { criterion: criterionName(criterion), required: criterion.kind !== 'query' || criterion.required };
  switch (criterion.kind) {
    case 'error-rate':
      return { ...criterionAs, ...judgeErrorRate(criterion, evidence, arm, minRequests) };
    case 'latency':
      return { ...criterionAs, ...judgeLatency(criterion, evidence, arm, minRequests) };
    case 'query':
      return { ...criterionAs, ...judgeQuery(criterion, evidence, arm) };
  }
}

type Judgement = Outcome & Pick<Finding, 'measured' | 'limit' | 'text'>;

function judgeErrorRate(criterion: ErrorRate, evidence: Evidence, arm: Arm, minRequests: number): Judgement {
  const { requests, errors } = window(evidence, arm, minRequests);
  const [limit, bound] = criterion.as === 'success-rate' ? [complement(criterion.max), '≥'] : [criterion.max, '≤'];
  const silence = silenceOf(evidence, arm, 'requests');
  if (silence !== undefined) return { ...silent(silence, `${criterionName(criterion)} not measured`), limit };
  const rate = errors / requests;
  const measured = criterion.as === 'success-rate' ? complement(rate) : rate;
  const text = `${criterionName(criterion)} ${ratioText(measured, limit)} (${bound} ${ratioText(limit)})`;
  if (exceeds(errors, criterion.max * Math.max(requests, minRequests))) return { is: 'fail', measured, limit, text };
  if (requests < minRequests) return { is: 'no-data', cause: 'thin', measured, limit, text: `${text}: ${progress(requests, minRequests)}` };
  return { is: 'pass', measured, limit, text };
}

function judgeLatency(criterion: Latency, evidence: Evidence, arm: Arm, minRequests: number): Judgement {
  const { maxSeconds: limit, quantile } = criterion;
  const seen = window(evidence, arm, minRequests, 'latencyRequests');
  const name = criterionName(criterion);
  const at = quantileOf(seen, quantile);
  const silence = silenceOf(evidence, arm, 'latencyRequests');
  if (silence !== undefined || at === undefined) return { ...silent(silence ?? `${arm} had no request`, `${name} not measured`), limit };
  const requests = seen.latencyRequests;
  const text = `${name} ${at.is === 'above' ? 'over ' : ''}${latencyText(at.seconds, limit)} (≤ ${latencyText(limit)})`;
  const known = at.is === 'at' ? { measured: at.seconds, limit, text } : { limit, text };
  if (exceeds(slowerThan(seen, limit), (1 - quantile) * Math.max(requests, minRequests))) return { is: 'fail', ...known };
  if (requests < minRequests) return { is: 'no-data', cause: 'thin', ...known, text: `${text}: ${progress(requests, minRequests)}` };
  if (at.is === 'above') {
    return {
      is: 'no-data',
      cause: 'silent',
      limit,
      text: `${text}: the histogram ends below the limit and needs a bucket edge at ${latencyText(limit)}`,
    };
  }
  return exceeds(at.seconds, limit) ? { is: 'fail', ...known } : { is: 'pass', ...known };
}

function judgeQuery(criterion: OwnQuery, evidence: Evidence, arm: Arm): Judgement {
  const { name, min = -Infinity, max = Infinity } = criterion;
  const own = evidence.last?.own.find((value) => value.name === name && value.arm === arm);
  const notMeasured = `${name} ${criterion.required ? 'not measured' : 'not checked'}`;
  const nearest = Number.isFinite(max) ? max : min;
  if (own === undefined) return { ...silent('the query was not run', notMeasured), limit: nearest };
  if (own.is === 'no-data') return { ...silent(own.reason, notMeasured), limit: nearest };
  const measured = own.value;
  const limit = measured < min ? min : nearest;
  const bounds = [...(Number.isFinite(min) ? [`≥ ${min}`] : []), ...(Number.isFinite(max) ? [`≤ ${max}`] : [])].join(', ');
  const advisory = criterion.required ? '' : ', advisory';
  const text = `${name} ${measured} (${bounds}${advisory})`;
  return { is: measured >= min && measured <= max ? 'pass' : 'fail', measured, limit, text };
}

const silent = (reason: string, what: string) => ({ is: 'no-data', cause: 'silent', text: `${what}: ${reason}` }) as const;

/** Why there is nothing to judge now. Traffic that stopped must not pass, nor fail again, on what was counted before. */
function silenceOf(evidence: Evidence, arm: Arm, count: 'requests' | 'latencyRequests'): string | undefined {
  const { newest, increments } = evidence[arm];
  if (newest.is === 'no-data') return newest.reason;
  if (newest.is === 'baseline') return `counting began only now in ${arm}`;
  const { requests = 0, [count]: counted = 0 } = increments.at(-1) ?? {};
  if (counted > 0) return undefined;
  return requests > 0 ? `the histogram of ${arm} counts no request` : `${arm} had no new request since the last reading`;
}

const progress = (requests: number, minRequests: number): string => `${Math.floor(requests)} of ${minRequests} requests`;
