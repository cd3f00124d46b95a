import { Lease } from '../domain/kubernetes/kinds.ts';
import { type KubernetesObject, nameOf, type ObjectRef } from '../domain/kubernetes/object.ts';
import { answerTime, type LeaseView, leaseName, readLease } from '../domain/rollout/lease.ts';
import { takenBy } from '../domain/rollout/lease-writes.ts';
import { lookEvery } from '../domain/rollout/silence.ts';
import { durationText } from '../domain/units/duration.ts';
import { Failure } from '../failure.ts';
import type { Write } from '../ports/cluster.ts';
import type { World } from '../ports/worlds/cluster.ts';
import { answeredWithin } from './answered-within.ts';
import { isTransient } from './follow.ts';
import { keepLock, type Lock } from './held-lock.ts';
import { type Vigil, vigil } from './vigil.ts';

export interface LockRequest {
  readonly service: string;
  readonly namespace: string;
  /** Seconds that the lock holds without being renewed. */
  readonly duration: number;
  /** Seconds to wait for another holder. */
  readonly timeout: number;
  /** A holder that is known to be dead: its Lease is taken at once. */
  readonly successorOf?: string;
  /** A living holder is not waited for: it finds another epoch, and stops. Only for a way back that a person wants now. */
  readonly takeOver?: true;
  /** That was kept over it before: how long it stands unchanged counts from there. */
  readonly vigil?: Vigil;
  readonly signal?: AbortSignal;
}

/**
 * Takes the Lease. One that is held is waited for until it is given away, or until it stood unchanged for its whole duration over an
 * unbroken run of good reads: an outage of the API server, which keeps its holder from renewing as well, starts the counting anew.
 */
export async function acquireLock(world: World, request: LockRequest): Promise<Lock> {
  const ref: ObjectRef = { kind: Lease, namespace: request.namespace, name: leaseName(request.service) };
  const began = world.clock.monotonic();
  const search: Search = { vigil: request.vigil ?? vigil(world.clock), told: false, before: undefined, triedAt: undefined };
  for (;;) {
    try {
      const lock = await tryToTake(world, ref, request, search);
      if (lock !== undefined) return lock;
    } catch (error) {
      if (!isTransient(error) || world.clock.monotonic() - began >= request.timeout) throw error;
      search.vigil.missed();
      world.log.line(`Waiting for the lock: ${error.what}`);
    }
    if (world.clock.monotonic() - began >= request.timeout) {
      throw new Failure(
        'LOCK_HELD',
        `Lease ${request.namespace}/${ref.name} was held by ${search.before?.holder ?? 'others'} for the whole ${durationText(request.timeout)} of \`lock-timeout\`.`,
        'Wait for that run to end, or cancel it: it takes its changes back and gives the lock away.',
      );
    }
    const pause = request.takeOver === true ? pauseOfTakeOver : lookEvery(search.before?.durationSeconds ?? request.duration);
    await world.clock.sleep(pause, request.signal);
    request.signal?.throwIfAborted();
  }
}

/** Seconds. Who is taken over writes a few times a minute: the next try nearly always meets nobody. */
const pauseOfTakeOver = 0.1;

interface Search {
  readonly vigil: Vigil;
  told: boolean;
  /** The Lease as it was before we took it. */
  before: LeaseView | undefined;
  /** When the first write of ours was sent: it may have arrived although its answer did not. */
  triedAt: number | undefined;
}

/** `undefined`: someone else has it. */
async function tryToTake(world: World, ref: ObjectRef, request: LockRequest, search: Search): Promise<Lock | undefined> {
  const object = await world.cluster.get(ref, request.signal);
  const view = object === undefined ? undefined : readLease(object);
  // Others count from when it was written, and not from when it was found.
  if (search.triedAt !== undefined && object !== undefined && view?.holder === world.run.holder)
    return keepLock(world, ref, object, search.before, search.triedAt);
  search.before = view;
  const dead = search.vigil.saw(view);
  if (view === undefined || dead || isFree(view, request)) {
    const sent = world.clock.monotonic();
    search.triedAt ??= sent;
    const taken = await take(world, ref, object, request);
    return taken === undefined ? undefined : keepLock(world, ref, taken, view, sent);
  }
  if (!search.told) world.log.line(`Waiting for the lock: ${view.holder} is deploying ${request.service}.`);
  search.told = true;
  return undefined;
}

const isFree = ({ holder }: LeaseView, { successorOf, takeOver }: LockRequest): boolean =>
  holder === '' || holder === successorOf || takeOver === true;

/** `undefined` when someone else was faster. */
async function take(
  world: World,
  ref: ObjectRef,
  found: KubernetesObject | undefined,
  { duration, signal }: LockRequest,
): Promise<KubernetesObject | undefined> {
  const object = takenBy(
    found,
    { namespace: ref.namespace, name: ref.name },
    { holder: world.run.holder, duration, now: world.clock.now() },
  );
  const write: Write =
    found === undefined ? { do: 'create', kind: Lease, namespace: ref.namespace, object } : { do: 'replace', ref, object };
  const waiting = { seconds: answerTime(duration), purpose: `take ${nameOf(ref)}`, signal };
  try {
    return await answeredWithin(world.clock, waiting, (until) => world.cluster.write(write, until));
  } catch (error) {
    if (error instanceof Failure && error.code === 'CLUSTER_CONFLICT') return undefined;
    throw error;
  }
}
