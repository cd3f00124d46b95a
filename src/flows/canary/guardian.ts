import { apiWay } from '../../domain/guardian/egress.ts';
import { guardianName } from '../../domain/guardian/name.ts';
import { guardianJob, guardianLabels, guardianParts, type Made } from '../../domain/guardian/objects.ts';
import type { GuardianSign } from '../../domain/guardian/sign.ts';
import type { Undo } from '../../domain/guardian/undo.ts';
import { type Diagnosis, diagnose } from '../../domain/kubernetes/diagnosis.ts';
import { newestMessage } from '../../domain/kubernetes/event.ts';
import { Event, Job, Lease, Pod } from '../../domain/kubernetes/kinds.ts';
import type { KubernetesObject, ObjectRef } from '../../domain/kubernetes/object.ts';
import { leaseName, readLease } from '../../domain/rollout/lease.ts';
import { Failure } from '../../failure.ts';
import type { FailureCode } from '../../failure-codes.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { freshLock } from '../fresh-lock.ts';
import { wrote } from '../writing.ts';
import { jobRef, refuseSuccessors } from './dismiss-guardian.ts';
import { explain } from './explain.ts';
import type { Session } from './session.ts';

/** Seconds for the guardian to acknowledge. A first pull of its image is most of it. */
const acknowledgeWithin = 60;
/** Seconds that trouble must last: a first pull may fail once, and new rights take a moment to be known to every API server. */
const lastingFor = 8;

/** What says nothing about the guardian: the API server may answer again, or another run has the lock. */
const passing: readonly FailureCode[] = ['CLUSTER_UNREACHABLE', 'CLUSTER_BROKEN', 'LOCK_LOST'];

/** Throws GUARDIAN_MISSING, or what may pass when it is tried again. */
export async function postGuardian(session: Session, signal: AbortSignal): Promise<void> {
  const { world, lock } = session;
  try {
    await makeGuardian(session, signal);
  } catch (error) {
    if (!(error instanceof Failure) || passing.includes(error.code)) throw error;
    throw missing(`it cannot be made: ${error.what}`, error.remedy);
  }
  await acknowledged(session, signal);
  // From here on its heartbeat is counted.
  await lock.record({});
  session.guarded = true;
  world.log.line('  The guardian has rehearsed the way back and watches.');
}

const undoOf = ({ plan, ground, lock }: Session): Undo => ({
  router: plan.router.name,
  app: ground.app,
  stableDeployment: plan.stableDeployment,
  lease: leaseName(plan.service),
  epoch: lock.epoch,
  leaseSeconds: plan.leaseDuration,
  restoreSeconds: 2 * plan.rolloutTimeout,
});

/** The Job first, asleep: the others name it as their owner, and its pod finds them there when it is woken. */
async function makeGuardian(session: Session, signal: AbortSignal): Promise<void> {
  const { world, plan, ground } = session;
  const { cluster, guardianKit } = world;
  if (plan.guardian === undefined) return;
  const undo = undoOf(session);
  const ref = jobRef(ground.app.namespace, plan.service);
  const { tells } = guardianKit;
  const owner =
    (await ofThisRun(session, ref, signal)) ??
    (await cluster.write(
      { do: 'create', kind: Job, namespace: ref.namespace, object: guardianJob(undo, plan.guardian, tells.length > 0) },
      signal,
    ));
  const given = { script: await guardianKit.script(plan.router.name), tells, owner, routes: plan.router.objects(ground.app) };
  // Its account is shared with that of a successor.
  await freshLock(session);
  await Promise.all(guardianParts(undo, plan.guardian, given).map((part) => make(world, part, ref.namespace, signal)));
  await cluster.write({ do: 'patch', ref, operations: [{ op: 'add', path: '/spec/suspend', value: false }] }, signal);
  wrote(session, `Job ${ref.name}: ${plan.guardian.image}`);
}

async function make({ cluster }: World, { kind, object, shared }: Made, namespace: string, signal: AbortSignal): Promise<void> {
  if (shared) {
    await cluster.write({ do: 'apply', ref: { kind, namespace, name: object.metadata.name }, object }, signal);
    return;
  }
  try {
    await cluster.write({ do: 'create', kind, namespace, object }, signal);
  } catch (error) {
    // Named for this run's epoch: what is there was made by an earlier try of this very step.
    if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
  }
}

