import type { World } from '../../ports/worlds/cluster.ts';
import type { OperationName, OperationPlan } from './plan.ts';
import { requirePermissions, requireWayBack } from './preflight.ts';
import { prepare } from './prepare.ts';
import { abort, pauseOrResume, promote } from './requests.ts';
import type { OperationResult } from './result.ts';
import { status } from './status.ts';
import { uninstall } from './uninstall.ts';
import { unlock } from './unlock.ts';

type Operate = (world: World, plan: OperationPlan) => Promise<OperationResult>;

const operations: Readonly<Record<OperationName, Operate>> = {
  status,
  pause: pauseOrResume,
  resume: pauseOrResume,
  promote,
  abort,
  prepare,
  uninstall,
  unlock,
};

export async function executeOperation(plan: OperationPlan, world: World): Promise<OperationResult> {
  const { operation } = plan;
  if (operation === 'abort') await requireWayBack(world, plan);
  // It only reads, and says itself what it may not read.
  else if (operation !== 'status') await requirePermissions(world, plan, operation);
  return await operations[operation](world, plan);
}
