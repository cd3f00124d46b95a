import type { KubernetesObject, ObjectRef } from '../../domain/kubernetes/object.ts';
import type { PatchOperation } from '../../domain/kubernetes/patch.ts';
import { isRelease, setTemplate } from '../../domain/manifests/release.ts';
import { imageOf, setImage } from '../../domain/rollout/container-image.ts';
import { fence } from '../../domain/rollout/fence.ts';
import { roundedPercent } from '../../domain/traffic/weights/split.ts';
import { Failure } from '../../failure.ts';
import { freshLock } from '../fresh-lock.ts';
import { shift } from '../shift.ts';
import { wrote } from '../writing.ts';
import { effectiveText, openPods } from './gate.ts';
import { type Session, stableRef } from './session.ts';

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
    unheard: session.unheard,
    signal,
    ...(plan.router.pods === undefined ? {} : { ordered: (route) => openPods(session, route, signal) }),
  });
  const present = plan.router.weight(objects, ground.app);
  const shown = roundedPercent(present);
  session.route = { weight: present, generations: objects.map((object) => object.metadata.generation) };
  if (changed && plan.router.pods !== undefined) wrote(session, await effectiveText(session, objects, signal));
  else if (changed) wrote(session, `route ${ground.app.route}: canary ${shown} %, stable ${roundedPercent(100 - present)} %`);
}

export async function setStable(session: Session, signal: AbortSignal): Promise<void> {
  session.stableOrdered = 'new';
  const { container, image, next } = session.ground;
  const ref = stableRef(session);
  if (next === undefined) return await changeImage(session, ref, signal);
  await change(session, ref, signal, (deployment) =>
    isRelease(deployment, container, { image, template: next.fingerprint })
      ? undefined
      : written(`${image}, template ${next.fingerprint}`, setTemplate(deployment, next.template)),
  );
}

/**
 * Only what a rollout set is taken back: a stable that runs anything else keeps it. It gets this run's epoch all the same, because the
 * write that sets the new image may still be under way.
 */
export async function restoreStable(session: Session, signal: AbortSignal): Promise<void> {
  session.stableOrdered = 'old';
  const { previousImage } = session.ground;
  const { epoch } = session.lock;
  await change(session, stableRef(session), signal, (deployment) => {
    const back = takenBack(session, deployment);
    return back === undefined ? written(`epoch ${epoch}`, fence(deployment, epoch)) : written(previousImage, back);
  });
}

function takenBack({ ground }: Session, deployment: KubernetesObject): readonly PatchOperation[] | undefined {
  const { container, previousImage, previousTemplate, newReleases } = ground;
  const release = newReleases.find((each) => isRelease(deployment, container, each));
  if (release === undefined) return undefined;
  if (release.template !== undefined && previousTemplate !== undefined) return setTemplate(deployment, previousTemplate);
  return release.image === previousImage ? undefined : setImage(deployment, container, previousImage);
}

export const changeImage = (session: Session, ref: ObjectRef, signal: AbortSignal): Promise<void> => {
  const { container, image } = session.ground;
  return change(session, ref, signal, (deployment) =>
    imageOf(deployment, container) === image ? undefined : written(image, setImage(deployment, container, image)),
  );
};

interface Change {
  readonly what: string;
  readonly operations: readonly PatchOperation[];
}

const written = (what: string, operations: readonly PatchOperation[] | undefined): Change | undefined =>
  operations === undefined ? undefined : { what, operations };

/** Guarded by resourceVersion; a conflict is read again. `undefined` from `changeOf`: nothing is to be changed. */
async function change(
  session: Session,
  ref: ObjectRef,
  signal: AbortSignal,
  changeOf: (deployment: KubernetesObject) => Change | undefined,
): Promise<void> {
  const { world } = session;
  for (;;) {
    const deployment = await world.cluster.get(ref, signal);
    if (deployment === undefined) throw new Failure('CLUSTER_NOT_FOUND', `Deployment ${ref.name} is gone.`, 'See who deleted it.');
    const wanted = changeOf(deployment);
    if (wanted === undefined) return;
    await freshLock(session);
    try {
      await world.cluster.write({ do: 'patch', ref, operations: wanted.operations }, signal);
      wrote(session, `Deployment ${ref.name}: ${wanted.what}`);
      return;
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
      await world.clock.sleep(0.2, signal);
    }
  }
}
