import type { World } from '../../ports/worlds/cluster.ts';
import { isAsChecked, type Lock } from '../held-lock.ts';
import { releasing } from '../releasing.ts';
import type { Ground } from './ground.ts';
import type { BlueGreenWish } from './plan.ts';
import { preflight } from './preflight.ts';

/** What the preflight found, under the lock. `checked` is missing where something was half done then: after that is mended. */
export async function checkedAgain(world: World, plan: BlueGreenWish, held: Lock, checked: Ground | undefined): Promise<Ground> {
  if (checked !== undefined && isAsChecked(held, checked.lease)) return checked;
  return await releasing(world, held, () => preflight(world, plan));
}
