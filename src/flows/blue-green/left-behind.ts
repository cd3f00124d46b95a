import { type BlueGreenEnding, beginFromLeft, leftByADeadRun } from '../../domain/blue-green/blue-green.ts';
import { type BlueGreenRecord, isSwitchOpen } from '../../domain/blue-green/record.ts';
import type { Cause } from '../../domain/rollout/cause.ts';
import type { Hold } from '../../domain/rollout/hold.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Lock } from '../held-lock.ts';
import { releasing } from '../releasing.ts';
import { pairNow, present } from './colours.ts';
import { drive } from './drive.ts';
import { foreignImage } from './last-look.ts';
import type { BlueGreenWish } from './plan.ts';
import { openLeft, type Session } from './session.ts';
import { liveNow } from './switch-route.ts';

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
  if (cause === leftByADeadRun && (await releasing(world, lock, () => isTakenOver(session, record)))) {
    world.log.line(`An earlier run died in the phase \`${record.phase}\`, and somebody has taken over since: users stay on ${record.to}.`);
    return { session, ending: { outcome: 'aborted', cause } };
  }
  const first = beginFromLeft(record, cause);
  return { session, ending: await drive(session, { operation: record.operation, checks: false, hook: false, watch: false }, first) };
}

/**
 * Users are on the new colour of a dead deployment because a person wants them there: it had led nobody anywhere yet, or the colour was given
 * another image since, a hotfix perhaps.
 */
async function isTakenOver(session: Session, { phase, operation, to }: BlueGreenRecord): Promise<boolean> {
  if (operation !== 'deploy' || phase === 'returning' || phase === 'retiring') return false;
  const { live } = await liveNow(session);
  if (live.is !== 'one' || live.colour !== to) return false;
  return phase === 'preparing' || foreignImage(session, to, await present(session, to)) !== undefined;
}
