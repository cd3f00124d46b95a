import type { RollingEnding } from '../../domain/rolling/rolling.ts';
import { environmentOf } from '../../domain/units/environment.ts';
import { type Ended, recordDeployment, recordStanding, type Telling } from '../lineage/record.ts';
import { imagesIn, type StageGround } from './ground.ts';
import type { UpdatePlan } from './plan.ts';

/** The images that this run is about: those of its inputs, and where it has none, every one of its manifests. */
export function deployedImages({ steps }: StageGround): readonly string[] {
  const wished = steps.flatMap(({ change }) => Object.values(change.workload?.images ?? {}));
  return [...new Set(wished.length > 0 ? wished : imagesIn(steps).images)];
}

const subjectOf = (plan: UpdatePlan, ground: StageGround): Omit<Ended, 'state' | 'description'> => ({
  service: plan.service,
  environment: environmentOf(plan, ground.namespace),
  lineage: plan.lineage,
  images: deployedImages(ground),
});

/** A cancel leaves no time to say so. */
export async function recordEnding(
  world: Telling,
  plan: UpdatePlan,
  ground: StageGround,
  ending: RollingEnding,
): Promise<readonly string[]> {
  const subject = subjectOf(plan, ground);
  if (ending.outcome === 'promoted')
    return await recordDeployment(world, { ...subject, state: 'success', description: 'Every workload is available with it.' });
  if (ending.outcome !== 'rolled-back') return [];
  const harmful = ending.cause.kind === 'harm' || ending.cause.kind === 'crash';
  return await recordDeployment(world, { ...subject, state: harmful ? 'failure' : 'error', description: ending.cause.text });
}

/** On record is only what a run of ours has brought. */
export async function recordAsFound(world: Telling, plan: UpdatePlan, ground: StageGround): Promise<readonly string[]> {
  const { deployed, lastKnownGood } = ground.lease ?? {};
  const brought = deployedImages(ground).every((image) => lastKnownGood === image || deployed?.images.includes(image) === true);
  return brought ? await recordStanding(world, subjectOf(plan, ground)) : [];
}
