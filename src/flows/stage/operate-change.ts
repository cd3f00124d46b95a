import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { isRenewed } from '../../domain/rolling/change.ts';
import { held, type Operated, restarted, undone } from '../../domain/rolling/operation.ts';
import { refOf, type WorkloadRef, workloadName } from '../../domain/rolling/workload-ref.ts';
import { durationText } from '../../domain/units/duration.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { awaitWorkload } from '../await-workload.ts';
import { explain } from '../explain.ts';
import { freshLock } from '../fresh-lock.ts';
import type { Lock } from '../held-lock.ts';
import { type Writing, wrote } from '../writing.ts';
import { freeStuckPods } from './free-stuck-pods.ts';
import type { OperationPlan } from './plan.ts';
import type { WorkloadReport } from './result.ts';

export interface Target {
  readonly ref: WorkloadRef;
  readonly workload: KubernetesObject;
  readonly keepers: readonly KubernetesObject[];
}

/** Waits for the newest template, as `kubectl rollout status` does. */
export async function settled(
  world: World,
  plan: OperationPlan,
  namespace: string,
  ref: WorkloadRef,
  workload: KubernetesObject,
): Promise<{ readonly said: string; readonly ok: boolean }> {
  const who = workloadName(ref);
  const unattended = ref.of.unattended(workload);
  if (unattended !== undefined) return { said: `${who}: not waited for, its pods ${unattended}.`, ok: true };
  const onProgress = (text: string): void => world.log.line(`  ${who}: ${text}`);
  const awaited = await awaitWorkload(world, { namespace, ref, workload, seconds: plan.rolloutTimeout, onProgress });
  if (awaited.is === 'available') return { said: `${who} is available.`, ok: true };
  const details = await explain(world, { namespace, workload: ref.name, diagnosis: awaited.diagnosis });
  if (details !== '') world.log.line(details.slice(1));
  const why = awaited.diagnosis === undefined ? '' : ` ${awaited.diagnosis.what}`;
  return awaited.is === 'failed'
    ? { said: `${who} failed: ${awaited.what}`, ok: false }
    : { said: `${who} was not available after ${durationText(plan.rolloutTimeout)}, waiting for ${awaited.waitingFor}.${why}`, ok: false };
}

/** A dry run has no lock. All are written before any is waited for, and one that fails does not keep the others from it. */
export async function change(
  world: World,
  plan: OperationPlan,
  namespace: string,
  targets: readonly Target[],
  writes: Writing[],
  lock?: Lock,
): Promise<readonly WorkloadReport[]> {
  const operated = targets.map((target) => ({ target, result: operation(world, plan, target) }));
  const refusals = operated.flatMap(({ result }) => (result.is === 'refused' ? [result] : []));
  const all: { readonly target: Target; readonly said: string; readonly ok: boolean; readonly stored: KubernetesObject | undefined }[] = [];
  for (const { target, result } of operated) {
    if (result.is === 'refused') all.push({ target, said: `${result.said} ${result.remedy}`, ok: false, stored: undefined });
    else if (result.is === 'as-wanted' || refusals.length > 0) all.push({ target, said: result.said, ok: true, stored: undefined });
    else {
      const stored = await write(world, plan, namespace, target, writes, lock);
      if (typeof stored === 'string') all.push({ target, said: stored, ok: false, stored: undefined });
      else all.push({ target, said: result.said, ok: true, stored });
    }
  }
  const waiting = plan.operation === 'undo' || plan.operation === 'restart';
  return await Promise.all(
    all.map(async ({ target: { ref }, said, ok, stored }) => {
      const shared = { kind: ref.of.kind.kind, name: ref.name, history: [] };
      if (stored === undefined || plan.dryRun || !waiting) return { ...shared, said, ok };
      if (plan.operation === 'undo' && stored.kind === 'StatefulSet') await freeStuckPods(world, stored);
      const after = await settled(world, plan, namespace, ref, stored);
      return { ...shared, said: `${said} ${after.said}`, ok: after.ok };
    }),
  );
}

/** What is made of a workload. */
export function operation(world: World, plan: OperationPlan, { ref, workload, keepers }: Target): Operated {
  const { page: run, actor } = world.run;
  if (plan.operation === 'undo') return undone(ref, workload, keepers, plan.toRevision, { run, actor });
  if (plan.operation === 'restart') return restarted(ref, workload, world.clock.now().toISOString());
  return held(ref, workload, plan.operation === 'pause');
}

/**
 * Guarded by resourceVersion: after a conflict it is decided anew what to write. An undo leads away from the template that was looked at: another
 * one that somebody has set since, a hotfix perhaps, is left. A text says so.
 */
async function write(
  world: World,
  plan: OperationPlan,
  namespace: string,
  target: Target,
  writes: Writing[],
  lock: Lock | undefined,
): Promise<KubernetesObject | string | undefined> {
  const ref = refOf(target.ref, namespace);
  for (let { workload } = target; ; ) {
    const decided = operation(world, plan, { ...target, workload });
    if (decided.is !== 'changed') return undefined;
    if (plan.operation === 'undo' && isRenewed(target.workload, workload))
      return `${workloadName(target.ref)} was given another template since it was looked at, and is left as it is.`;
    if (lock !== undefined) await freshLock({ lock });
    try {
      const stored = await world.cluster.write({ do: 'replace', ref, object: decided.object, dryRun: plan.dryRun });
      if (!plan.dryRun) wrote({ world, writes }, decided.said);
      return stored;
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
      await world.clock.sleep(0.2);
      const now = await world.cluster.get(ref);
      if (now === undefined) throw error;
      workload = now;
    }
  }
}
