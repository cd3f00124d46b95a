import { keepsChanging, mostConflicts } from '../../domain/kubernetes/conflicts.ts';
import type { KubernetesObject, ObjectRef } from '../../domain/kubernetes/object.ts';
import { nameOf } from '../../domain/kubernetes/object.ts';
import type { Colour } from '../../domain/rollout/layout.ts';
import { epochAnnotation, epochOf } from '../../domain/rollout/lease.ts';
import type { Live } from '../../domain/traffic/switchers/switcher.ts';
import { Failure } from '../../failure.ts';
import { outdated, replace } from '../unheard.ts';
import type { Session } from './session.ts';

/** Seconds for every parent of a route to accept it. */
const acceptWithin = 60;

const refOf = ({ plan, namespace }: Session): ObjectRef => ({ kind: plan.switcher.kind, namespace, name: plan.route });

/** Which colour the route says has the users. */
export async function liveNow(session: Session, signal?: AbortSignal): Promise<{ readonly live: Live; readonly epoch: number }> {
  const route = await read(session, signal);
  return { live: session.plan.switcher.live(route, session.pair), epoch: epochOf(route) };
}

/**
 * Lets the route lead to a colour, or where it leads already (`as-found`), and gives it this run's epoch. Guarded twice: by the
 * resourceVersion, so that nobody's write in between is lost, and by the epoch, so that a run that lost its lock cannot write after its
 * successor. What was written is read back. Throws LOCK_LOST, ROUTE_NOT_ACCEPTED, DRIFT or CLUSTER_*.
 */
export async function orderRoute(session: Session, to: Colour | 'as-found', signal: AbortSignal): Promise<boolean> {
  const { world, plan, lock, pair } = session;
  for (let attempt = 0; attempt < mostConflicts; attempt += 1) {
    const found = await read(session, signal);
    if (epochOf(found) > lock.epoch)
      throw new Failure(
        'LOCK_LOST',
        `The route carries epoch ${epochOf(found)}, and this run has ${lock.epoch}.`,
        'See the run that holds the Lease now.',
      );
    refuseOvertaken(session, to, found);
    const wanted = to === 'as-found' ? found : plan.switcher.switched(found, pair, to);
    if (epochOf(found) === lock.epoch && JSON.stringify(wanted) === JSON.stringify(found)) {
      const isOpen = (await outdated(world, session.unheard, { ref: refOf(session), object: found }, signal)) === undefined;
      if (isOpen) continue;
      if (to !== 'as-found') await confirmed(session, to, signal);
      return false;
    }
    const { metadata, ...rest } = wanted;
    const object = {
      ...rest,
      metadata: { ...metadata, annotations: { ...metadata.annotations, [epochAnnotation]: String(lock.epoch) } },
    } as KubernetesObject;
    if (to === session.to) session.ordered = versionOf(found);
    try {
      await replace(world, session.unheard, { ref: refOf(session), object }, signal);
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
      session.ordered = undefined;
      world.log.debug(`${nameOf(refOf(session))} was changed in between: read again.`);
      continue;
    }
    if (to !== 'as-found') await confirmed(session, to, signal);
    return true;
  }
  throw keepsChanging(nameOf(refOf(session)));
}

/** Reads back what was written, until every parent has accepted it. */
async function confirmed(session: Session, to: Colour, signal: AbortSignal): Promise<void> {
  const { world, plan, pair } = session;
  const deadline = world.clock.monotonic() + acceptWithin;
  for (;;) {
    const route = await read(session, signal);
    const live = plan.switcher.live(route, pair);
    if (live.is !== 'one' || live.colour !== to) throw led(session, to, live);
    const state = plan.switcher.accepted(route);
    if (state.is === 'accepted') return;
    if (world.clock.monotonic() >= deadline)
      throw new Failure(
        'ROUTE_NOT_ACCEPTED',
        `The switch was written, but not every parent accepted it within ${acceptWithin} s: ${state.reason}.`,
        'Read the status of the route and the log of the gateway controller.',
      );
    await world.clock.sleep(0.5, signal);
  }
}

/** The answer to an order of ours may have been lost, and somebody have led the users back since: that is not written over. */
function refuseOvertaken(session: Session, to: Colour | 'as-found', found: KubernetesObject): void {
  if (to !== session.to || session.ordered === undefined || session.ordered === versionOf(found)) return;
  const live = session.plan.switcher.live(found, session.pair);
  if (live.is !== 'one' || live.colour !== to) throw led(session, to, live);
}

/** Without a generation, as of a Service, every write counts. */
const versionOf = ({ metadata: { generation, resourceVersion } }: KubernetesObject): number | string | undefined =>
  generation ?? resourceVersion;

const led = (session: Session, to: Colour, live: Live): Failure =>
  new Failure(
    'DRIFT',
    `${nameOf(refOf(session))} was written to lead to ${to}, and ${live.is === 'one' ? `leads to ${live.colour}` : live.reason}.`,
    'Only one writer can move traffic: see in its managedFields who changed it.',
  );

async function read(session: Session, signal?: AbortSignal): Promise<KubernetesObject> {
  const route = await session.world.cluster.get(refOf(session), signal);
  if (route !== undefined) return route;
  throw new Failure('ROUTE_UNUSABLE', `${nameOf(refOf(session))} is not there.`, 'See who deleted it, and create it again.');
}
