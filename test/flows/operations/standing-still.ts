import type { World } from '../../../src/ports/worlds/cluster.ts';
import { through } from '../through.ts';

/** A call of a process, as `list Job` or `delete Lease`. */
type Call = `${string} ${string}`;

/** A process that is stopped (SIGSTOP, a suspended machine) right before a call, with everything that it does, until it is woken. */
export function standingStill(world: World, isThere: (call: Call) => boolean) {
  const { cluster, clock } = world;
  let asleep: Promise<void> | undefined;
  let wake = (): void => undefined;
  let stopped = (): void => undefined;
  const isStopped = new Promise<void>((resolve) => {
    stopped = resolve;
  });
  let once = false;
  const awake = async (call?: Call): Promise<void> => {
    if (call !== undefined && !once && isThere(call)) {
      once = true;
      asleep = new Promise((resolve) => {
        wake = resolve;
      });
      stopped();
    }
    while (asleep !== undefined) await asleep;
    if (call !== undefined) await clock.sleep(0.01);
  };
  const seen = through(cluster, {
    async get(ref, signal) {
      await awake(`get ${ref.kind.kind}`);
      return await cluster.get(ref, signal);
    },
    async list(kind, namespace, options, signal) {
      await awake(`list ${kind.kind}`);
      return await cluster.list(kind, namespace, options, signal);
    },
    async write(write, signal) {
      await awake(`${write.do} ${write.do === 'create' ? write.kind.kind : write.ref.kind.kind}`);
      return await cluster.write(write, signal);
    },
  });
  const slow: World = {
    ...world,
    cluster: seen,
    clock: {
      monotonic: () => clock.monotonic(),
      now: () => clock.now(),
      async sleep(seconds, signal) {
        await clock.sleep(seconds, signal);
        await awake();
      },
    },
  };
  return {
    world: slow,
    isStopped,
    goOn: (): void => {
      asleep = undefined;
      wake();
    },
  };
}
