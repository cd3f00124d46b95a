import { keepsChanging, mostConflicts } from '../domain/kubernetes/conflicts.ts';
import type { KubernetesObject, ObjectRef } from '../domain/kubernetes/object.ts';
import { nameOf } from '../domain/kubernetes/object.ts';
import { ordered } from '../domain/rollout/ordered.ts';
import type { Application, Router } from '../domain/traffic/router.ts';
import { highestShare, sharesChange } from '../domain/traffic/weights/rule-shares.ts';
import { Failure } from '../failure.ts';
import type { World } from '../ports/worlds/cluster.ts';
import { outdated, replace, type Unheard } from './unheard.ts';

export interface Shift {
  readonly router: Router;
  readonly app: Application;
  readonly epoch: number;
  /** Percent; `as-found` changes nothing but the epoch. */
  readonly weight: number | 'as-found';
  /**
   * By name, as it was read a moment ago: written without being read again, and read where somebody wrote since. Where that moved the
   * split, an order for more gives way.
   */
  readonly seen?: ReadonlyMap<string, KubernetesObject> | undefined;
  /** It was there before: one that is missing now sends nobody to the canary, which is weight 0. */
  readonly mayBeGone?: boolean;
  /** Seconds for every parent to accept. */
  readonly acceptWithin: number;
  /** Of this run: what a cancel cut off must not be stored after the way back. */
  readonly unheard: Unheard;
  readonly signal?: AbortSignal;
  /** What has to be done once the order is written, before it can be accepted. */
  readonly ordered?: (objects: readonly KubernetesObject[]) => Promise<void>;
}

export interface Shifted {
  /** As they were accepted: somebody may have written since. */
  readonly objects: readonly KubernetesObject[];
  /** As ordered, whoever wrote before that was accepted: what the next look has to find. */
  readonly ordered: readonly KubernetesObject[];
  readonly wrote: boolean;
}

interface Ordered {
  readonly object: KubernetesObject | undefined;
  readonly wrote: boolean;
  /** Somebody moved the split since it was seen, and the order was not written over that: the next look finds it changed, and by whom. */
  readonly gaveWay?: true;
}

/**
 * Orders a split and sees it accepted. Guarded twice: by the resourceVersion, so that nobody's write in between is lost, and by the
 * epoch, so that a run that lost its lock cannot write after its successor. Throws LOCK_LOST, ROUTE_NOT_ACCEPTED or CLUSTER_*.
 */
export async function shift(world: World, request: Shift): Promise<Shifted> {
  let wrote = false;
  const objects: KubernetesObject[] = [];
  for (const ref of request.router.objects(request.app)) {
    const written = await order(world, request, ref);
    wrote ||= written.wrote;
    if (written.object !== undefined) objects.push(written.object);
    if (written.gaveWay === true) return { objects, ordered: objects, wrote };
  }
  await request.ordered?.(objects);
  if (objects.length < request.router.objects(request.app).length) return { objects, ordered: objects, wrote };
  return { objects: await accepted(world, request, objects), ordered: objects, wrote };
}

async function order(world: World, request: Shift, ref: ObjectRef): Promise<Ordered> {
  for (let attempt = 0; attempt < mostConflicts; attempt += 1) {
    const found = (attempt === 0 ? request.seen?.get(ref.name) : undefined) ?? (await world.cluster.get(ref, request.signal));
    // A canary that is its own route is not there before it is made, and then nobody is sent to it.
    if (found === undefined && request.router.pods !== undefined && (request.weight === 0 || request.weight === 'as-found'))
      return { object: undefined, wrote: false };
    if (found === undefined && request.mayBeGone === true && request.weight === 0) {
      world.log.line(`  ${nameOf(ref)} is gone: it sends nobody to the canary.`);
      return { object: undefined, wrote: false };
    }
    if (found === undefined)
      throw new Failure('ROUTE_UNUSABLE', `${nameOf(ref)} is not there.`, 'See who deleted it, and create it again with both backends.');
    const wanted = ordered(request.router, request.app, request, found);
    if (wanted === undefined) {
      const object = await outdated(world, request.unheard, { ref, object: found }, request.signal);
      if (object === undefined) continue;
      return { object, wrote: false };
    }
    if (attempt > 0 && isOvertaken(request, ref, found, wanted)) {
      world.log.line(`  ${nameOf(ref)}: somebody moved the split since it was last looked at. More is not written over that.`);
      return { object: wanted, wrote: false, gaveWay: true };
    }
    try {
      return { object: await replace(world, request.unheard, { ref, object: wanted }, request.signal), wrote: true };
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
      world.log.debug(`${nameOf(ref)} was changed in between: read again.`);
    }
  }
  throw keepsChanging(nameOf(ref));
}

/** More traffic for the canary was allowed by a look at one split: over another, which may be a person's rescue, it is not written. */
function isOvertaken({ router, app, seen }: Shift, { name }: ObjectRef, found: KubernetesObject, wanted: KubernetesObject): boolean {
  const then = seen?.get(name);
  if (then === undefined) return false;
  const shares = (object: KubernetesObject) => router.ruleShares([object], app);
  const least = Math.min(highestShare(shares(then)), highestShare(shares(found)));
  return highestShare(shares(wanted)) > least && sharesChange(shares(then), shares(found)) !== undefined;
}

/** Waits for every parent's word on the generation that was written. */
async function accepted(world: World, request: Shift, objects: readonly KubernetesObject[]): Promise<readonly KubernetesObject[]> {
  const state = request.router.accepted(objects, request.app);
  if (state.is === 'accepted') return objects;
  const refs = request.router.objects(request.app);
  const deadline = new AbortController();
  const signal = request.signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, request.signal]);
  const timer = world.clock.sleep(request.acceptWithin, signal).then(() => deadline.abort());
  const latest = new Map(objects.map((object) => [object.metadata.name, object]));
  let reason = state.reason;
  try {
    for (const ref of refs) {
      for await (const { type, object } of world.cluster.watch(ref.kind, ref.namespace, { name: ref.name }, signal)) {
        if (type === 'gone') break;
        latest.set(ref.name, object);
        const seen = request.router.accepted([...latest.values()], request.app);
        if (seen.is === 'accepted') return [...latest.values()];
        reason = seen.reason;
      }
    }
  } finally {
    deadline.abort();
    await timer;
  }
  request.signal?.throwIfAborted();
  throw new Failure(
    'ROUTE_NOT_ACCEPTED',
    `The split was written, but not every parent accepted it within ${request.acceptWithin} s: ${reason}`,
    'Read the status of the route and the log of the gateway controller.',
  );
}
