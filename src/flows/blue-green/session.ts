import type { BlueGreenEnding } from '../../domain/blue-green/blue-green.ts';
import type { BlueGreenOperation, BlueGreenPhase, BlueGreenRecord } from '../../domain/blue-green/record.ts';
import type { Cause } from '../../domain/rollout/cause.ts';
import type { Hold, Holds } from '../../domain/rollout/hold.ts';
import type { Colour } from '../../domain/rollout/layout.ts';
import type { ColourPair } from '../../domain/traffic/switchers/switcher.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Lock } from '../held-lock.ts';
import { whereItRuns } from '../signature.ts';
import type { Unheard } from '../unheard.ts';
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
  /** What is carried out: what a run left is, whatever this run was started for. */
  readonly operation: BlueGreenOperation;
  readonly from: Colour;
  readonly to: Colour;
  readonly container: string;
  readonly image: string;
  readonly before: BlueGreenRecord['before'];
  /** Pods of the colour that had the users when it began. */
  readonly replicas: number;
  readonly port: number | undefined;
  /** Who goes on for a dead run knows neither its commit nor who started it. `undefined`: it is this run's own. */
  readonly leftBy: string | undefined;
  /** What the old colour runs, as last seen. `undefined`: whoever goes on for a dead run has not looked. */
  previousImage: string | undefined;
  /** Pods that users need: as many as the old colour ever had since it began. */
  needed: number;
  /** By its generation: the route as it was when users were ordered to the new colour. `undefined`: they were not, or that was refused. */
  ordered: number | string | undefined;
  readonly writes: Writing[];
  readonly unheard: Unheard;
  /** What was asked of the new colour, and what it said. */
  readonly asked: string[];
  /** What was not done or not seen, and is no reason to stop. */
  readonly remarks: string[];
  /** What was held when it began. */
  readonly holds: Holds | undefined;
  /** Of this run's image, from its first record of a way back on; of a rollback, from the beginning. */
  hold: Hold | undefined;
  /** Digests whose hold is written. */
  readonly held: string[];
  cause: Cause | undefined;
  ending: BlueGreenEnding | undefined;
}

interface Opening {
  readonly world: World;
  readonly plan: BlueGreenWish;
  readonly lock: Lock;
}

const empty = () => ({
  ordered: undefined,
  writes: [],
  unheard: new Map(),
  asked: [],
  remarks: [],
  held: [],
  hold: undefined,
  cause: undefined,
  ending: undefined,
});

export const openSession = (opening: Opening, ground: Ground, hold?: Hold): Session => {
  const { namespace, pair, from, to, container, image, before, replicas, port, lease } = ground;
  const { operation } = opening.plan;
  return {
    ...opening,
    namespace,
    pair,
    operation,
    from,
    to,
    container,
    image,
    before,
    replicas,
    port,
    leftBy: undefined,
    previousImage: ground.previousImage,
    needed: replicas,
    holds: lease?.holds,
    ...empty(),
    hold,
  };
};

/** Of what a run left, by its record alone. */
export const openLeft = (opening: Opening, record: BlueGreenRecord, pair: ColourPair, hold?: Hold): Session => {
  const { operation, from, to, container, image, before, serving, run } = record;
  return {
    ...opening,
    namespace: pair.namespace,
    pair,
    operation,
    from,
    to,
    container,
    image,
    before,
    replicas: serving,
    port: undefined,
    leftBy: run === whereItRuns(opening.world) ? undefined : run,
    previousImage: undefined,
    needed: serving,
    holds: opening.lock.found?.holds,
    ...empty(),
    hold,
  };
};

/** As a successor finds it. */
export const recordOf = (session: Session, phase: BlueGreenPhase): BlueGreenRecord => {
  const { world, operation, from, to, container, image, before, replicas: serving } = session;
  const run = whereItRuns(world);
  return { phase, operation, from, to, container, image, before, serving, run, since: world.clock.now().toISOString() };
};
