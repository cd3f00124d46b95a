import { shown } from '../units/shown.ts';
import type { Answer, ArmAnswers } from './arm-queries.ts';
import type { PodCounters } from './counters.ts';
import { type Histogram, readHistograms } from './histograms.ts';
import type { LabelledSource, MetricSource } from './metric-source.ts';
import { type ArmReading, noData } from './reading.ts';
import { type Read, read, rowsOf, unusable } from './rows.ts';

/**
 * An arm's counters from what the metric store answered. Whatever cannot be read with certainty makes the whole answer no data, with
 * the reason: a half-understood answer must not count as healthy.
 */
export function readArm(source: MetricSource, answers: ArmAnswers): ArmReading {
  if (answers.requests.series.length === 0) return noSeries(answers.requests);
  const counts = source.kind === 'labelled' ? countByStatus(source, answers.requests) : countOwn(answers, source.podLabel);
  if (counts.is === 'no-data') return counts;
  const histograms = histogramsOf(source, answers.buckets);
  if (histograms.is === 'no-data') return histograms;
  const counters = new Map<string, PodCounters>();
  for (const [pod, count] of counts.value) {
    const buckets = histograms.value.get(pod) ?? new Map<number, number>();
    if (answers.buckets !== undefined && buckets.size === 0 && count.requests > 0) {
      return unusable(`pod ${shown(pod, 80)} counts requests, but it has no histogram`, answers.buckets);
    }
    counters.set(pod, { ...count, buckets });
  }
  return { is: 'counters', counters };
}

const noSeries = ({ promql }: Answer) => noData(`no series matches ${shown(promql, 400)}`);

function histogramsOf({ podLabel, unit }: MetricSource, answer: Answer | undefined): Read<ReadonlyMap<string, Histogram>> {
  if (answer === undefined) return read(new Map());
  return answer.series.length === 0 ? noSeries(answer) : readHistograms(answer, podLabel, unit);
}

type Counts = ReadonlyMap<string, Pick<PodCounters, 'requests' | 'errors'>>;

function countByStatus(source: LabelledSource, answer: Answer): Read<Counts> {
  const rows = rowsOf(answer, [source.podLabel, source.statusLabel]);
  if (rows.is === 'no-data') return rows;
  const [error, success] = [new RegExp(`^(?:${source.errors})$`), new RegExp(`^(?:${source.successes})$`)];
  const counts = new Map<string, { requests: number; errors: number }>();
  for (const { labels, count } of rows.value) {
    const [pod = '', status = ''] = labels;
    const failed = error.test(status);
    if (!failed && !success.test(status)) {
      return unusable(`\`${source.statusLabel}\` is \`${shown(status, 60)}\`, which is neither a success nor an error`, answer);
    }
    const { requests, errors } = counts.get(pod) ?? { requests: 0, errors: 0 };
    counts.set(pod, { requests: requests + count, errors: errors + (failed ? count : 0) });
  }
  return read(counts);
}

function countOwn({ requests, errors }: ArmAnswers, podLabel: string): Read<Counts> {
  if (errors === undefined || errors.series.length === 0) {
    const query = errors === undefined ? 'the query for errors was not run' : `no series matches ${shown(errors.promql, 400)}`;
    return noData(
      `${query}, so no errors and a wrong query look alike: count errors from 0 in the service, or write \`… or 0 * …\` behind the query`,
    );
  }
  const total = rowsOf(requests, [podLabel]);
  if (total.is === 'no-data') return total;
  const failed = rowsOf(errors, [podLabel]);
  if (failed.is === 'no-data') return failed;
  const counts = new Map(total.value.map(({ labels: [pod = ''], count }) => [pod, { requests: count, errors: 0 }]));
  for (const { labels, count } of failed.value) {
    const [pod = ''] = labels;
    if (!counts.has(pod)) return unusable(`pod ${shown(pod, 80)} counts errors, but no requests`, errors);
    counts.set(pod, { requests: counts.get(pod)?.requests ?? 0, errors: count });
  }
  return read(counts);
}
