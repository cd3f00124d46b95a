import { keepsChanging, mostConflicts } from '../../domain/kubernetes/conflicts.ts';
import { Deployment, Pod } from '../../domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { deploymentStatus } from '../../domain/kubernetes/workload.ts';
import { isOpen, opening, toOpen } from '../../domain/traffic/replicas/gate.ts';
import { shareOf } from '../../domain/traffic/replicas/share.ts';
import { countsOf } from '../../domain/traffic/replicas/split.ts';
import { roundedPercent } from '../../domain/traffic/weights/split.ts';
import { Failure } from '../../failure.ts';
import { runs } from '../await-rollout.ts';
import { wrote } from '../writing.ts';
import { canaryLabels, type Session, stableRef } from './session.ts';

/** Opens as many of the canary's pods as its Deployment says, after that was written: with the epoch on it, no run that was overtaken gets here. */
export async function openPods(session: Session, route: readonly KubernetesObject[], signal: AbortSignal): Promise<void> {
  const { world, ground } = session;
  const wanted = openOf(route);
  if (wanted === 0) return;
  const pods = await world.cluster.list(Pod, ground.app.namespace, { labels: canaryLabels(session) }, signal);
  await open(session, pods, wanted, signal);
}

/** A pod that was replaced while it had users waits behind the gate again. `pods`: as they were just read. */
export async function reopenPods(
  session: Session,
  route: readonly KubernetesObject[],
  pods: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<void> {
  const { plan, lock } = session;
  if (plan.router.pods === undefined || !lock.fresh()) return;
  await open(session, pods, openOf(route), signal);
}

const openOf = (route: readonly KubernetesObject[]): number =>
  Math.max(0, ...route.filter(({ kind }) => kind === Deployment.kind).map((canary) => countsOf(canary)?.open ?? 0));

async function open(session: Session, pods: readonly KubernetesObject[], wanted: number, signal: AbortSignal): Promise<void> {
  const opened: string[] = [];
  for (const pod of toOpen(
    pods.filter((each) => runs(each, session.ground.image)),
    wanted,
  ))
    if (await openOne(session, pod, signal)) opened.push(pod.metadata.name);
  if (opened.length > 0) wrote(session, `gate opened: ${opened.join(', ')}`);
}

/** The kubelet writes the same status: a conflict is read again. `false`: the pod is gone, or open. */
async function openOne({ world, ground }: Session, found: KubernetesObject, signal: AbortSignal): Promise<boolean> {
  const ref = { kind: Pod, namespace: ground.app.namespace, name: found.metadata.name };
  let pod: KubernetesObject | undefined = found;
  for (let attempt = 0; attempt < mostConflicts; attempt += 1) {
    if (pod === undefined || isOpen(pod)) return false;
    const at = world.clock
      .now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
    try {
      await world.cluster.write({ do: 'patch', ref, subresource: 'status', operations: opening(pod, at) }, signal);
      return true;
    } catch (error) {
      if (!(error instanceof Failure) || (error.code !== 'CLUSTER_CONFLICT' && error.code !== 'CLUSTER_NOT_FOUND')) throw error;
      pod = await world.cluster.get(ref, signal);
    }
  }
  throw keepsChanging(`Pod ${ref.name}`);
}

/** What users really get, from the pods that are ready now: an autoscaler may have given stable more than it began with. */
export async function effectiveText(session: Session, route: readonly KubernetesObject[], signal: AbortSignal): Promise<string> {
  const stable = await session.world.cluster.get(stableRef(session), signal);
  const ready = (object: KubernetesObject | undefined): number =>
    object === undefined ? 0 : (deploymentStatus(object).readyReplicas ?? 0);
  const [canary, beside] = [ready(route[0]), ready(stable)];
  return `canary ${canary} of ${canary + beside} ready pods: ${roundedPercent(shareOf(canary, beside))} %`;
}
