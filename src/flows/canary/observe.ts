import type { Reading } from '../../domain/analysis/reading.ts';
import { noData } from '../../domain/analysis/reading.ts';
import { diagnose } from '../../domain/kubernetes/diagnosis.ts';
import { health } from '../../domain/kubernetes/health.ts';
import { Pod } from '../../domain/kubernetes/kinds.ts';
import { foreignManager, foreignWriter } from '../../domain/kubernetes/managers.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { isReady } from '../../domain/kubernetes/pod.ts';
import { type RolloutStatus, readyOfTemplate, rolloutStatus } from '../../domain/kubernetes/rollout-status.ts';
import { isRelease } from '../../domain/manifests/release.ts';
import { imageOf } from '../../domain/rollout/container-image.ts';
import type { Effect } from '../../domain/rollout/effect.ts';
import { epochAnnotation, readEpoch } from '../../domain/rollout/lease.ts';
import type { ClusterView, RouteView, Sample, StableView } from '../../domain/rollout/sample.ts';
import { isStarted } from '../../domain/traffic/replicas/gate.ts';
import { conditions, runs } from '../await-rollout.ts';
import { follow, isTransient } from '../follow.ts';
import { measure } from '../measure.ts';
import { reopenPods } from './gate.ts';
import { selectorsOf } from './selectors.ts';
import { canaryLabels, type Session, stableRef } from './session.ts';
import { stablePodLabelsOf } from './survey.ts';
import { waitForNodes } from './wait-for-nodes.ts';

type Observing = Extract<Effect, { do: 'observe' }>;

/**
 * Waits, and then looks at the route, the canary's pods and the metrics at once: two requests to the API server, two more where stable's
 * pods are looked at as well.
 */
export async function observe(
  session: Session,
  { inSeconds, until, enough, stable, unmeasured }: Observing,
  signal: AbortSignal,
): Promise<Sample> {
  const followed =
    until === undefined ? await waited(session, inSeconds, signal) : await followStable(session, { seconds: inSeconds, enough }, signal);
  signal.throwIfAborted();
  const [cluster, reading] = await Promise.all([
    look(session, stable === true ? 'ask' : followed, signal),
    unmeasured === true ? notMeasured(session) : takeReading(session, signal),
  ]);
  // Following ends at once when stable is well: without a pause, a cluster that answers watches only would be asked without end.
  if (until !== undefined && cluster.is === 'no-answer') await session.world.clock.sleep(1, signal);
  const lost = session.guarded && session.lock.guardianLost();
  return { at: session.world.clock.monotonic(), cluster, reading, ...(lost ? { guardian: 'lost' } : {}) };
}

async function waited(session: Session, seconds: number, signal: AbortSignal): Promise<undefined> {
  await session.world.clock.sleep(seconds, signal);
  return undefined;
}

/**
 * Ends early when stable is Available with the image it was last ordered to run, or has enough ready pods with it. What was seen last is
 * the view.
 */
async function followStable(
  session: Session,
  { seconds, enough = Number.POSITIVE_INFINITY }: { readonly seconds: number; readonly enough: number | undefined },
  signal: AbortSignal,
): Promise<StableView | undefined> {
  const { world, plan, ground } = session;
  let view: StableView | undefined;
  await follow(
    world,
    { namespace: ground.app.namespace, deployment: plan.stableDeployment, podLabels: stablePodLabelsOf(ground.stable), seconds, signal },
    (workload) => {
      if (workload.deployment === undefined) return undefined;
      const present = imageOf(workload.deployment, ground.container);
      const pods = workload.pods.filter((pod) => present !== undefined && runs(pod, present));
      view = stableView(session, workload.deployment, present, pods);
      if (view.status.is !== 'available' && view.ready < enough) return undefined;
      session.stablePods = pods;
      return view.runs === session.stableOrdered ? true : undefined;
    },
  );
  return view;
}

