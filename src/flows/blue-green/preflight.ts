import { imageOf } from '../../domain/rollout/container-image.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { refuseHeld, refuseKnownHeld } from '../holds.ts';
import { preflightFailed } from '../preflight-failed.ts';
import { doubtsOf, notesOf, problemsOf, warningsOf } from './findings.ts';
import type { Ground } from './ground.ts';
import { lookNearer } from './look-nearer.ts';
import type { BlueGreenWish } from './plan.ts';
import { portOf } from './preflight-checks.ts';
import { sidesOf } from './sides.ts';
import { type Seen, survey } from './survey.ts';

/** Looks at everything a switch needs, writes nothing, and throws one PREFLIGHT_FAILED with all problems there are. */
export async function preflight(world: World, plan: BlueGreenWish, seen: Seen = {}): Promise<Ground> {
  const found = await survey(world, plan, seen);
  const known = sidesOf(plan, found);
  if (!known.ok) throw preflightFailed(known.problems, begun);
  const sides = known.value;
  const nearer = await lookNearer(world, plan, found, sides);
  const looked = { found, sides, nearer };
  const isBack = plan.operation === 'rollback';
  const problems = problemsOf(plan, looked);
  const doubts = doubtsOf(plan, looked, world.run.holder);
  // On a way back everything is advisory but the write itself.
  const refusals = isBack ? problems : [...problems, ...doubts];
  const { pair, from, to, deployments, serving, idle, container, replicas, before } = sides;
  if (refusals.length > 0 || !container.ok) throw preflightFailed(refusals, begun);
  const { namespace, lease, front, services } = found;
  const image = isBack ? before.image : nearer.image.text;
  const previousImage = imageOf(serving, container.value) ?? '';
  const deploying = { service: plan.service, namespace, lease, images: [image], present: [previousImage] };
  const unknownHolds = isBack ? await refuseKnownHeld(world, deploying) : await refuseHeld(world, deploying).then(() => []);
  return {
    namespace,
    pair,
    from,
    to,
    deployments,
    container: container.value,
    image,
    previousImage,
    replicas,
    before,
    port: plan.operation === 'deploy' ? (plan.health.port ?? portOf(services[to] ?? front, idle)) : undefined,
    lease,
    warnings: [...(isBack ? doubts : []), ...unknownHolds, ...warningsOf(plan, looked, container.value)],
    notes: notesOf(plan, looked),
  };
}

const begun = 'anything was written';
