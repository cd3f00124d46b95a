import { diagnose } from '../../domain/kubernetes/diagnosis.ts';
import { restartedSince, restartsOf } from '../../domain/kubernetes/health.ts';
import { Pod } from '../../domain/kubernetes/kinds.ts';
import { type KubernetesObject, nameOf } from '../../domain/kubernetes/object.ts';
import { isReady } from '../../domain/kubernetes/pod.ts';
import { type RolloutStatus, readyOfTemplate, rolloutStatus } from '../../domain/kubernetes/rollout-status.ts';
import { isRelease } from '../../domain/manifests/release.ts';
import { imageOf } from '../../domain/rollout/container-image.ts';
import type { StableView } from '../../domain/rollout/sample.ts';
import { conditions, runs } from '../await-rollout.ts';
import { follow } from '../follow.ts';
import { type Session, stableRef } from './session.ts';
import { stablePodLabelsOf } from './survey.ts';

/**
 * Ends early when stable is Available with the image it was last ordered to run, or has enough ready pods with it. What was seen last is
 * the view.
 */
export async function followStable(
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
      view = stableView(session, workload.deployment, pods);
      if (view.status.is !== 'available' && view.ready < enough) return undefined;
      session.stablePods = pods;
      session.stableRestarts = restartsOf(pods);
      return view.runs === session.stableOrdered ? true : undefined;
    },
  );
  return view;
}

function stableView(session: Session, deployment: KubernetesObject, pods: readonly KubernetesObject[]): StableView {
  const trouble = diagnose(pods, conditions(deployment));
  return {
    status: statusOf(deployment, pods),
    ready: readyOfTemplate(deployment),
    runs: runsOf(session, deployment),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

export function runsOf({ ground, stableOrdered }: Session, deployment: KubernetesObject): StableView['runs'] {
  const { newReleases, previousImage, previousTemplate, container } = ground;
  const isNew = newReleases.some((release) => isRelease(deployment, container, release));
  // Where templates change, what is not the new one by its mark is the old one; where images change, both may be the same.
  const isOld = imageOf(deployment, container) === previousImage && !(isNew && previousTemplate !== undefined);
  if (isNew && isOld) return stableOrdered;
  if (isNew) return 'new';
  return isOld ? 'old' : 'foreign';
}

/** The two watches are not in step: the Deployment may be heard of before its pods, and they are what is measured. */
function statusOf(deployment: KubernetesObject, pods: readonly KubernetesObject[]): RolloutStatus {
  const status = rolloutStatus(deployment);
  if (status.is !== 'available' || pods.filter(isReady).length >= status.replicas) return status;
  return { ...status, is: 'progressing', waitingFor: 'its pods to be seen' };
}

export async function stableNow(session: Session, signal: AbortSignal): Promise<StableView> {
  const { world, ground } = session;
  const { namespace } = ground.app;
  const [deployment, pods] = await Promise.all([
    world.cluster.get(stableRef(session), signal),
    world.cluster.list(Pod, namespace, { labels: stablePodLabelsOf(ground.stable) }, signal),
  ]);
  if (deployment === undefined) return gone(session);
  const present = imageOf(deployment, ground.container);
  const serving = pods.filter((pod) => present !== undefined && runs(pod, present));
  const view = stableView(session, deployment, serving);
  // One that is ready again at each look crashes its users' requests all the same.
  const restarted = restartedSince(serving, { ...restartsOf(serving), ...session.stableRestarts });
  return view.trouble?.fatal === true || restarted === undefined ? view : { ...view, trouble: { ...restarted, fatal: true } };
}

/** Its pods end with it, and its users get errors that no pod is left to count. */
function gone(session: Session): StableView {
  const what = `${nameOf(stableRef(session))} is not there any more.`;
  const remedy = 'Create it again, with the image that users shall have, and see who deleted it.';
  return { status: { is: 'failed', reason: what }, ready: 0, runs: 'foreign', trouble: { cause: 'absent', fatal: true, what, remedy } };
}
