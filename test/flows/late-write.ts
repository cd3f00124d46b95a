import type { Write } from '../../src/ports/cluster.ts';
import type { World } from '../../src/ports/worlds/cluster.ts';
import { lateArrival } from './dying-after.ts';
import type { Stage } from './stand-ins.ts';
import { through } from './through.ts';

/**
 * A slow admission on one write: half a second after it was sent the run is cancelled and hangs up, and so many seconds after it was sent the
 * API server stores it all the same, if it still may.
 */
export function lateWrite(on: Stage, seconds: number, isIt: (write: Write) => boolean) {
  const { cluster, clock } = on;
  let arrival: Promise<string> | undefined;
  const world: World = {
    ...on.world,
    cluster: through(cluster, {
      async write(write, signal) {
        if (arrival !== undefined || write.dryRun === true || !isIt(write)) return await cluster.write(write, signal);
        arrival = lateArrival(cluster, clock.sleep(seconds), write);
        void clock.sleep(0.5).then(() => on.cancel('SIGINT'));
        return await new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        });
      },
    }),
  };
  return {
    world,
    /** What became of the write. */
    arrived: (): Promise<string> => {
      if (arrival === undefined) throw new Error('It was never sent.');
      return clock.until(arrival);
    },
  };
}
