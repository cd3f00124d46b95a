import type { LeaseView } from '../../domain/rollout/lease.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { manifestFindings } from '../canary/manifest-preflight.ts';
import type { CanaryPlan } from '../canary/plan.ts';
import { survey } from '../canary/survey.ts';
import { preflightFailed } from '../preflight-failed.ts';

/**
 * What was tested is what is promoted. The Lease knows the image of a canary that was left, and of its manifests only their mark: without the
 * same ones stable would get the image alone. Throws OPERATION_REFUSED, before anything is written.
 */
export async function requireSameTemplate(world: World, plan: CanaryPlan, lease: LeaseView | undefined, image: string): Promise<void> {
  const tested = lease?.template?.undo?.fingerprint;
  if (tested === undefined) return;
  const given = await givenTemplate(world, plan, image);
  if (given === tested) return;
  const but = given === undefined ? 'and `manifests` is not given' : `and those in \`manifests\` make another one (${given})`;
  throw new Failure(
    'OPERATION_REFUSED',
    `The canary runs the whole pod template of manifests (${tested}), ${but}: what was tested would not be what is promoted. Nothing was written.`,
    'Check out the commit that the canary was started from and give `manifests` as that run had it. Or run `operation: abort` and start a release.',
  );
}

async function givenTemplate(world: World, plan: CanaryPlan, image: string): Promise<string | undefined> {
  if (plan.manifests.length === 0) return undefined;
  const found = await survey(world, plan);
  const { next, problems } = await manifestFindings(world, plan, found, found.stable, image);
  if (problems.length > 0) throw preflightFailed(problems, 'the promotion');
  return next?.fingerprint;
}
