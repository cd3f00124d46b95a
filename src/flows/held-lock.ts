import { feel, isLost, type Pulse } from '../domain/guardian/pulse.ts';
import { type KubernetesObject, nameOf, type ObjectRef } from '../domain/kubernetes/object.ts';
import { answerTime, type LeaseView, readLease, renewalOf } from '../domain/rollout/lease.ts';
import { type LeaseChange, microTime, renewal } from '../domain/rollout/lease-writes.ts';
import type { Answer, Request } from '../domain/rollout/request.ts';
import { Failure } from '../failure.ts';
import type { World } from '../ports/worlds/cluster.ts';
import { answeredWithin } from './answered-within.ts';
import { isTransient } from './follow.ts';

/** The one lock of a service. Only its holder writes. */
export interface Lock {
  readonly epoch: number;
  /** The Lease as it was found: what the run before left behind. */
  readonly found: LeaseView | undefined;
  /** Whether it was renewed within its duration: otherwise a successor may already have it, and nothing may move forward. */
  fresh(): boolean;
  /** Whether the guardian of this epoch stopped beating, over an unbroken run of renewals. */
  guardianLost(): boolean;
  /** Aborts when someone else has it. */
  readonly lost: AbortSignal;
  /** What somebody asks of this run and has no answer yet: seen in the answers of our own renewals, as the guardian's heartbeat is. */
  requested(): Request | undefined;
  /** Called when a request is first seen. The answer unsubscribes. */
  onRequest(listener: (request: Request) => void): () => void;
  /** Goes out at once, and with every renewal until it has arrived. Waits for nothing. */
  answer(answer: Answer): void;
  /**
   * Writes into the Lease and renews it. Throws LOCK_LOST when it is not ours any more. With `release` it is given away; where the answer to
   * that is not heard, it may be asked for again.
   */
  record(change: LeaseChange): Promise<void>;
  /** Stops renewing. Without `record({release})` before, the Lease is left to expire. */
  stop(): void;
}

