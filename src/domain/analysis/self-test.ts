import type { Problem } from '../rollout/problem.ts';
import { latencyText } from '../units/duration.ts';
import type { Selectors } from './arm.ts';
import { type Counters, increment } from './counters.ts';
import { asksLatency, type Criterion, criterionName, type OwnQuery } from './criteria.ts';
import { neighbouringEdges } from './latency.ts';
import type { Measurement } from './measurement.ts';
import { filled } from './promql.ts';

/** Whether measuring would work, found out before any traffic moves. */
export interface SelfTest {
  /** With one of these no verdict could be trusted. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** What can be said without asking the metric store. */
export function inspectMeasurement({ source, criteria }: Measurement, selectors: Selectors): SelfTest {
  const problems: Problem[] = [];
  if (selectors.canary === selectors.stable) {
    problems.push({
      what: `Canary and stable are measured by the same selector (${selectors.stable}).`,
      remedy: 'Give `canary-selector` and `stable-selector` that tell the two versions apart.',
    });
  }
  if (asksLatency(criteria) && source.kind === 'queries' && source.buckets === undefined) {
    problems.push({
      what: 'A latency criterion is set, but the metric queries have no `latency-buckets`.',
      remedy: 'Add `latency-buckets`, or leave the criterion out.',
    });
  }
  const warnings = criteria.flatMap((criterion) =>
    criterion.kind === 'query' && isBlindToArms(criterion) ? [blindToArms(criterion)] : [],
  );
  return { problems, warnings };
}

const isBlindToArms = ({ query }: OwnQuery): boolean => filled(query, { canary: '' }) === query;

const blindToArms = ({ name }: OwnQuery): Problem => ({
  what: `The query \`${name}\` does not contain \`$canary\`: it gives the same value whichever version is at fault.`,
  remedy: 'Put `$canary` among its label matchers, unless it is meant to watch the whole service.',
});

/** What stable's own counters say about the way they are counted. */
export function inspectCounters(criteria: readonly Criterion[], counters: Counters): SelfTest {
  const { requests, errors, buckets } = increment(new Map(), counters);
  const problems = errors > requests ? [moreErrorsThanRequests(requests, errors)] : [];
  const warnings = criteria.flatMap((criterion) => {
    if (criterion.kind !== 'latency') return [];
    const edges = neighbouringEdges(buckets.keys(), criterion.maxSeconds);
    return edges === undefined ? [] : [noEdge(criterionName(criterion), criterion.maxSeconds, edges)];
  });
  return { problems, warnings };
}

const moreErrorsThanRequests = (requests: number, errors: number): Problem => ({
  what: `Stable counts more errors (${errors}) than requests (${requests}).`,
  remedy: 'See that the query for errors counts a part of the requests that the query for requests counts.',
});

function noEdge(name: string, limit: number, { below, above }: { readonly below?: number; readonly above?: number }): Problem {
  const between = [
    ...(below === undefined ? [] : [`${latencyText(below)} below`]),
    ...(above === undefined ? [] : [`${latencyText(above)} above`]),
  ];
  const nearest = between.length === 0 ? 'the histogram has no edge at all' : `the nearest are ${between.join(' and ')}`;
  const consequence =
    above === undefined
      ? 'a canary that is too slow would be no data instead of a failure'
      : 'within a bucket the quantile is only estimated';
  return {
    what: `The limit ${latencyText(limit)} of \`${name}\` is no edge of a histogram bucket (${nearest}): ${consequence}.`,
    remedy: `Add a bucket edge at ${latencyText(limit)} to the service, or set the limit to an edge.`,
  };
}
