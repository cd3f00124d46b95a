import type { Cluster, Write } from '../../src/ports/cluster.ts';
import type { Stage } from './stand-ins.ts';
import { through } from './through.ts';

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** The cluster as a process sees it that may be killed: from then on nothing is answered. */
export const mortal = (cluster: Cluster, isDead: () => boolean): Cluster =>
  through(cluster, {
    get: (...call) => (isDead() ? never() : cluster.get(...call)),
    list: (...call) => (isDead() ? never() : cluster.list(...call)),
    write: (...call) => (isDead() ? never() : cluster.write(...call)),
  });

/** Of one that is killed when it has made so many writes. */
export function dyingAfter(cluster: Cluster, writes: number): Cluster {
  let left = writes;
  return mortal(
    through(cluster, {
      write: async (write, signal) => {
        if (write.do !== 'create' || write.kind.kind !== 'SelfSubjectAccessReview') left -= 1;
        return await cluster.write(write, signal);
      },
    }),
    () => left <= 0,
  );
}

/** Of one that is killed while it sends a write, which the API server stores so many seconds later, if it still may. */
export function dyingAtLateWrite({ cluster, clock }: Stage, seconds: number, isIt: (write: Write) => boolean) {
  let arrival: Promise<string> | undefined;
  const sending = through(cluster, {
    write: (write, signal) => {
      if (write.dryRun === true || !isIt(write)) return cluster.write(write, signal);
      arrival = lateArrival(cluster, clock.sleep(seconds), write);
      return never();
    },
  });
  return {
    cluster: mortal(sending, () => arrival !== undefined),
    /** What became of the write. */
    arrived: (): Promise<string> => clock.until(arrival ?? Promise.resolve('never sent')),
  };
}

/** `stored`, or the code of its refusal. */
export const lateArrival = (cluster: Cluster, delay: Promise<void>, write: Write): Promise<string> =>
  delay.then(() =>
    cluster.write(write).then(
      () => 'stored',
      (error: { readonly code: string }) => error.code,
    ),
  );
