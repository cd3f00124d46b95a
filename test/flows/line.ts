import type { Cluster } from '../../src/ports/cluster.ts';
import type { World } from '../../src/ports/worlds/cluster.ts';
import { unreachable } from './memory-cluster/failures.ts';

export interface Line {
  readonly world: World;
  /** From now on nothing of this run arrives, and it hears nothing: the cluster goes on without it. */
  cut(): void;
  mend(): void;
  readonly isCut: Promise<void>;
}

/** Seconds from one end to the other and back. */
const roundTrip = 0.01;

/** One run's own way to a cluster that others reach too. */
export function lineOf(world: World): Line {
  const { clock, cluster: there } = world;
  let down = false;
  let said = (): void => undefined;
  const isCut = new Promise<void>((resolve) => {
    said = resolve;
  });
  const over = async <T>(call: () => Promise<T>): Promise<T> => {
    await clock.sleep(roundTrip);
    if (down) throw unreachable();
    return await call();
  };
  const cluster: Cluster = {
    get: (...call) => over(() => there.get(...call)),
    list: (...call) => over(() => there.list(...call)),
    version: (...call) => over(() => there.version(...call)),
    watch: (...call) => there.watch(...call),
    write: (...call) => over(() => there.write(...call)),
  };
  return {
    world: { ...world, cluster },
    cut: () => {
      down = true;
      said();
    },
    mend: () => {
      down = false;
    },
    isCut,
  };
}
