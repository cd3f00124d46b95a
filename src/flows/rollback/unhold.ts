import { Event, Lease } from '../../domain/kubernetes/kinds.ts';
import { warningEvent } from '../../domain/kubernetes/warning-event.ts';
import { type Hold, type Holds, holdOf, holdText, withoutHold } from '../../domain/rollout/hold.ts';
import { environmentOf } from '../../domain/units/environment.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { giveAway } from '../give-away.ts';
import { acquireLock } from '../lock.ts';
import { operationPatience, patiently } from '../patiently.ts';
import { whereItRuns, whoActs } from '../signature.ts';
import { inheritLock } from '../successor.ts';
import type { UnholdPlan } from './plan.ts';
import type { UnholdResult } from './result.ts';
import { leaseNow, leaseRef, namespaceOf } from './survey.ts';

/** Lifts holds, with the reason. Under the lock of the service: whoever deploys meanwhile has asked before. */
export async function unhold(plan: UnholdPlan, world: World): Promise<UnholdResult> {
  const started = world.clock.now().toISOString();
  const before = sorted(plan, (await leaseNow(world, plan))?.holds);
  const result = (
    outcome: UnholdResult['outcome'],
    reason: string,
    { lifted, stay }: Sorted,
    writes: readonly string[] = [],
  ): UnholdResult => ({
    operation: 'unhold',
    outcome,
    dryRun: plan.dryRun,
    code: undefined,
    reason,
    remedy: undefined,
    namespace: namespaceOf(world, plan),
    environment: environmentOf(plan, namespaceOf(world, plan)),
    lifted,
    stay,
    writes: writes.map((what) => ({ at: world.clock.now().toISOString(), what })),
    warnings: [],
    started,
    ended: world.clock.now().toISOString(),
    run: world.run.page,
  });
  for (const hold of before.lifted) world.log.line(`  ${holdText(hold)}`);
  if (plan.dryRun) return result('not-started', 'A dry run: nothing was written.', before);
  if (before.lifted.length === 0 && !before.unreadable) return result('nothing-to-do', nothingHeld(plan), before);
  const { service, leaseDuration: duration, lockTimeout: timeout } = plan;
  world.handover.save({ holder: world.run.holder, open: 'true' });
  const lock = await acquireLock(world, { service, namespace: namespaceOf(world, plan), duration, timeout });
  try {
    // A run may have held something, or lifted it, while this waited for the lock.
    const found = sorted(plan, lock.found?.holds);
    const at = world.clock.now().toISOString();
    const unheld = {
      digests: found.lifted.map(({ digest }) => digest),
      who: whoActs(world),
      why: plan.reason,
      run: whereItRuns(world),
      at,
    };
    // This write is what was asked for: where it does not arrive, nothing is lifted, and where its answer is lost it is asked for again.
    await patiently(world, { seconds: operationPatience, signal: lock.lost }, () =>
      lock.record({ holds: found.stay, unheld, release: true }),
    );
    world.handover.save({ open: 'false' });
    const what = found.lifted.length === 1 ? 'One hold was' : `${found.lifted.length} holds were`;
    const noted = await note(world, plan, `${unheld.who} lifted the hold of ${unheld.digests.join(', ')}: ${plan.reason}`);
    return result('done', `${what} lifted: ${plan.reason}`, found, [
      `Lease ${leaseRef(world, plan).name}: ${what.toLowerCase()} lifted`,
      ...noted,
    ]);
  } finally {
    lock.stop();
  }
}

interface Sorted {
  readonly lifted: readonly Hold[];
  readonly stay: readonly Hold[];
  readonly unreadable: boolean;
}

/** What cannot be read goes only with everything. */
function sorted({ digest }: UnholdPlan, holds: Holds | undefined): Sorted {
  const { list, unreadable } = holds ?? { list: [], unreadable: false };
  if (digest === undefined) return { lifted: list, stay: [], unreadable };
  if (unreadable) {
    throw new Failure(
      'DIGEST_HELD',
      'The holds of this service cannot be read, so no single one can be lifted.',
      'See who edited the annotation wf-deploy.io/holds of the Lease, or lift everything with `digest: all`.',
    );
  }
  const hold = holdOf(holds, digest);
  return { lifted: hold === undefined ? [] : [hold], stay: withoutHold(holds, digest), unreadable };
}

const nothingHeld = ({ digest, service }: UnholdPlan): string =>
  digest === undefined ? `Nothing of ${service} is held.` : `${digest} of ${service} is not held.`;

/** Advisory: who may not write events has still lifted it. */
async function note(world: World, plan: UnholdPlan, message: string): Promise<readonly string[]> {
  const ref = leaseRef(world, plan);
  const namespace = namespaceOf(world, plan);
  try {
    const uid = (await world.cluster.get(ref))?.metadata.uid;
    const subject = { apiVersion: Lease.apiVersion, kind: Lease.kind, name: ref.name, namespace, uid };
    const object = warningEvent(subject, { reason: 'HoldLifted', message, source: { component: 'wf-deploy' } }, world.clock.now());
    await world.cluster.write({ do: 'create', kind: Event, namespace, object });
    return ['an Event with the reason'];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [`no Event with the reason: ${error.what}`];
  }
}

/** The `post` step of a run that was killed with the lock in its hand: nothing is half done, so it is only given away. */
export async function finishUnhold(plan: UnholdPlan, handedOver: Readonly<Record<string, string>>, world: World): Promise<undefined> {
  const { holder = '', open } = handedOver;
  if (open !== 'true' || holder === '') return undefined;
  const { service, leaseDuration: duration } = plan;
  const lock = await inheritLock(world, holder, { service, namespace: namespaceOf(world, plan), duration });
  if (lock !== undefined) await giveAway(world, lock);
  return undefined;
}
