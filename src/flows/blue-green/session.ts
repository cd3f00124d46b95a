import type { BlueGreenEnding } from '../../domain/blue-green/blue-green.ts';
import type { BlueGreenRecord } from '../../domain/blue-green/record.ts';
import type { Cause } from '../../domain/rollout/cause.ts';
import type { Hold } from '../../domain/rollout/hold.ts';
import type { Colour } from '../../domain/rollout/layout.ts';
import type { ColourPair } from '../../domain/traffic/switchers/switcher.ts';
import type { World } from '../../ports/world.ts';
import type { Lock } from '../held-lock.ts';
import type { Writing } from '../writing.ts';
import type { Ground } from './ground.ts';
import type { BlueGreenWish } from './plan.ts';

/** What a run knows while it goes on. The fields without `readonly` are what it last ordered or saw. */
export interface Session {
  readonly world: World;
  readonly plan: BlueGreenWish;
  readonly lock: Lock;
  readonly namespace: string;
  readonly pair: ColourPair;
  readonly from: Colour;
  readonly to: Colour;
  readonly container: string;
  readonly image: string;
  readonly before: BlueGreenRecord['before'];
  /** `undefined`: of a run before, whose size of the serving colour is not known. */
  readonly replicas: number | undefined;
  readonly port: number | undefined;
  readonly writes: Writing[];
  /** What was asked of the new colour, and what it said. */
  readonly asked: string[];
  /** Of this run's image, from its first record of a way back on; of a rollback, from the beginning. */
  hold: Hold | undefined;
  cause: Cause | undefined;
  ending: BlueGreenEnding | undefined;
}

interface Opening {
  readonly world: World;
  readonly plan: BlueGreenWish;
  readonly lock: Lock;
}

const empty = () => ({ writes: [], asked: [], hold: undefined, cause: undefined, ending: undefined });

export const openSession = (opening: Opening, ground: Ground, hold?: Hold): Session => {
  const { namespace, pair, from, to, container, image, before, replicas, port } = ground;
  return { ...opening, namespace, pair, from, to, container, image, before, replicas, port, ...empty(), hold };
};

/** Of what a run left, by its record alone. */
export const openLeft = (opening: Opening, record: BlueGreenRecord, pair: ColourPair, hold?: Hold): Session => {
  const { from, to, container, image, before } = record;
  return {
    ...opening,
    namespace: pair.namespace,
    pair,
    from,
    to,
    container,
    image,
    before,
    replicas: undefined,
    port: undefined,
    ...empty(),
    hold,
  };
};
