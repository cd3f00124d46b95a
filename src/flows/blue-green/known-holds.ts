import type { Problem } from '../../domain/rollout/problem.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/world.ts';
import { type Deploying, refuseHeld } from '../holds.ts';

/** On a way back: only a hold that is known to be one stops it. Answers with what could not be found out. */
export async function refuseKnownHeld(world: Pick<World, 'registry'>, deploying: Deploying): Promise<readonly Problem[]> {
  if (deploying.lease?.holds?.unreadable === true)
    return [
      {
        what: 'Not checked: whether that was taken back before (the annotation wf-deploy.io/holds cannot be read).',
        remedy: 'See who edited it.',
      },
    ];
  try {
    await refuseHeld(world, deploying);
    return [];
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'REGISTRY_UNCHECKED')) throw error;
    return [{ what: `Not checked: whether that was taken back before. ${error.what}`, remedy: error.remedy }];
  }
}
