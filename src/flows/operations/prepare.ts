import { Ingress, Service } from '../../domain/kubernetes/kinds.ts';
import { type KubernetesObject, nameOf, type ObjectRef } from '../../domain/kubernetes/object.ts';
import { inspectCanary } from '../../domain/rollout/canary-inspection.ts';
import { epochAnnotation } from '../../domain/rollout/lease.ts';
import { refuseOvertaken } from '../../domain/rollout/ordered.ts';
import { type Problem, problemText } from '../../domain/rollout/problem.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { namesOf, objectsOf } from '../canary/preflight.ts';
import { surveyObjects } from '../canary/survey.ts';
import { giveAway } from '../give-away.ts';
import type { Lock } from '../held-lock.ts';
import { placeOf, refuseBesideRun, refuseHalfDone, takeLease } from './holder.ts';
import type { OperationPlan } from './plan.ts';
import { type OperationResult, told, wouldDo } from './result.ts';

/**
 * Adds what a rollout needs and does not find, at weight 0: the canary's Service, its backend in the route, its Ingress. One thing may wait
 * for another, so that it looks again after each; what is there already stays as it is. What it cannot add is refused before anything is written.
 */
export async function prepare(world: World, plan: OperationPlan): Promise<OperationResult> {
  const place = placeOf(world, plan.canary);
  const first = await missingIn(world, plan);
  if (first.length === 0) return told('nothing-to-do', 'Everything that a rollout needs is there.');
  if (plan.canary.dryRun) return wouldDo(first.map(({ what, mended }) => `${what} → ${actionOf(mended)}`));
  await refuseBesideRun(world, place, 'prepare');
  const lock = await takeLease(world, plan, place);
  const writes: string[] = [];
  try {
    const unfinished = lock.found?.rollout;
    if (unfinished !== undefined && unfinished.phase !== 'resting') {
      throw new Failure(
        'OPERATION_REFUSED',
        `A rollout was left in the phase \`${unfinished.phase}\`: its route is not changed.`,
        'Run `operation: abort` first.',
      );
    }
    refuseHalfDone(lock.found);
    // Twice as many as there are things that can be missing: then something undoes what is written.
    for (let round = 0; round < 6; round += 1) {
      const [next] = await missingIn(world, plan);
      if (next === undefined) return told('done', 'Everything that a rollout needs is there now, at weight 0.', { writes });
      writes.push(await write(world, plan, lock, place.namespace, next.mended));
      world.log.line(`  ${writes.at(-1)}`);
    }
  } finally {
    await giveAway(world, lock);
  }
  throw new Failure('OPERATION_REFUSED', `What was written does not stay: ${writes.join(', ')}.`, 'See who writes these objects again.');
}

type Mendable = Problem & { readonly mended: KubernetesObject };

/** What is missing and can be added. Throws when something is in the way that cannot: a subset, a route, a Deployment. */
async function missingIn(world: World, { canary }: OperationPlan): Promise<readonly Mendable[]> {
  const found = await surveyObjects(world, canary);
  const stable = found.stable;
  const inspected = stable === undefined ? undefined : inspectCanary(objectsOf(canary, found, stable), namesOf(canary, found));
  const problems: readonly Problem[] = [
    ...(inspected?.problems ?? [
      {
        what: `Deployment ${found.app.namespace}/${canary.stableDeployment} is not there.`,
        remedy: 'Check `namespace`, `service` and `stable-deployment`.',
      },
    ]),
    ...canary.router.inspect(found.routes, found.app, [], found.around).problems,
  ];
  const others = problems.filter(({ mended }) => mended === undefined);
  if (others.length > 0) {
    throw new Failure(
      'OPERATION_REFUSED',
      `Something is in the way that \`prepare\` does not add:\n${others.map(problemText).join('\n')}`,
      'Mend it and run `prepare` again. Nothing was written.',
    );
  }
  return problems.filter((problem): problem is Mendable => problem.mended !== undefined);
}

const actionOf = ({ kind, metadata }: KubernetesObject): string =>
  `${metadata.resourceVersion === undefined ? 'create' : 'change'} ${kind} ${metadata.name}`;

async function write(world: World, { canary }: OperationPlan, lock: Lock, namespace: string, object: KubernetesObject): Promise<string> {
  const kind = [Service, Ingress, ...canary.router.kinds].find((known) => known.kind === object.kind);
  if (kind === undefined) throw new Failure('INTERNAL', `A ${object.kind} cannot be prepared.`, 'Report this with the log.');
  const ref: ObjectRef = { kind, namespace, name: object.metadata.name };
  if (object.metadata.resourceVersion === undefined) {
    await world.cluster.write({ do: 'create', kind, namespace, object: { ...object, metadata: { ...object.metadata, namespace } } });
    return `${nameOf(ref)}: created`;
  }
  refuseOvertaken(object, lock.epoch);
  const annotations = { ...object.metadata.annotations, [epochAnnotation]: String(lock.epoch) };
  await world.cluster.write({ do: 'replace', ref, object: { ...object, metadata: { ...object.metadata, annotations } } });
  return `${nameOf(ref)}: the canary at weight 0`;
}
