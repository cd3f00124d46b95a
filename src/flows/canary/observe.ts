import { complete, remembered } from '../../domain/analysis/known-counters.ts';
import type { Reading } from '../../domain/analysis/reading.ts';
import { noData } from '../../domain/analysis/reading.ts';
import { health, restartsOf } from '../../domain/kubernetes/health.ts';
import { Pod } from '../../domain/kubernetes/kinds.ts';
import { foreignManager, foreignWriter } from '../../domain/kubernetes/managers.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { isReady } from '../../domain/kubernetes/pod.ts';
import { isContested, sickness } from '../../domain/rollout/cause.ts';
import type { Effect, RolloutEvent } from '../../domain/rollout/effect.ts';
import { epochOf } from '../../domain/rollout/lease.ts';
import type { AwaitedPods, ClusterView, RouteView, Sample, StableView } from '../../domain/rollout/sample.ts';
import { isStarted } from '../../domain/traffic/replicas/gate.ts';
import { highestShare, sharesChange } from '../../domain/traffic/weights/rule-shares.ts';
import { runs } from '../await-rollout.ts';
import { isTransient } from '../follow.ts';
import { measure } from '../measure.ts';
import { reopenPods } from './gate.ts';
import { beforeNewcomers } from './newcomers.ts';
import { selectorsOf } from './selectors.ts';
import { canaryLabels, type Session } from './session.ts';
import { followStable, stableNow } from './stable-view.ts';
import { waitForNodes } from './wait-for-nodes.ts';

type Observing = Extract<Effect, { do: 'observe' }>;

/**
 * Waits, and then looks at the route, the canary's pods and the metrics at once: two requests to the API server, two more where stable's
 * pods are looked at as well.
 */
export async function observe(
  session: Session,
  { inSeconds, until, enough, stable, growing, unmeasured }: Observing,
  signal: AbortSignal,
): Promise<Sample> {
  const followed =
    until === undefined ? await waited(session, inSeconds, signal) : await followStable(session, { seconds: inSeconds, enough }, signal);
  signal.throwIfAborted();
  const sample = await lookAround(session, { stable: stable === true ? 'ask' : followed, growing, unmeasured }, signal);
  if (until === undefined || sample.cluster.is === 'answer') return sample;
  // Following ends at once when stable is well: without a pause, a cluster that answers watches only would be asked without end.
  await session.world.clock.sleep(1, signal);
  return { ...sample, at: session.world.clock.monotonic() };
}

interface Looking {
  /** The canary's pods, where they were seen at this moment. */
  readonly pods?: readonly KubernetesObject[] | undefined;
  readonly stable?: StableView | 'ask' | undefined;
  readonly growing?: boolean | undefined;
  readonly unmeasured?: boolean | undefined;
  readonly awaited?: AwaitedPods;
}

/** At the route, the canary's pods, the metrics and the guardian's signs of life. */
export async function lookAround(session: Session, looking: Looking, signal: AbortSignal): Promise<Sample> {
  const [cluster, reading] = await Promise.all([
    look(session, looking, signal),
    looking.unmeasured === true ? notMeasured(session) : takeReading(session, signal),
  ]);
  const lost = session.guarded && session.lock.guardianLost();
  return { at: session.world.clock.monotonic(), cluster, reading, ...(lost ? { guardian: 'lost' } : {}) };
}

/** Seconds. Between a look and its write lie a record in the Lease and no more, which a slow API server too has answered by then. */
const leastOverdue = 20;

/**
 * Before something is written that a look has allowed which is older than an interval: the API server may have been silent since, or this process
 * stood still. Answers with what was found where that forbids it; with nothing on a way back, which looks for itself.
 */
export async function overdueLook(session: Session, signal: AbortSignal): Promise<RolloutEvent | undefined> {
  const { world, plan, seenAt, cause } = session;
  if (cause !== undefined || seenAt === undefined || world.clock.monotonic() - seenAt <= Math.max(plan.interval, leastOverdue))
    return undefined;
  const sample = await lookAround(session, { unmeasured: true }, signal);
  return isContested(sample) || sickness(sample) === undefined ? undefined : { on: 'sample', at: sample.at, sample };
}

