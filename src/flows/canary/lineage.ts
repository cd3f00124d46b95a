import type { RecordedPhase } from '../../domain/rollout/effect.ts';
import type { LeaseChange } from '../../domain/rollout/lease-writes.ts';
import type { Ending } from '../../domain/rollout/state.ts';
import { environmentOf } from '../../domain/units/environment.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { deployedNow } from '../lineage/order.ts';
import { type Ended, recordDeployment, recordStanding } from '../lineage/record.ts';
import { whereItRuns } from '../signature.ts';
import { withoutGates } from './gates.ts';
import type { Ground } from './ground.ts';
import type { CanaryPlan } from './plan.ts';
import type { Session } from './session.ts';

/** From here on stable runs the new image: what is older is not deployed any more. A successor that only tidies up knows no commit of its own. */
export function deployedAt({ world, plan, ground, run }: Session, phase: RecordedPhase): Pick<LeaseChange, 'deployed'> {
  const own = run === whereItRuns(world);
  const deployed = phase === 'promoted' && own ? deployedNow(world, plan.lineage, [ground.image]) : undefined;
  return deployed === undefined ? {} : { deployed };
}

type Subject = Omit<Ended, 'state' | 'description'>;

const subjectOf = (plan: CanaryPlan, { app, image }: Ground): Subject => ({
  service: plan.service,
  environment: environmentOf(plan, app.namespace),
  lineage: plan.lineage,
  images: [image],
});

/** A canary whose promotion is left to another run has deployed nothing yet, and a cancel leaves no time to say so. */
export async function recordEnding(world: World, plan: CanaryPlan, ground: Ground, ending: Ending): Promise<readonly string[]> {
  const subject = subjectOf(plan, ground);
  if (ending.outcome === 'promoted')
    return await recordDeployment(world, {
      ...subject,
      state: 'success',
      description: `Every stage passed, and stable runs it.${withoutGates(plan)}`,
    });
  if (ending.outcome !== 'rolled-back') return [];
  const harmful = ending.cause.kind === 'harm' || ending.cause.kind === 'crash';
  return await recordDeployment(world, { ...subject, state: harmful ? 'failure' : 'error', description: ending.cause.text });
}

/** Stable ran it before: on record it is only where a run of ours has brought it. */
export async function recordAsFound(world: World, plan: CanaryPlan, ground: Ground): Promise<readonly string[]> {
  const { deployed, lastKnownGood } = ground.lease ?? {};
  if (lastKnownGood !== ground.image && deployed?.images.includes(ground.image) !== true) return [];
  return await recordStanding(world, subjectOf(plan, ground));
}
