import { type StagingVerdict, stagingVerdict } from '../../domain/evidence/staging.ts';
import { imageText } from '../../domain/units/image.ts';
import { Failure } from '../../failure.ts';
import type { ForgeWorld } from '../../ports/worlds/forge.ts';
import { commitOf } from '../lineage/order.ts';
import { stagingOf } from '../lineage/staging.ts';
import type { EvidencePlan } from './inputs.ts';

/** Never throws for what the forge says or fails to say: what cannot be found out has not passed. */
export async function executeEvidence(plan: EvidencePlan, world: Pick<ForgeWorld, 'forge' | 'registry' | 'run'>): Promise<StagingVerdict> {
  const { service, environment, image, otherBuilds } = plan;
  if (image !== undefined) return await stagingOf(world, service, environment, imageText(image), otherBuilds);
  const commit = commitOf(world, plan);
  if (commit === undefined || world.forge === undefined)
    return { is: 'missing', text: 'It is not known which commit is meant: give `commit` or `image`.' };
  try {
    const tree = await world.forge.tree(commit);
    if (tree === undefined) return { is: 'missing', text: `GitHub does not know the commit ${commit}, or the token may not see it.` };
    const query = { service, environment, digest: undefined, tree, key: 'any' } as const;
    return stagingVerdict(query, await world.forge.deployments(query));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { is: 'missing', text: `It cannot be asked: ${error.what} ${error.remedy}` };
  }
}
