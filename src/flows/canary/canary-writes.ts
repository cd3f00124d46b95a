import { Deployment } from '../../domain/kubernetes/kinds.ts';
import { appliedByUs } from '../../domain/kubernetes/managers.ts';
import { type KubernetesObject, nameOf, type ObjectRef } from '../../domain/kubernetes/object.ts';
import { annotationPath, type PatchOperation } from '../../domain/kubernetes/patch.ts';
import { deploymentSpec } from '../../domain/kubernetes/workload.ts';
import { asSeen, markEpoch } from '../../domain/rollout/fence.ts';
import { epochAnnotation } from '../../domain/rollout/lease.ts';
import { refuseOvertaken } from '../../domain/rollout/ordered.ts';
import { count } from '../../domain/units/count.ts';
import { Failure } from '../../failure.ts';
import { mark, mayBeOverwritten } from '../unheard.ts';
import { wrote } from '../writing.ts';
import { autoscaleCanary, endAutoscaling } from './capacity.ts';
import { layTemplate } from './manifests.ts';
import { canaryRef, ourCanary, type Session } from './session.ts';
import { changeImage } from './writes.ts';

/** The canary with the new image: ours is applied whole, of the user's own only the image and the size change. */
export async function setCanary(session: Session, replicas: number, signal: AbortSignal): Promise<void> {
  const { ground } = session;
  const ref = canaryRef(session);
  await endAutoscaling(session, signal);
  await layTemplate(session, signal);
  if (ground.canary.is === 'users') {
    await changeImage(session, ref, signal);
    await scaleCanary(session, { replicas }, signal);
  } else {
    const size = await makeCanary(session, ref, replicas, signal);
    session.canaryReplicas = size;
    wrote(session, `Deployment ${ref.name}: ${ground.image}, ${count(size, 'pod')}`);
    await setSize(session, { replicas }, signal);
  }
}

/**
 * One that is there already is replaced only as it was seen, so that this arrives in time or not at all. The first one of a service has no
 * version yet that a write could be held to: it is created, which fails where there is one, and without pods, so that it serves nobody
 * and costs nothing when it arrives after everything else is over. Answers with the size that it has now.
 */
async function makeCanary(session: Session, ref: ObjectRef, replicas: number, signal: AbortSignal): Promise<number> {
  const { cluster, clock } = session.world;
  for (;;) {
    const found = await cluster.get(ref, signal);
    // Where it is its own route, it is guarded as a route is.
    if (session.plan.router.pods !== undefined) refuseOvertaken(found, session.lock.epoch);
    try {
      if (found === undefined) {
        const object = markedCanary(session, 0);
        await cluster.write({ do: 'create', kind: Deployment, namespace: ref.namespace, object }, signal);
        return 0;
      }
      await applyCanary(session, ref, found, replicas, signal);
      return replicas;
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
      await clock.sleep(0.2, signal);
    }
  }
}

async function applyCanary(
  session: Session,
  ref: ObjectRef,
  found: KubernetesObject,
  replicas: number,
  signal: AbortSignal,
): Promise<void> {
  const { cluster } = session.world;
  const owning = appliedByUs(found);
  const seen = owning === undefined ? found : await cluster.write({ do: 'patch', ref, operations: [...asSeen(found), ...owning] }, signal);
  // By its uid too: an apply of a version alone makes an object anew that was deleted meanwhile.
  const { resourceVersion, uid } = seen.metadata;
  const object = markedCanary(session, replicas);
  const version = { ...(resourceVersion === undefined ? {} : { resourceVersion }), ...(uid === undefined ? {} : { uid }) };
  const metadata = { ...object.metadata, ...version };
  await cluster.write({ do: 'apply', ref, object: { ...object, metadata } }, signal);
}

function markedCanary(session: Session, replicas: number): KubernetesObject {
  const object = ourCanary(session, replicas);
  const annotations = { ...object.metadata.annotations, [epochAnnotation]: String(session.lock.epoch) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

interface Size {
  readonly replicas: number;
  readonly autoscaled?: boolean;
  readonly atRest?: boolean;
}

/** A canary that was never made has nothing to put to rest. */
export async function scaleCanary(
  session: Session,
  { replicas, autoscaled = false, atRest = false }: Size,
  signal: AbortSignal,
): Promise<void> {
  if (!autoscaled) {
    await endAutoscaling(session, signal);
    await setSize(session, { replicas, atRest }, signal);
    return;
  }
  const canary = await session.world.cluster.get(canaryRef(session), signal);
  // Its autoscaler would do it too, but within its period of 15 s. What it has added already stays.
  if (canary === undefined || (deploymentSpec(canary).replicas ?? 1) < replicas) await setSize(session, { replicas }, signal);
  if (canary !== undefined) await autoscaleCanary(session, canary, replicas, signal);
}

/**
 * Guarded by resourceVersion, and pods are taken away only after the Lease was seen to be ours: what a run that slept, or the network,
 * brings too late must not take the pods of a successor's canary. The epoch makes it a new version even where the size is so already:
 * what brings pods too late is refused then too.
 */
async function setSize(session: Session, { replicas, atRest = false }: Omit<Size, 'autoscaled'>, signal: AbortSignal): Promise<void> {
  const { world, lock } = session;
  // At rest an autoscaler may have added to what was ordered last.
  if (session.canaryReplicas === replicas && !atRest) return;
  const ref = canaryRef(session);
  for (;;) {
    const canary = await world.cluster.get(ref, signal);
    if (canary === undefined && (replicas === 0 || atRest)) return;
    if (replicas === 0 || atRest) await lock.record({});
    const guard = canary === undefined ? [] : [...asSeen(canary), ...markEpoch(canary, lock.epoch), ...outdating(session, ref, canary)];
    // Not known until there is an answer: a write without one may be stored all the same, or later.
    session.canaryReplicas = undefined;
    if (canary?.metadata.resourceVersion !== undefined) session.unheard.set(nameOf(ref), canary.metadata.resourceVersion);
    try {
      const operations: readonly PatchOperation[] = [...guard, { op: 'add', path: '/spec/replicas', value: replicas }];
      await world.cluster.write({ do: 'patch', ref, operations }, signal);
      break;
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
      await world.clock.sleep(0.2, signal);
    }
  }
  session.canaryReplicas = replicas;
  session.unheard.delete(nameOf(ref));
  wrote(session, `Deployment ${ref.name}: ${count(replicas, 'pod')}`);
}

/** Where it still has the version that an unanswered write of this run carries, its epoch and its size may stand there already. */
const outdating = ({ world, unheard }: Session, ref: ObjectRef, object: KubernetesObject): readonly PatchOperation[] =>
  mayBeOverwritten(unheard, { ref, object }) ? [{ op: 'add', path: annotationPath(mark), value: world.clock.now().toISOString() }] : [];
