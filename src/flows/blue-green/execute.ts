import type { World } from '../../ports/worlds/cluster.ts';
import { deploy } from './deploy.ts';
import type { BlueGreenWish } from './plan.ts';
import type { BlueGreenResult } from './result.ts';
import { rollback } from './rollback.ts';

export const executeBlueGreen = (plan: BlueGreenWish, world: World): Promise<BlueGreenResult> =>
  plan.operation === 'deploy' ? deploy(plan, world) : rollback(plan, world);
