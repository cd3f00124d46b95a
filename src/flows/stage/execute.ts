import type { World } from '../../ports/worlds/cluster.ts';
import { operate } from './operate.ts';
import type { StagePlan } from './plan.ts';
import type { StageResult } from './result.ts';
import { update } from './update.ts';

export const executeStage = (plan: StagePlan, world: World): Promise<StageResult> =>
  plan.operation === 'deploy' ? update(plan, world) : operate(plan, world);
