import type { KubernetesObject, ObjectRef } from '../../domain/kubernetes/object.ts';
import type { PatchOperation } from '../../domain/kubernetes/patch.ts';
import { deploymentSpec } from '../../domain/kubernetes/workload.ts';
import { isRelease, setTemplate } from '../../domain/manifests/release.ts';
import { imageOf, setImage } from '../../domain/rollout/container-image.ts';
import { roundedPercent } from '../../domain/traffic/weights/split.ts';
import { Failure } from '../../failure.ts';
import { shift } from '../shift.ts';
import { autoscaleCanary, endAutoscaling } from './capacity.ts';
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
  });
  const present = plan.router.weight(objects, ground.app);
  const shown = roundedPercent(present);
  session.route = { weight: present, generations: objects.map((object) => object.metadata.generation) };
  if (changed) wrote(session, `route ${ground.app.route}: canary ${shown} %, stable ${roundedPercent(100 - present)} %`);
}

/** The canary with the new image: ours is applied whole, of the user's own only the image and the size change. */
export async function setCanary(session: Session, replicas: number, signal: AbortSignal): Promise<void> {
  const { world, ground } = session;
  const ref = canaryRef(session);
  await endAutoscaling(session, signal);
  await layTemplate(session, signal);
  if (ground.canary.is === 'users') {
    await changeImage(session, ref, signal);
    await scaleCanary(session, { replicas }, signal);
  } else {
    await world.cluster.write({ do: 'apply', ref, object: ourCanary(session, replicas) }, signal);
    session.canaryReplicas = replicas;
    wrote(session, `Deployment ${ref.name}: ${ground.image}, ${pods(replicas)}`);
  }
}

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

async function setSize(session: Session, replicas: number, signal: AbortSignal): Promise<void> {
  if (session.canaryReplicas === replicas) return;
  const ref = canaryRef(session);
  try {
    await session.world.cluster.write({ do: 'patch', ref, operations: [{ op: 'add', path: '/spec/replicas', value: replicas }] }, signal);
  } catch (error) {
    if (replicas === 0 && error instanceof Failure && error.code === 'CLUSTER_NOT_FOUND') return;
    throw error;
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
