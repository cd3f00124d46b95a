import type { World } from '../../ports/world.ts';
import { deploy } from './deploy.ts';
import { operate } from './operate.ts';
import type { StagePlan } from './plan.ts';
import type { StageResult } from './result.ts';

export const executeStage = (plan: StagePlan, world: World): Promise<StageResult> =>
  plan.operation === 'deploy' ? deploy(plan, world) : operate(plan, world);
