import { shown } from '../units/shown.ts';
import type { Answer } from './arm-queries.ts';
import { isCumulative } from './counters.ts';
import type { LatencyUnit } from './metric-source.ts';
import { type Read, type Row, read, rowsOf, unusable } from './rows.ts';

/** Upper edge in seconds, `Infinity` included → requests up to there. */
export type Histogram = ReadonlyMap<number, number>;

/** The histogram of each pod. Cumulative, so a larger edge never has fewer requests, and the open bucket has them all. */
export function readHistograms(answer: Answer, podLabel: string, unit: LatencyUnit): Read<ReadonlyMap<string, Histogram>> {
  const rows = rowsOf(answer, [podLabel, 'le']);
  if (rows.is === 'no-data') return rows;
  const pods = Map.groupBy(rows.value, ({ labels: [pod = ''] }) => pod);
  const histograms = new Map<string, Histogram>();
  for (const [pod, its] of pods) {
    const histogram = readHistogram(answer, its, unit);
    if (histogram.is === 'no-data') return histogram;
    histograms.set(pod, histogram.value);
  }
  return read(histograms);
}

function readHistogram(answer: Answer, rows: readonly Row[], unit: LatencyUnit): Read<Histogram> {
  const histogram = new Map<number, number>();
  const pod = shown(rows[0]?.labels[0] ?? '', 80);
  for (const { labels, count } of rows) {
    const [, le = ''] = labels;
    const edge = edgeOf(le, unit);
    if (edge === undefined) return unusable(`pod ${pod} has a bucket with le \`${shown(le, 40)}\`, which is no number`, answer);
    if (histogram.has(edge)) return unusable(`pod ${pod} has the bucket edge ${edge} s twice`, answer);
    histogram.set(edge, count);
  }
  if (!histogram.has(Infinity)) return unusable(`the histogram of pod ${pod} has no bucket +Inf`, answer);
  if (!isCumulative(histogram)) return unusable(`the histogram of pod ${pod} is not cumulative: a larger le has fewer requests`, answer);
  return read(histogram);
}

const decimal = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

function edgeOf(le: string, unit: LatencyUnit): number | undefined {
  if (/^\+?Inf$/i.test(le)) return Infinity;
  const edge = Number(le);
  if (!decimal.test(le) || !Number.isFinite(edge)) return undefined;
  return unit === 'ms' ? edge / 1000 : edge;
}