function stableView(
  session: Session,
  deployment: KubernetesObject,
  present: string | undefined,
  pods: readonly KubernetesObject[],
): StableView {
  const { newReleases, previousImage, previousTemplate, container } = session.ground;
  const isNew = newReleases.some((release) => isRelease(deployment, container, release));
  // Where templates change, what is not the new one by its mark is the old one; where images change, both may be the same.
  const isOld = present === previousImage && !(isNew && previousTemplate !== undefined);
  const known = isNew && isOld ? session.stableOrdered : isNew ? 'new' : isOld ? 'old' : 'foreign';
  const trouble = diagnose(pods, conditions(deployment));
  return {
    status: statusOf(deployment, pods),
    ready: readyOfTemplate(deployment),
    runs: known,
    ...(trouble === undefined ? {} : { trouble }),
  };
}

/** The two watches are not in step: the Deployment may be heard of before its pods, and they are what is measured. */
function statusOf(deployment: KubernetesObject, pods: readonly KubernetesObject[]): RolloutStatus {
  const status = rolloutStatus(deployment);
  if (status.is !== 'available' || pods.filter(isReady).length >= status.replicas) return status;
  return { ...status, is: 'progressing', waitingFor: 'its pods to be seen' };
}

async function stableNow(session: Session, signal: AbortSignal): Promise<StableView | undefined> {
  const { world, ground } = session;
  const { namespace } = ground.app;
  const [deployment, pods] = await Promise.all([
    world.cluster.get(stableRef(session), signal),
    world.cluster.list(Pod, namespace, { labels: stablePodLabelsOf(ground.stable) }, signal),
  ]);
  if (deployment === undefined) return undefined;
  const present = imageOf(deployment, ground.container);
  return stableView(
    session,
    deployment,
    present,
    pods.filter((pod) => present !== undefined && runs(pod, present)),
  );
}

async function look(session: Session, known: StableView | 'ask' | undefined, signal: AbortSignal): Promise<Sample['cluster']> {
  const { world, plan, ground } = session;
  try {
    const [stable, routes, pods] = await Promise.all([
      known === 'ask' ? stableNow(session, signal) : known,
      Promise.all(plan.router.objects(ground.app).map((ref) => world.cluster.get(ref, signal))),
      world.cluster.list(Pod, ground.app.namespace, { labels: canaryLabels(session) }, signal),
    ]);
    const present = pods.filter((pod) => runs(pod, ground.image));
    await reopenPods(
      session,
      routes.filter((object) => object !== undefined),
      present,
      signal,
    );
    session.canaryPods = present;
    // Before any is open, pods that wait behind their gate are as well as they can be.
    const waiting = plan.router.pods !== undefined && session.route?.weight === 0;
    const seen = health(present, session.restarts, waiting ? isStarted : isReady);
    const canary = await waitForNodes(session, seen, signal);
    session.trouble = canary.trouble ?? stable?.trouble;
    const view: ClusterView = {
      is: 'answer',
      canary,
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
  if (objects.some((object) => readEpoch(object.metadata.annotations?.[epochAnnotation]) > lock.epoch)) return { is: 'taken' };
  if (route === undefined) return { is: 'as-ordered' };
  const weight = plan.router.weight(objects, ground.app);
  const by = (writer: (object: KubernetesObject) => string | undefined): string =>
    objects.map(writer).find((manager) => manager !== undefined) ?? 'an unknown writer';
  if (weight !== route.weight) {
    session.fights += 1;
    const writer = by((object) => foreignWriter(object, plan.router.weights.pointer));
    return { is: 'changed', what: `the canary has ${weight} % instead of ${route.weight} %`, by: writer, fight: session.fights };
  }
  const edited = objects.some((object, index) => object.metadata.generation !== route.generations[index]);
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
  return await measure(
    world.metrics,
    { source: plan.source, criteria: plan.criteria, namespace: ground.app.namespace },
    selectors.value,
    at,
    signal,
  );
}