/** The Job that an earlier try of this step has made. One of an earlier run is removed, because a Job's template never changes; a successor's is not. */
async function ofThisRun({ world, lock }: Session, ref: ObjectRef, signal: AbortSignal): Promise<KubernetesObject | undefined> {
  for (;;) {
    const found = await world.cluster.get(ref, signal);
    if (found === undefined) return undefined;
    const { uid, deletionTimestamp } = found.metadata;
    if ((await refuseSuccessors(found, ref, lock)) === lock.epoch && deletionTimestamp === undefined) return found;
    if (deletionTimestamp === undefined) {
      world.log.debug(`Job ${ref.name} of an earlier run is removed.`);
      await world.cluster.write({ do: 'delete', ref, ...(uid === undefined ? {} : { uid }) }, signal);
    }
    await world.clock.sleep(0.5, signal);
    signal.throwIfAborted();
  }
}

async function acknowledged(session: Session, signal: AbortSignal): Promise<void> {
  const { clock } = session.world;
  const began = clock.monotonic();
  let trouble: Trouble | undefined;
  for (;;) {
    const look = await lookAtGuardian(session, signal);
    if (look.sign?.is === 'watching') return;
    const now = clock.monotonic();
    const found = look.sign?.is === 'unable' ? unable(look.sign.reason) : look.diagnosis;
    // By its cause: the texts of one trouble change between two back-offs.
    if (found?.cause !== trouble?.diagnosis.cause) trouble = found === undefined ? undefined : { diagnosis: found, since: now };
    const lasting = trouble !== undefined && now - trouble.since >= lastingFor;
    if (trouble?.diagnosis.fatal === true && lasting) throw await missingBecause(session, found ?? trouble.diagnosis);
    if (now - began >= acknowledgeWithin) {
      if (found !== undefined) throw await missingBecause(session, found);
      const way = apiWay(session.plan.service);
      const remedy = `Read the log of its pod and its events. A network policy may cut it off: let pods with ${way}.`;
      throw missing(`its pod did not acknowledge within ${acknowledgeWithin} s`, remedy);
    }
    await clock.sleep(1, signal);
    signal.throwIfAborted();
  }
}

interface Trouble {
  readonly diagnosis: Diagnosis;
  readonly since: number;
}

async function lookAtGuardian(
  { world, plan, ground, lock }: Session,
  signal: AbortSignal,
): Promise<{ readonly sign: GuardianSign | undefined; readonly diagnosis: Diagnosis | undefined }> {
  const { namespace } = ground.app;
  const [lease, pods] = await Promise.all([
    world.cluster.get({ kind: Lease, namespace, name: leaseName(plan.service) }, signal),
    world.cluster.list(Pod, namespace, { labels: guardianLabels(plan.service) }, signal),
  ]);
  const said = lease === undefined ? undefined : readLease(lease).guardian;
  const sign = said?.epoch === lock.epoch ? said : undefined;
  if (sign !== undefined) return { sign, diagnosis: undefined };
  // A pod of a Job has no readiness to wait for: that it runs without a word yet is no trouble.
  const diagnosis = diagnose(pods, []);
  if (pods.length > 0) return { sign, diagnosis: diagnosis?.cause === 'probe' ? undefined : diagnosis };
  const reason = await whyNoPod(world, namespace, plan.service);
  return { sign, diagnosis: reason === undefined ? undefined : noPod(reason) };
}

/** A Job has no condition for pods that the API server refuses: only an event says it. */
async function whyNoPod(world: World, namespace: string, service: string): Promise<string | undefined> {
  try {
    const events = await world.cluster.list(Event, namespace, { fields: `involvedObject.name=${guardianName(service)}`, limit: 50 });
    return newestMessage(events, ['FailedCreate']);
  } catch (error) {
    if (error instanceof Failure && error.code === 'CLUSTER_FORBIDDEN') return undefined;
    throw error;
  }
}

const noPod = (reason: string): Diagnosis => ({
  cause: /quota/i.test(reason) ? 'quota' : 'config',
  fatal: true,
  what: `Its pod cannot be created: ${reason}.`,
  remedy: 'Mend what the API server names: a quota, an admission rule, the Pod Security level, or a missing service account.',
});

const unable = (reason: string): Diagnosis => ({
  cause: 'config',
  fatal: true,
  what: `Its rehearsal of the way back was refused: ${reason}`,
  remedy: 'Grant what the message names to its ServiceAccount, or mend the admission rule that refuses the write.',
});

async function missingBecause(session: Session, diagnosis: Diagnosis): Promise<Failure> {
  const details = await explain(session, guardianName(session.plan.service), diagnosis);
  return missing(`${diagnosis.what}${details}`, diagnosis.remedy);
}

const missing = (what: string, remedy: string): Failure =>
  new Failure('GUARDIAN_MISSING', `There is no guardian: ${what}`, `${remedy} Or set \`guardian: false\` and do without one.`);