/** Renews the Lease from now on, until it is stopped or lost. `writtenAt`: when the write that took it was sent. */
export function keepLock(world: World, ref: ObjectRef, taken: KubernetesObject, found: LeaseView | undefined, writtenAt: number): Lock {
  const { epoch, durationSeconds: duration } = readLease(taken);
  const ours = { holder: world.run.holder, epoch };
  const lost = new AbortController();
  const stopped = new AbortController();
  let pulse: Pulse | undefined;
  let renewedAt = writtenAt;
  let request: Request | undefined;
  let unsent: Answer | undefined;
  /** What happens to the Lease from then on is no loss. */
  let givenAway = false;
  /** It may be given away: the answer to that was not heard. */
  let unheard = false;
  const answered = new Set<string>();
  const listeners = new Set<(request: Request) => void>();
  let queue: Promise<unknown> = Promise.resolve();

  /** What waits behind this one must have its turn while the Lease is ours. */
  const ask = <T>(verb: string, by: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    answeredWithin(world.clock, { seconds: answerTime(duration), purpose: `${verb} ${nameOf(ref)}` }, by);

  const write = async (change: LeaseChange): Promise<void> => {
    for (;;) {
      if (lost.signal.aborted) throw lostFailure(ref, 'someone else');
      if (givenAway) throw goneFailure(ref);
      try {
        const answer = unsent;
        const whole = answer === undefined ? change : { ...change, answer };
        const operations = renewal(ours, whole, microTime(world.clock.now()));
        // Others count from when it was written, and not from when we hear of that.
        const sent = world.clock.monotonic();
        const written = await ask('renew', (signal) => world.cluster.write({ do: 'patch', ref, operations }, signal));
        const view = readLease(written);
        renewedAt = sent;
        pulse = feel(pulse, view.guardian, epoch, world.clock.monotonic());
        if (unsent === answer) unsent = undefined;
        heard(view.request);
        return;
      } catch (error) {
        pulse = undefined;
        if (!(error instanceof Failure && (error.code === 'CLUSTER_CONFLICT' || error.code === 'CLUSTER_NOT_FOUND'))) throw error;
      }
      await readAgain();
    }
  };

  const heard = (seen: Request | undefined): void => {
    if (seen === undefined || seen.epoch !== epoch || seen.id === request?.id || answered.has(seen.id)) return;
    request = seen;
    for (const listener of listeners) listener(seen);
  };

  /** After a conflict: still ours, or someone else's. */
  const readAgain = async (): Promise<void> => {
    const object = await ask('read', (signal) => world.cluster.get(ref, signal));
    const view = object === undefined ? undefined : readLease(object);
    if (view?.holder === ours.holder && view.epoch === epoch) return;
    const failure = lostFailure(ref, view === undefined || view.holder === '' ? 'someone who deleted or released it' : view.holder);
    if (unheard && view?.holder === '' && view.epoch === epoch) givenAway = true;
    else if (!unheard) lost.abort(failure);
    throw failure;
  };

  /** May be asked for until it is heard. A renewal that waited for this write finds a Lease that is nobody's. */
  const letGo = async (change: LeaseChange): Promise<void> => {
    try {
      await write(change);
      givenAway = true;
    } catch (error) {
      unheard ||= isTransient(error);
      if (!givenAway) throw error;
    }
  };

  /** One write at a time, in the order in which they were asked for. */
  const record = (change: LeaseChange): Promise<void> => {
    const next = queue.then(() => (change.release === true ? letGo(change) : write(change)));
    queue = next.catch(() => undefined);
    return next;
  };

  /** The loop tries again; whether that was too late is decided by `fresh` and by the next conflict. */
  const notRenewed = async (error: unknown): Promise<void> => {
    world.log.debug(`The Lease was not renewed: ${error instanceof Failure ? error.what : String(error)}`);
    await world.clock.sleep(Math.min(2, duration / 30), stopped.signal);
  };

  const renew = async (): Promise<void> => {
    while (!stopped.signal.aborted && !lost.signal.aborted) {
      const due = renewedAt + renewalOf(duration) - world.clock.monotonic();
      if (due > 0) await world.clock.sleep(due, stopped.signal);
      else await record({}).catch((error: unknown) => notRenewed(error));
    }
  };
  void renew();

  return {
    epoch,
    found,
    lost: lost.signal,
    fresh: () => !lost.signal.aborted && world.clock.monotonic() - renewedAt < duration,
    guardianLost: () => isLost(pulse, duration),
    requested: () => request,
    onRequest: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    answer: (answer) => {
      answered.add(answer.id);
      if (request?.id === answer.id) request = undefined;
      unsent = answer;
      // What does not arrive now goes out with the next renewal.
      record({}).catch((error: unknown) => world.log.debug(`The answer waits: ${error instanceof Failure ? error.what : String(error)}`));
    },
    record,
    stop: () => stopped.abort(),
  };
}

const lostFailure = (ref: ObjectRef, holder: string): Failure =>
  new Failure(
    'LOCK_LOST',
    `Lease ${ref.namespace}/${ref.name} was taken by ${holder}.`,
    'See that run: it decides where the traffic goes. This one has stopped writing.',
  );

const goneFailure = (ref: ObjectRef): Failure =>
  new Failure('LOCK_LOST', `This run gave Lease ${ref.namespace}/${ref.name} away.`, 'Nothing is left to do under it.');

/** What to say of a lock that is lost. */
export const whyLost = ({ lost }: Pick<Lock, 'lost'>): string => String((lost.reason as { readonly what?: string }).what ?? lost.reason);

/** Nobody had the Lease when it was looked at, and nobody wrote it since: what was found then is still so. */
export const isAsChecked = ({ found }: Pick<Lock, 'found'>, checked: LeaseView | undefined): boolean =>
  (checked?.holder ?? '') === '' && found?.resourceVersion === checked?.resourceVersion;
