import { type BlueGreenEnding, beginFromLeft } from '../../domain/blue-green/blue-green.ts';
import { type BlueGreenRecord, isSwitchOpen } from '../../domain/blue-green/record.ts';
import type { Cause } from '../../domain/rollout/cause.ts';
import type { Hold } from '../../domain/rollout/hold.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Lock } from '../held-lock.ts';
import { releasing } from '../releasing.ts';
import { pairNow } from './colours.ts';
import { drive } from './drive.ts';
import type { BlueGreenWish } from './plan.ts';
import { openLeft, type Session } from './session.ts';

export interface Mended {
  readonly session: Session;
  readonly ending: BlueGreenEnding;
}

/**
 * What a run left half done, taken back or finished from its record alone. Whoever calls has the Lease. Nothing is resumed in the middle of
 * its checks.
 */
export async function mendLeft(
  world: World,
  plan: BlueGreenWish,
  lock: Lock,
  namespace: string,
  cause: Cause,
  hold?: Hold,
): Promise<Mended | undefined> {
  const record: BlueGreenRecord | undefined = lock.found?.blueGreen;
  if (!isSwitchOpen(record)) return undefined;
  const pair = await releasing(world, lock, () => pairNow(world, plan, namespace));
  const session = openLeft({ world, plan, lock }, record, pair, hold);
  const first = beginFromLeft(record, cause);
  return { session, ending: await drive(session, { operation: record.operation, checks: false, hook: false, watch: false }, first) };
}
