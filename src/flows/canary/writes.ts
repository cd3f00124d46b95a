import { annotated } from '../../domain/kubernetes/manifest.ts';
import type { KubernetesObject, ObjectRef } from '../../domain/kubernetes/object.ts';
import type { PatchOperation } from '../../domain/kubernetes/patch.ts';
import { deploymentSpec } from '../../domain/kubernetes/workload.ts';
import { isRelease, setTemplate } from '../../domain/manifests/release.ts';
import { imageOf, setImage } from '../../domain/rollout/container-image.ts';
import { epochAnnotation } from '../../domain/rollout/lease.ts';
import { refuseOvertaken } from '../../domain/rollout/ordered.ts';
import { roundedPercent } from '../../domain/traffic/weights/split.ts';
import { Failure } from '../../failure.ts';
import { shift } from '../shift.ts';
import { autoscaleCanary, endAutoscaling } from './capacity.ts';
import { effectiveText, openPods } from './gate.ts';
import { layTemplate } from './manifests.ts';
import { canaryRef, ourCanary, type Session, stableRef, wrote } from './session.ts';

/** Seconds for every parent of the route to accept a write. */
const acceptWithin = 30;

/** Orders a weight and remembers the route as it was accepted. */
export async function orderWeight(session: Session, weight: number | 'as-found', signal: AbortSignal): Promise<void> {
  const { world, plan, ground, lock } = session;
  const { objects, wrote: changed } = await shift(world, {
    router: plan.router,
    app: ground.app,
    epoch: lock.epoch,
    weight,
    acceptWithin,
    signal,
    ...(plan.router.pods === undefined ? {} : { ordered: (route) => openPods(session, route, signal) }),
  });
  const present = plan.router.weight(objects, ground.app);
  const shown = roundedPercent(present);
  session.route = { weight: present, generations: objects.map((object) => object.metadata.generation) };
  if (changed && plan.router.pods !== undefined) wrote(session, await effectiveText(session, objects, signal));
  else if (changed) wrote(session, `route ${ground.app.route}: canary ${shown} %, stable ${roundedPercent(100 - present)} %`);
}

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
    await applyCanary(session, ref, replicas, signal);
    session.canaryReplicas = replicas;
    wrote(session, `Deployment ${ref.name}: ${ground.image}, ${pods(replicas)}`);
  }
}

/** One that is there already is replaced only as it was seen, so that this arrives in time or not at all. */
async function applyCanary(session: Session, ref: ObjectRef, replicas: number, signal: AbortSignal): Promise<void> {
  const { cluster, clock } = session.world;
  const object = stamped(session, ourCanary(session, replicas));
  for (;;) {
    const found = await cluster.get(ref, signal);
    const resourceVersion = found?.metadata.resourceVersion;
    if (isRoute(session)) refuseOvertaken(found, session.lock.epoch);
    const metadata = { ...object.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
    try {
      await cluster.write({ do: 'apply', ref, object: { ...object, metadata } }, signal);
      return;
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
      await clock.sleep(0.2, signal);
    }
  }
}

/** A canary that is its own route is guarded as a route is: from the first write on it has the epoch. */
const isRoute = ({ plan }: Session): boolean => plan.router.pods !== undefined;

const stamped = (session: Session, canary: KubernetesObject): KubernetesObject =>
  isRoute(session) ? annotated(canary, { [epochAnnotation]: String(session.lock.epoch) }) : canary;

/** A canary that was never made has nothing to put to rest. */
export async function scaleCanary(
  session: Session,
  { replicas, autoscaled = false }: { readonly replicas: number; readonly autoscaled?: boolean },
  signal: AbortSignal,
): Promise<void> {
  if (!autoscaled) {
    await endAutoscaling(session, signal);
    await setSize(session, replicas, signal);
    return;
  }
  const canary = await session.world.cluster.get(canaryRef(session), signal);
  // Its autoscaler would do it too, but within its period of 15 s. What it has added already stays.
  if (canary === undefined || (deploymentSpec(canary).replicas ?? 1) < replicas) await setSize(session, replicas, signal);
  if (canary !== undefined) await autoscaleCanary(session, canary, replicas, signal);
}

/**
 * Guarded by resourceVersion, and pods are taken away only after the Lease was seen to be ours: what a run that slept, or the network,
 * brings too late must not take the pods of a successor's canary.
 */
async function setSize(session: Session, replicas: number, signal: AbortSignal): Promise<void> {
  const { world, lock } = session;
  if (session.canaryReplicas === replicas) return;
  const ref = canaryRef(session);
  for (;;) {
    const canary = await world.cluster.get(ref, signal);
    if (canary === undefined && replicas === 0) return;
    if (replicas === 0) await lock.record({});
    const version = canary?.metadata.resourceVersion;
    const guard: readonly PatchOperation[] =
      version === undefined ? [] : [{ op: 'test', path: '/metadata/resourceVersion', value: version }];
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
  wrote(session, `Deployment ${ref.name}: ${pods(replicas)}`);
}

const pods = (count: number): string => `${count} ${count === 1 ? 'pod' : 'pods'}`;

export async function setStable(session: Session, signal: AbortSignal): Promise<void> {
  session.stableOrdered = 'new';
  const { container, image, next } = session.ground;
  const ref = stableRef(session);
  if (next === undefined) return await changeImage(session, ref, signal);
  await change(session, ref, `${image}, template ${next.fingerprint}`, signal, (deployment) =>
    isRelease(deployment, container, { image, template: next.fingerprint }) ? undefined : setTemplate(deployment, next.template),
  );
}

/** Only what a rollout set is taken back: a stable that runs anything else is left alone. */
export async function restoreStable(session: Session, signal: AbortSignal): Promise<void> {
  session.stableOrdered = 'old';
  const { container, previousImage, previousTemplate, newReleases } = session.ground;
  await change(session, stableRef(session), previousImage, signal, (deployment) => {
    const release = newReleases.find((each) => isRelease(deployment, container, each));
    if (release === undefined) return undefined;
    if (release.template !== undefined && previousTemplate !== undefined) return setTemplate(deployment, previousTemplate);
    return release.image === previousImage ? undefined : setImage(deployment, container, previousImage);
  });
}

const changeImage = (session: Session, ref: ObjectRef, signal: AbortSignal): Promise<void> => {
  const { container, image } = session.ground;
  return change(session, ref, image, signal, (deployment) =>
    imageOf(deployment, container) === image ? undefined : setImage(deployment, container, image),
  );
};

/** Guarded by resourceVersion; a conflict is read again. `undefined` from `operations`: nothing is to be changed. */
async function change(
  session: Session,
  ref: ObjectRef,
  what: string,
  signal: AbortSignal,
  operations: (deployment: KubernetesObject) => readonly PatchOperation[] | undefined,
): Promise<void> {
  const { world } = session;
  for (;;) {
    const deployment = await world.cluster.get(ref, signal);
    if (deployment === undefined) throw new Failure('CLUSTER_NOT_FOUND', `Deployment ${ref.name} is gone.`, 'See who deleted it.');
    const wanted = operations(deployment);
    if (wanted === undefined) return;
    try {
      await world.cluster.write({ do: 'patch', ref, operations: wanted }, signal);
      wrote(session, `Deployment ${ref.name}: ${what}`);
      return;
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
      await world.clock.sleep(0.2, signal);
    }
  }
}
