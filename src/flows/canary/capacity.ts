import { kindOf } from '../../domain/capacity/autoscaler.ts';
import { canaryAutoscaler, canaryAutoscalerRef } from '../../domain/capacity/canary-autoscaler.ts';
import { keptText, type Pin, pinFor, pinning, pinText } from '../../domain/capacity/pins.ts';
import { type CapacityRecord, isNothing, nothingChanged } from '../../domain/capacity/record.ts';
import { HorizontalPodAutoscaler, ScaledObject } from '../../domain/kubernetes/kinds.ts';
import { type KubernetesObject, nameOf, type ObjectRef } from '../../domain/kubernetes/object.ts';
import { deploymentSpec } from '../../domain/kubernetes/workload.ts';
import { Failure } from '../../failure.ts';
import { freshLock } from '../fresh-lock.ts';
import { remove } from '../remove.ts';
import { wrote } from '../writing.ts';
import { remark } from './remark.ts';
import { meaningOf } from './scaling-survey.ts';
import { type Session, stableRef } from './session.ts';

/**
 * Keeps stable's autoscaler from scaling it below its present size. Written into the Lease first: whoever comes after a killed run knows
 * what to put back, be it done or not.
 */
export async function pinMinima(session: Session, signal: AbortSignal): Promise<void> {
  if (session.capacity.pins.length === 0) {
    const pin = await wantedPin(session, signal);
    if (pin === undefined) return;
    await recordCapacity(session, { ...session.capacity, pins: [pin] });
  }
  for (const pin of session.capacity.pins) {
    const { wrote: changed } = await set(session, pin, 'pinned', signal);
    if (changed) wrote(session, `${pinText(pin)}`);
  }
}

/** From the objects as they are now: since the preflight the autoscaler may have changed stable's size. */
async function wantedPin(session: Session, signal: AbortSignal): Promise<Pin | undefined> {
  const { ground, world } = session;
  const { autoscaler } = ground;
  if (autoscaler.is === 'none') return undefined;
  const ref: ObjectRef = { kind: kindOf(autoscaler), namespace: ground.app.namespace, name: autoscaler.object.metadata.name };
  const [object, stable] = await Promise.all([world.cluster.get(ref, signal), world.cluster.get(stableRef(session), signal)]);
  if (object === undefined) {
    remark(session, `${nameOf(ref)} is gone: stable's minimum is not kept during the rollout.`);
    return undefined;
  }
  const now = stable === undefined ? ground.replicas : (deploymentSpec(stable).replicas ?? 1);
  return pinFor({ ...autoscaler, object }, Math.max(now, ground.replicas));
}

/** Puts back what was pinned. What someone else set meanwhile is theirs, and said. */
export async function releaseMinima(session: Session, signal: AbortSignal): Promise<void> {
  const { pins } = session.capacity;
  if (pins.length === 0) return;
  // The Lease must still be ours: a successor may have pinned the same value for itself.
  await session.lock.record({});
  for (const pin of pins) await release(session, pin, signal);
  await recordCapacity(session, { ...session.capacity, pins: [] });
}

async function release(session: Session, pin: Pin, signal: AbortSignal): Promise<void> {
  try {
    const { wrote: changed, kept, gone } = await set(session, pin, 'former', signal);
    if (gone) remark(session, `${pin.kind} ${pin.name} is gone: its minimum was not put back.`);
    for (const field of kept) remark(session, keptText(pin, field));
    if (changed) wrote(session, pinText(pin, 'former'));
  } catch (error) {
    if (!(error instanceof Failure) || signal.aborted) throw error;
    throw new Failure(error.code, `${pinText(pin, 'former')} (${error.what.replace(/\.$/, '')}).`, error.remedy, error);
  }
}

interface SetResult {
  readonly wrote: boolean;
  readonly gone: boolean;
  readonly kept: ReturnType<typeof pinning>['kept'];
}

/** Guarded by resourceVersion; a conflict is read again, because controllers write the status of these objects all the time. */
async function set({ world, ground, lock }: Session, pin: Pin, to: 'pinned' | 'former', signal: AbortSignal): Promise<SetResult> {
  const kind = pin.kind === 'ScaledObject' ? ScaledObject : HorizontalPodAutoscaler;
  const ref: ObjectRef = { kind, namespace: ground.app.namespace, name: pin.name };
  for (;;) {
    const object = await world.cluster.get(ref, signal);
    if (object === undefined) return { wrote: false, gone: true, kept: [] };
    const { operations, kept } = pinning(object, pin, to);
    if (operations.length === 0) return { wrote: false, gone: false, kept };
    await freshLock({ lock });
    try {
      await world.cluster.write({ do: 'patch', ref, operations }, signal);
      return { wrote: true, gone: false, kept };
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
      await world.clock.sleep(0.2, signal);
    }
  }
}

/** Gives the canary an autoscaler of its own: at least its share, and more when the load grows. */
export async function autoscaleCanary(session: Session, canary: KubernetesObject, pods: number, signal: AbortSignal): Promise<void> {
  const { world, plan, ground } = session;
  const { autoscaler, app } = ground;
  if (autoscaler.is !== 'hpa') return;
  const { namespace } = app;
  const names = { service: plan.service, namespace, canaryName: plan.canaryDeployment, ...meaningOf(plan, app, canary) };
  const object = canaryAutoscaler(autoscaler.object, names, pods, canary);
  if (object === undefined) return;
  if (!session.capacity.copied) await recordCapacity(session, { ...session.capacity, copied: true });
  const ref = canaryAutoscalerRef(names);
  await freshLock(session);
  await world.cluster.write({ do: 'apply', ref, object }, signal);
  wrote(session, `HorizontalPodAutoscaler ${ref.name}: at least ${pods} pods of ${plan.canaryDeployment}`);
}

/** Before the canary's size is set by the run alone: its autoscaler would set it again. */
export async function endAutoscaling(session: Session, signal: AbortSignal): Promise<void> {
  if (!session.capacity.copied) return;
  const ref = canaryAutoscalerRef({ service: session.plan.service, namespace: session.ground.app.namespace });
  if (await removeAutoscaler(session, ref, signal)) wrote(session, `HorizontalPodAutoscaler ${ref.name} deleted`);
  await recordCapacity(session, { ...session.capacity, copied: false });
}

/** As it was read, and only while the lock is ours: a successor's has the same name. A conflict is read again, because its controller writes its status. */
async function removeAutoscaler({ world, lock }: Session, ref: ObjectRef, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    const found = await world.cluster.get(ref, signal);
    if (found === undefined) return false;
    await freshLock({ lock });
    const { uid, resourceVersion: version } = found.metadata;
    if (await remove(world, ref, { uid, version, signal })) return true;
    await world.clock.sleep(0.2, signal);
    signal.throwIfAborted();
  }
}

async function recordCapacity(session: Session, capacity: CapacityRecord): Promise<void> {
  await session.lock.record({ capacity });
  session.capacity = isNothing(capacity) ? nothingChanged : capacity;
}
