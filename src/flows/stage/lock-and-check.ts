import type { World } from '../../ports/worlds/cluster.ts';
import { isAsChecked, type Lock } from '../held-lock.ts';
import type { StageGround } from './ground.ts';
import type { UpdatePlan } from './plan.ts';
import { preflight } from './preflight.ts';

/** What the preflight found, under the lock: looked at again when someone else was, or still is, here in between. The lock stays with who calls. */
export async function checkedAgain(world: World, plan: UpdatePlan, held: Lock, checked: StageGround): Promise<StageGround> {
  if (isAsChecked(held, checked.lease)) return checked;
  return await preflight(world, plan);
}
