import { inLockOrder, type LockPlace } from '../../domain/fleet/lock-order.ts';
import { Lease } from '../../domain/kubernetes/kinds.ts';
import { type LeaseView, leaseName, readLease } from '../../domain/rollout/lease.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { TakenLock } from '../give-away.ts';
import { acquireLock } from '../lock.ts';
import { releasingAll } from '../releasing.ts';
import { type Vigil, vigil } from '../vigil.ts';
import type { Asking } from './asking.ts';
import type { DeployPlan } from './plan.ts';
import type { ClusterGround } from './preflight.ts';

/** A lock to take: of one service, or of the release, in one cluster. */
export interface WantedLock extends LockPlace {
  readonly cluster: string;
  readonly service: string;
  readonly world: World;
  /** What the preflight has seen of it; `undefined`: it did not look. */
  readonly looked: { readonly view: LeaseView | undefined } | undefined;
}

export type Locks = ReadonlyMap<string, TakenLock>;

export const lockKey = (cluster: string, service: string): string => `${cluster}/${service}`;

/** Of every cluster in which something changes: the release's own, and that of each service that is not as wanted already. */
export function wantedLocks(
  release: string,
  grounds: readonly ClusterGround[],
  worldOf: (cluster: string, service: string) => World,
): readonly WantedLock[] {
  return grounds.flatMap(({ target, parts }) => {
    const changing = parts.filter(({ there }) => !there).map(({ part }) => part.name);
    if (changing.length === 0) return [];
    const looked = (service: string): WantedLock['looked'] => {
      const found = parts.find(({ part }) => part.name === service);
      return found === undefined ? undefined : { view: found.ground.lease };
    };
    return [...new Set([release, ...changing])].map((service) => ({
      server: target.server,
      namespace: target.namespace,
      lease: leaseName(service),
      cluster: target.name,
      service,
      world: worldOf(target.name, service),
      looked: looked(service),
    }));
  });
}

/**
 * Takes them all, one after the other and always in the same order, so that two releases never wait for each other. Where one cannot be
 * had, those that were taken are given away. What is asked through one of them counts while the others are waited for. How long each
 * stands unchanged counts from the beginning: the locks of a dead run are waited for once, and not one after the other. Throws LOCK_HELD,
 * CANCELLED.
 */
export async function takeLocks(
  plan: DeployPlan,
  wanted: readonly WantedLock[],
  asked: Pick<Asking, 'hear'>,
  signal: AbortSignal,
): Promise<Locks> {
  const taken = new Map<string, TakenLock>();
  const watches = await watchHeld(wanted, signal);
  const takeAll = async (): Promise<Locks> => {
    for (const each of inLockOrder(wanted)) {
      signal.throwIfAborted();
      const { cluster, service, namespace, world } = each;
      const watch = watches.get(each);
      // From now on it is looked at by whoever takes it.
      watch?.stop();
      const request = {
        service,
        namespace,
        duration: plan.leaseDuration,
        timeout: plan.lockTimeout,
        signal,
        ...(watch === undefined ? {} : { vigil: watch.vigil }),
      };
      const lock = await acquireLock(world, request);
      taken.set(lockKey(cluster, service), { world, lock });
      asked.hear(lock);
    }
    return taken;
  };
  try {
    return await releasingAll(() => taken.values(), takeAll);
  } finally {
    for (const { stop } of watches.values()) stop();
    await Promise.all([...watches.values()].map(({ ended }) => ended));
  }
}

interface Watch {
  readonly vigil: Vigil;
  stop(): void;
  readonly ended: Promise<void>;
}

/** Over those that somebody holds, until it is their turn. That of the release is often nobody's part, and was not looked at yet. */
async function watchHeld(wanted: readonly WantedLock[], signal: AbortSignal): Promise<ReadonlyMap<WantedLock, Watch>> {
  const looks = await Promise.all(
    wanted.map(async (each) => ({ each, view: each.looked === undefined ? (await readNow(each, signal))?.view : each.looked.view })),
  );
  return new Map(looks.flatMap(({ each, view }) => (view === undefined || view.holder === '' ? [] : [[each, watch(each, view, signal)]])));
}

function watch(wanted: WantedLock, first: LeaseView, signal: AbortSignal): Watch {
  const over = new AbortController();
  const kept = vigil(wanted.world.clock);
  // Later than it was read: a silence may never be longer than it was.
  kept.saw(first);
  return {
    vigil: kept,
    stop: () => over.abort(),
    ended: lookOn(wanted, kept, first.durationSeconds / 6, AbortSignal.any([signal, over.signal])),
  };
}

async function lookOn(wanted: WantedLock, { saw, missed }: Vigil, pause: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    await wanted.world.clock.sleep(pause, signal);
    if (signal.aborted) return;
    const read = await readNow(wanted, signal);
    if (signal.aborted) return;
    if (read === undefined) missed();
    else saw(read.view);
  }
}

/** Advisory: who takes the lock asks again, and hears why it cannot be had. */
async function readNow(
  { world, namespace, lease }: WantedLock,
  signal: AbortSignal,
): Promise<{ readonly view: LeaseView | undefined } | undefined> {
  try {
    const object = await world.cluster.get({ kind: Lease, namespace, name: lease }, signal);
    return { view: object === undefined ? undefined : readLease(object) };
  } catch (error) {
    if (error instanceof Failure || signal.aborted) return undefined;
    throw error;
  }
}
