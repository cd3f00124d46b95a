import type { Arm, Selectors } from '../domain/analysis/arm.ts';
import { readArm } from '../domain/analysis/arm-answers.ts';
import { type Answer, type ArmQueries, queriesFor } from '../domain/analysis/arm-queries.ts';
import { asksLatency, type Criterion, type OwnQuery } from '../domain/analysis/criteria.ts';
import { type Measurement, ownPromql, readOwn } from '../domain/analysis/measurement.ts';
import { type ArmReading, disjoint, noData, type OwnValue, type Reading } from '../domain/analysis/reading.ts';
import { inspectCounters, inspectMeasurement, type SelfTest } from '../domain/analysis/self-test.ts';
import type { Problem } from '../domain/rollout/problem.ts';
import { Failure } from '../failure.ts';
import type { Metrics } from '../ports/metrics.ts';

/**
 * Asks everything at once. What the metric store cannot answer is no data with its reason, and never an error of the run:
 * an outage of the store says nothing about either version.
 */
export async function measure(
  metrics: Metrics,
  plan: Measurement,
  selectors: Selectors,
  at: number,
  signal?: AbortSignal,
): Promise<Reading> {
  const ask = asking(metrics, signal);
  const arms: readonly Arm[] = ['canary', 'stable'];
  const [canary, stable, ...own] = await Promise.all([
    measureArm(ask, plan, selectors.canary),
    measureArm(ask, plan, selectors.stable),
    ...plan.criteria.filter(isOwn).flatMap((query) => arms.map((arm) => measureOwn(ask, plan, selectors, query, arm))),
  ]);
  // A proxy's pods count for both arms, which its metrics keep apart by other labels.
  const shared = plan.source.kind === 'labelled' && plan.source.countedBy === 'proxy';
  return { at, ...(shared ? { canary, stable } : disjoint(canary, stable)), own };
}

const isOwn = (criterion: Criterion): criterion is OwnQuery => criterion.kind === 'query';

export interface Tested extends SelfTest {
  /** Why something that is needed has no value: the metric store does not have it, or did not answer. Missing: nothing is lacking. */
  readonly lacks?: 'values' | 'answers';
}

/**
 * Before any weight is moved: every query is run on stable, whose data is known to be there. A misspelt metric or label is then a
 * problem while nothing has been written yet, instead of a canary that seems to be without errors.
 */
export async function selfTest(metrics: Metrics, plan: Measurement, selectors: Selectors, signal?: AbortSignal): Promise<Tested> {
  let answered = true;
  const heard: Metrics = {
    query: (...call) =>
      metrics.query(...call).catch((error: unknown) => {
        answered = false;
        throw error;
      }),
  };
  const ask = asking(heard, signal);
  const queries = plan.criteria.filter(isOwn);
  const [arm, ...values] = await Promise.all([
    measureArm(ask, plan, selectors.stable),
    ...queries.map(async (query) => ({ query, value: await measureOwn(ask, plan, selectors, query, 'stable') })),
  ]);
  const counted = arm.is === 'counters' ? inspectCounters(plan.criteria, arm.counters) : { problems: [unusable(arm.reason)], warnings: [] };
  const tests = [inspectMeasurement(plan, selectors), counted, ...values.map(({ query, value }) => testOwn(query, value))];
  return {
    problems: tests.flatMap(({ problems }) => problems),
    warnings: tests.flatMap(({ warnings }) => warnings),
    ...(arm.is === 'counters' && values.every(({ query, value }) => !query.required || value.is === 'value')
      ? {}
      : { lacks: answered ? 'values' : 'answers' }),
  };
}

const unusable = (reason: string): Problem => ({
  what: `Stable cannot be measured: ${reason}.`,
  remedy:
    'Run the query in Prometheus. Correct the metric, the labels or `stable-selector` until it gives the counters of the running pods.',
});

function testOwn({ name, required }: OwnQuery, value: OwnValue): SelfTest {
  if (value.is === 'value') return { problems: [], warnings: [] };
  const problem: Problem = {
    what: `The query \`${name}\` does not work on stable: ${value.reason}.`,
    remedy: 'Run it in Prometheus with stable in the place of `$canary`. It must give exactly one finite number, without traffic too.',
  };
  return required ? { problems: [problem], warnings: [] } : { problems: [], warnings: [problem] };
}

type Ask = (promql: string) => Promise<Answer>;

/** The same question is asked only once. */
function asking(metrics: Metrics, signal: AbortSignal | undefined): Ask {
  const asked = new Map<string, Promise<Answer>>();
  return (promql) => {
    const answer = asked.get(promql) ?? metrics.query(promql, signal).then((series) => ({ promql, series }));
    asked.set(promql, answer);
    return answer;
  };
}

async function measureArm(ask: Ask, { source, criteria }: Measurement, selector: string): Promise<ArmReading> {
  const queries: ArmQueries = queriesFor(source, selector, asksLatency(criteria));
  return await unlessUnreachable(async () => {
    const [requests, errors, buckets] = await Promise.all([
      ask(queries.requests),
      queries.errors === undefined ? undefined : ask(queries.errors),
      queries.buckets === undefined ? undefined : ask(queries.buckets),
    ]);
    return readArm(source, { requests, ...(errors === undefined ? {} : { errors }), ...(buckets === undefined ? {} : { buckets }) });
  });
}

async function measureOwn(ask: Ask, plan: Measurement, selectors: Selectors, query: OwnQuery, arm: Arm): Promise<OwnValue> {
  const value = await unlessUnreachable(async () => readOwn((await ask(ownPromql(query, plan, selectors, arm))).series));
  return { name: query.name, arm, ...value };
}

async function unlessUnreachable<T>(answer: () => Promise<T>): Promise<T | ReturnType<typeof noData>> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof Failure && error.code === 'METRICS_UNREACHABLE') return noData(error.what.replace(/\.$/, ''));
    throw error;
  }
}
