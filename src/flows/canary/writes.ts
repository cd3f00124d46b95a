import type { KubernetesObject, ObjectRef } from '../../domain/kubernetes/object.ts';
import type { PatchOperation } from '../../domain/kubernetes/patch.ts';
import { isRelease, setTemplate } from '../../domain/manifests/release.ts';
import { imageOf, setImage } from '../../domain/rollout/container-image.ts';
import { fence, unfence } from '../../domain/rollout/fence.ts';
import { highestShare, noShares, type RuleShares } from '../../domain/traffic/weights/rule-shares.ts';
import { roundedPercent } from '../../domain/traffic/weights/split.ts';
import { Failure } from '../../failure.ts';
import { freshLock } from '../fresh-lock.ts';
import { shift } from '../shift.ts';
import { mayBeOverwritten, patch } from '../unheard.ts';
import { wrote } from '../writing.ts';
import { effectiveText, openPods } from './gate.ts';
import { refuseForeignStable } from './refuse-foreign-stable.ts';
import { refuseUnsplit } from './refuse-unsplit.ts';
import { type Session, stableRef } from './session.ts';

/** Seconds for every parent of the route to accept a write. */
const acceptWithin = 30;

/**
 * Orders a weight, sees it accepted, and remembers what was ordered: the next look then finds what somebody wrote before the gateway had
 * accepted it, and never takes that for ours.
 */
export async function orderWeight(
  session: Session,
  weight: number | 'as-found',
  signal: AbortSignal,
  seen?: Session['lookedAt'],
): Promise<void> {
  const { world, plan, ground, lock } = session;
  const {
    objects,
    ordered,
    wrote: changed,
  } = await shift(world, {
    router: plan.router,
    app: ground.app,
    epoch: lock.epoch,
    weight,
    seen,
    mayBeGone: session.routeSeen,
    acceptWithin,
    unheard: session.unheard,
    signal,
    ...(plan.router.pods === undefined ? {} : { ordered: (route) => openPods(session, route, signal) }),
  });
  // Not before: what is tried again comes from the same look, and what somebody wrote since that one still counts.
  session.lookedAt = undefined;
  const gone = plan.router.pods === undefined && objects.length === 0;
  session.routeSeen ||= !gone;
  const sharesOf = (route: readonly KubernetesObject[]): RuleShares => (gone ? noShares : plan.router.ruleShares(route, ground.app));
  refuseUnsplit(session, { objects, shares: sharesOf(objects), weight });
  const shares = sharesOf(ordered);
  const present = highestShare(shares);
  const shown = roundedPercent(present);
  session.route = { shares, generations: ordered.map((object) => object.metadata.generation) };
  if (changed && plan.router.pods !== undefined) wrote(session, await effectiveText(session, objects, signal));
  else if (changed) wrote(session, `route ${ground.app.route}: canary ${shown} %, stable ${roundedPercent(100 - present)} %`);
}

export async function setStable(session: Session, signal: AbortSignal): Promise<void> {
  session.stableOrdered = 'new';
  const { container, image, next } = session.ground;
  await change(session, stableRef(session), signal, (deployment) => {
    refuseForeignStable(session, deployment);
    if (next === undefined) return newImage(session, deployment);
    return isRelease(deployment, container, { image, template: next.fingerprint })
      ? undefined
      : written(`${image}, template ${next.fingerprint}`, setTemplate(deployment, next.template));
  });
}

/**
 * Only what a rollout set is taken back: a stable that runs anything else keeps it. It gets this run's epoch all the same, because the
 * write that sets the new image may still be under way; one that has it already, from going back for a run before, loses it for that.
 */
export async function restoreStable(session: Session, signal: AbortSignal): Promise<void> {
  session.stableOrdered = 'old';
  const { previousImage } = session.ground;
  const { epoch } = session.lock;
  await change(session, stableRef(session), signal, (deployment) => {
    const back = takenBack(session, deployment);
    if (back !== undefined) return written(previousImage, back);
    const late = mayBeOverwritten(session.unheard, { ref: stableRef(session), object: deployment });
    return written(`epoch ${epoch}`, fence(deployment, epoch) ?? (late ? unfence(deployment) : undefined));
  });
}

function takenBack({ ground }: Session, deployment: KubernetesObject): readonly PatchOperation[] | undefined {
  const { container, previousImage, previousTemplate, newReleases } = ground;
  const release = newReleases.find((each) => isRelease(deployment, container, each));
  if (release === undefined) return undefined;
  if (release.template !== undefined && previousTemplate !== undefined) return setTemplate(deployment, previousTemplate);
  return release.image === previousImage ? undefined : setImage(deployment, container, previousImage);
}

export const changeImage = (session: Session, ref: ObjectRef, signal: AbortSignal): Promise<void> =>
  change(session, ref, signal, (deployment) => newImage(session, deployment));

function newImage({ ground: { container, image } }: Session, deployment: KubernetesObject): Change | undefined {
  return imageOf(deployment, container) === image ? undefined : written(image, setImage(deployment, container, image));
}

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
      await patch(world, session.unheard, { ref, object: deployment, operations: wanted.operations }, signal);
      wrote(session, `Deployment ${ref.name}: ${wanted.what}`);
      return;
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
      await world.clock.sleep(0.2, signal);
      // It may be a successor that wrote it: a rollback takes the lock from a run that lives.
      await session.lock.record({});
    }
  }
}
