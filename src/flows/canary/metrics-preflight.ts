import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { mayHaveUsers } from '../../domain/rollout/begin.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import type { Findings } from '../../domain/rollout/problem.ts';
import { durationText } from '../../domain/units/duration.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { endedByCancel } from '../cancel.ts';
import { selfTest } from '../measure.ts';
import type { CanaryPlan } from './plan.ts';
import { selectorsOf } from './selectors.ts';
import type { Survey } from './survey.ts';

export interface MetricsFindings extends Findings {
  /** Nobody has measured stable, whose pods may be too new for that. */
  readonly mayCome: boolean;
}

/** Seconds after which a pod was scraped: a minute between two scrapes, and the time until it is found. */
const scrapedWithin = 120;
/** Seconds between two looks at everything. */
const lookEvery = 10;

/** Whether stable can be measured with what the rollout is going to ask. */
export async function metricsOnStable(
  world: World,
  plan: CanaryPlan,
  { app, stable, stablePods }: Pick<Survey, 'app' | 'stable' | 'stablePods'>,
): Promise<MetricsFindings> {
  if (stable === undefined || stablePods.length === 0) return { problems: [], warnings: [], mayCome: false };
  const selectors = selectorsOf(plan, app, { stable: stablePods, canary: [] });
  if (!selectors.ok) {
    const what = `\`stable-selector\` ${selectors.problem}.`;
    return { problems: [{ what, remedy: selectors.remedy }], warnings: [], mayCome: false };
  }
  const measurement = { source: plan.source, criteria: plan.criteria, namespace: app.namespace };
  const { unmeasured, ...findings } = await selfTest(world.metrics, measurement, selectors.value);
  const before = scrapedBefore(world.clock.now());
  return { ...findings, mayCome: unmeasured && stablePods.every((pod) => isNewer(pod, before)) };
}

/** Both as ISO 8601 of UTC, which sorts as time does. */
const isNewer = ({ metadata }: KubernetesObject, than: string): boolean =>
  metadata.creationTimestamp !== undefined && metadata.creationTimestamp > than;

function scrapedBefore(now: Date): string {
  now.setSeconds(now.getSeconds() - scrapedWithin);
  return now.toISOString();
}

/** Until when a preflight that begins now waits for stable's first measurement, on the clock that only grows. */
export const firstMeasurementBy = ({ clock }: World, { noDataTimeout }: CanaryPlan): number =>
  clock.monotonic() + Math.min(noDataTimeout, scrapedWithin);

/** Waits a little for stable's first measurement. `false`: it is not waited for, or not any more. Throws CANCELLED. */
export async function awaitMeasurement(
  world: World,
  { mayCome }: MetricsFindings,
  lease: LeaseView | undefined,
  until: number,
): Promise<boolean> {
  if (!mayCome || haveUnprovenCanary(lease) || world.clock.monotonic() >= until) return false;
  world.log.line(`Stable's pods are new, and nothing of them is measured yet: all is looked at again in ${durationText(lookEvery)}.`);
  await endedByCancel(world.cancellation, async (signal) => {
    await world.clock.sleep(lookEvery, signal);
    signal.throwIfAborted();
  });
  return true;
}

/** Users of a run that died do not wait on a canary that has not passed: the refusal takes them back at once. */
function haveUnprovenCanary(lease: LeaseView | undefined): boolean {
  const phase = lease?.rollout?.phase ?? 'resting';
  return mayHaveUsers(phase) && phase !== 'promoting' && phase !== 'returning';
}
