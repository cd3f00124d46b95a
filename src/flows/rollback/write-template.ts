import { differences } from '../../domain/kubernetes/difference.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { PatchOperation } from '../../domain/kubernetes/patch.ts';
import { imagesOf, setTemplate, templateOf } from '../../domain/kubernetes/pod-template.ts';
import { changeCauseKey } from '../../domain/kubernetes/revision.ts';
import { deploymentSpec } from '../../domain/kubernetes/workload.ts';
import { isUnfinished } from '../../domain/rollback/record.ts';
import { actorKey, runKey } from '../../domain/rolling/change.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { freshLock } from '../fresh-lock.ts';
import { wrote } from '../writing.ts';
import type { Target } from './look.ts';
import type { BackPlan } from './plan.ts';
import { isOfRollback } from './resume.ts';
import type { Session } from './session.ts';
import { stableRefOf } from './survey.ts';

/** The whole pod template, who brought it, and an end to a pause in which no template is taken. */
function operationsFor(
  workload: KubernetesObject,
  { template, revision, to }: Target,
  { page, actor }: World['run'],
): readonly PatchOperation[] {
  const annotations = {
    ...workload.metadata.annotations,
    [changeCauseKey]: revision?.annotations[changeCauseKey] ?? `wf-deploy rollback to ${to}`,
    ...(page === undefined ? {} : { [runKey]: page }),
    ...(actor === undefined ? {} : { [actorKey]: actor }),
  };
  return [
    ...setTemplate(workload, template),
    { op: 'add', path: '/metadata/annotations', value: annotations },
    ...(deploymentSpec(workload).paused === true ? [{ op: 'remove', path: '/spec/paused' } as const] : []),
  ];
}

/** What the API server would say to it, permission and admission included. Throws what it refuses. */
export async function rehearseTemplate(world: World, plan: BackPlan, workload: KubernetesObject, target: Target): Promise<void> {
  const { resourceVersion: _, ...metadata } = workload.metadata;
  const operations = operationsFor({ ...workload, metadata }, target, world.run);
  await world.cluster.write({ do: 'patch', ref: stableRefOf(world, plan), operations, dryRun: true });
}

/**
 * Guarded by resourceVersion: whatever else changes it meanwhile, an autoscaler for one, is read again and kept. Another image is too: what
 * is gone back from is what was decided about. Throws ROLLBACK_UNCONFIRMED.
 */
export async function writeTemplate(session: Session, target: Target): Promise<KubernetesObject> {
  const { world, plan } = session;
  const ref = stableRefOf(world, plan);
  for (;;) {
    const workload = await world.cluster.get(ref);
    if (workload === undefined) throw new Failure('CLUSTER_NOT_FOUND', `Deployment ${ref.name} is gone.`, 'See who deleted it.');
    if (differences(templateOf(workload), target.template).length === 0) return workload;
    await freshLock(session);
    refuseForeign(session, workload);
    try {
      const stored = await world.cluster.write({ do: 'patch', ref, operations: operationsFor(workload, target, world.run) });
      wrote(session, `Deployment ${ref.name}: the pod template of ${target.to}`);
      return stored;
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
      await world.clock.sleep(0.1);
    }
  }
}

/** What a rollback before this one was about to write, and may have brought late, is no stranger's. */
function refuseForeign({ record, lock }: Session, workload: KubernetesObject): void {
  const runs = imagesOf(templateOf(workload));
  const before = lock.found?.rollback;
  if (record === undefined || isOfRollback(record, runs) || (isUnfinished(before) && isOfRollback(before, runs))) return;
  throw new Failure(
    'ROLLBACK_UNCONFIRMED',
    `Deployment ${record.deployment} was changed by somebody else after this rollback to ${record.to} had begun, and runs ${Object.values(runs).join(', ')}: it was left as it is.`,
    'Look at who changed it. To go back all the same, name a revision or an image in `to`: `previous` counts from what runs now.',
  );
}