async function waited(session: Session, seconds: number, signal: AbortSignal): Promise<undefined> {
  await session.world.clock.sleep(seconds, signal);
  return undefined;
}

async function look(
  session: Session,
  { pods: followed, stable: known, growing = false, awaited }: Looking,
  signal: AbortSignal,
): Promise<Sample['cluster']> {
  const { world, plan, ground } = session;
  try {
    const [stable, routes, pods] = await Promise.all([
      known === 'ask' ? stableNow(session, signal) : known,
      Promise.all(plan.router.objects(ground.app).map((ref) => world.cluster.get(ref, signal))),
      followed ?? world.cluster.list(Pod, ground.app.namespace, { labels: canaryLabels(session) }, signal),
    ]);
    const found = routes.filter((object) => object !== undefined);
    session.lookedAt = new Map(found.map((object) => [object.metadata.name, object]));
    session.seenAt = world.clock.monotonic();
    const present = pods.filter((pod) => runs(pod, ground.image));
    await reopenPods(session, found, present, signal);
    // What its pods went through before this run began is nothing that it saw: a promotion that is finished forward would end as a crash.
    session.restarts ??= restartsOf(present);
    const { serving, restarts } = growing ? beforeNewcomers(session, present) : { serving: present, restarts: session.restarts };
    if (!growing) session.canaryPods = present;
    // Before any is open, pods that wait behind their gate are as well as they can be.
    const waiting = plan.router.pods !== undefined && session.route !== undefined && highestShare(session.route.shares) === 0;
    const seen = health(serving, restarts, waiting ? isStarted : isReady);
    const canary = await waitForNodes(session, seen, signal);
    session.trouble = canary.trouble ?? stable?.trouble;
    const view: ClusterView = {
      is: 'answer',
      canary: awaited === undefined ? canary : { ...canary, awaited },
      route: routeView(session, routes),
      ...(stable === undefined ? {} : { stable }),
    };
    return view;
  } catch (error) {
    if (!isTransient(error)) throw error;
    session.unheardSince = undefined;
    return { is: 'no-answer', reason: error.what };
  }
}

function routeView(session: Session, found: readonly (KubernetesObject | undefined)[]): RouteView {
  const { plan, ground, lock, route } = session;
  const objects = found.filter((object) => object !== undefined);
  if (objects.length < found.length) return { is: 'gone' };
  if (objects.some((object) => epochOf(object) > lock.epoch)) return { is: 'taken' };
  if (route === undefined) return { is: 'as-ordered' };
  const change = sharesChange(route.shares, plan.router.ruleShares(objects, ground.app));
  const by = (writer: (object: KubernetesObject) => string | undefined): string =>
    objects.map(writer).find((manager) => manager !== undefined) ?? 'an unknown writer';
  if (change !== undefined) {
    session.fights += 1;
    const writer = by((object) => foreignWriter(object, plan.router.weights.pointer));
    return { is: 'changed', what: change, by: writer, fight: session.fights };
  }
  // The canary's Deployment, where it is the route, is scaled by this run as well.
  const edited = plan.router.pods === undefined && objects.some((object, index) => object.metadata.generation !== route.generations[index]);
  return edited ? { is: 'as-ordered', note: `\`${by(foreignManager)}\` changed the route, but not the split` } : { is: 'as-ordered' };
}

function notMeasured({ world }: Session): Reading {
  const nothing = noData('the run was cancelled');
  return { at: world.clock.monotonic(), canary: nothing, stable: nothing, own: [] };
}

export async function takeReading(session: Session, signal: AbortSignal): Promise<Reading> {
  const { world, plan, ground } = session;
  const at = world.clock.monotonic();
  const selectors = selectorsOf(plan, ground.app, { stable: session.stablePods, canary: session.canaryPods });
  if (!selectors.ok) return { at, canary: noData(selectors.problem), stable: noData(selectors.problem), own: [] };
  session.selectors = selectors.value;
  const measured = await measure(
    world.metrics,
    { source: plan.source, criteria: plan.criteria, namespace: ground.app.namespace },
    selectors.value,
    at,
    signal,
  );
  // Any reading may be the first good one of a stage, and so what it counts from: a metric store that was just started knows one pod after another.
  const reading = complete(session.counted, measured);
  session.counted = remembered(session.counted, reading);
  return reading;
}
