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
  /** Seconds from the beginning of a preflight within which what is lacking may still come; 0 where nothing speaks for that. */
  readonly comesWithin: number;
}

/** Seconds after which a pod was scraped: a minute between two scrapes, and the time until it is found. */
const scrapedWithin = 120;
/** Seconds for a metric store that is being restarted. */
const answersWithin = 20;
/** Seconds between two looks at everything. */
const lookEvery = 10;

/** Whether stable can be measured with what the rollout is going to ask. */
export async function metricsOnStable(
  world: World,
  plan: CanaryPlan,
  { app, stable, stablePods }: Pick<Survey, 'app' | 'stable' | 'stablePods'>,
): Promise<MetricsFindings> {
  if (stable === undefined || stablePods.length === 0) return { problems: [], warnings: [], comesWithin: 0 };
  const selectors = selectorsOf(plan, app, { stable: stablePods, canary: [] });
  if (!selectors.ok) {
    const what = `\`stable-selector\` ${selectors.problem}.`;
    return { problems: [{ what, remedy: selectors.remedy }], warnings: [], comesWithin: 0 };
  }
  const measurement = { source: plan.source, criteria: plan.criteria, namespace: app.namespace };
  const { lacks, ...findings } = await selfTest(world.metrics, measurement, selectors.value);
  const before = scrapedBefore(world.clock.now());
  const areNew = lacks !== undefined && stablePods.every((pod) => isNewer(pod, before));
  return { ...findings, comesWithin: areNew ? scrapedWithin : lacks === 'answers' ? answersWithin : 0 };
}

/** Both as ISO 8601 of UTC, which sorts as time does. */
const isNewer = ({ metadata }: KubernetesObject, than: string): boolean =>
  metadata.creationTimestamp !== undefined && metadata.creationTimestamp > than;

function scrapedBefore(now: Date): string {
  now.setSeconds(now.getSeconds() - scrapedWithin);
  return now.toISOString();
}

/** Waits a little for what may still come, since the preflight began. `false`: nothing is waited for, or not any more. Throws CANCELLED. */
export async function awaitMeasurement(
  world: World,
  { noDataTimeout }: CanaryPlan,
  { comesWithin }: MetricsFindings,
  lease: LeaseView | undefined,
  began: number,
): Promise<boolean> {
  const waited = world.clock.monotonic() - began;
  if (haveUnprovenCanary(lease) || waited >= Math.min(comesWithin, noDataTimeout)) return false;
  world.log.line(`Stable cannot be measured yet: everything is looked at again in ${durationText(lookEvery)}.`);
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
