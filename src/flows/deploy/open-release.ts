import { durationText } from '../../domain/units/duration.ts';
import { Failure } from '../../failure.ts';
import type { FleetWorld } from '../../ports/worlds/fleet.ts';
import { endedByCancel } from '../cancel.ts';
import { giveAllAway } from '../give-away.ts';
import type { Lock } from '../held-lock.ts';
import { releasingAll } from '../releasing.ts';
import { checkedAgain } from '../stage/lock-and-check.ts';
import type { Asking } from './asking.ts';
import { plannedBackup } from './backup.ts';
import { type ClusterRun, openCluster } from './cluster-run.ts';
import { type FleetGround, fleetPreflight } from './fleet-preflight.ts';
import { handOver } from './hand-over.ts';
import { type Locks, lockKey, takeLocks, wantedLocks } from './locks.ts';
import { type IsSilent, movedSince, silences } from './moved.ts';
import type { PartRun } from './part-run.ts';
import type { DeployPlan } from './plan.ts';
import type { ClusterGround } from './preflight.ts';
import { tellRelease } from './tell-release.ts';

/** What a release stands on once it has every lock. */
export interface Opened {
  readonly ground: FleetGround;
  readonly runs: readonly ClusterRun[];
}

/** Takes the locks. Where another run has been at a service that was to be left alone, everything is looked at again first. */
export async function openRelease(plan: DeployPlan, fleet: FleetWorld, seen: FleetGround, asked: Asking): Promise<Opened> {
  const until = fleet.clock.monotonic() + plan.lockTimeout;
  const isSilent = silences(fleet.clock);
  let ground = seen;
  for (;;) {
    const opened = await openAll(plan, fleet, ground, isSilent, asked);
    if ('runs' in opened) return { ground, ...opened };
    await waitFor(fleet, plan, opened.moved, until, asked);
    ground = await fleetPreflight(plan, fleet, asked);
    tellRelease(fleet, plan, ground);
  }
}

/** For as long as a lock is waited for. */
async function waitFor(fleet: FleetWorld, plan: DeployPlan, moved: string, until: number, asked: Asking): Promise<void> {
  if (fleet.clock.monotonic() >= until)
    throw new Failure(
      'LOCK_HELD',
      `Service ${moved}, which is as wanted, was in the hands of other runs for the whole ${durationText(plan.lockTimeout)} of \`lock-timeout\`.`,
      'Wait for them to end, and start again. Nothing was written.',
    );
  fleet.log.line(`Another run has been at ${moved} since it was looked at: everything is looked at again.`);
  await endedByCancel(asked, (signal) => fleet.clock.sleep(pause, signal));
}

/** Seconds. */
const pause = 2;

/** Every lock of every cluster, and what was found looked at again where someone else was there in between. */
async function openAll(
  plan: DeployPlan,
  fleet: FleetWorld,
  ground: FleetGround,
  isSilent: IsSilent,
  asked: Asking,
): Promise<{ readonly runs: readonly ClusterRun[] } | { readonly moved: string }> {
  const { file, grounds, worldOf } = ground;
  const wanted = wantedLocks(file.name, grounds, worldOf);
  return await endedByCancel(asked, async (signal) => {
    const taken: { locks: Locks } = { locks: new Map() };
    const open = async () => {
      if (wanted.length > 0) handOver(fleet, plan, ground, 'open');
      taken.locks = await takeLocks(plan, wanted, asked, signal);
      const moved = await movedSince(grounds, worldOf, taken.locks, isSilent, signal);
      if (moved !== undefined) {
        await giveAllAway(taken.locks.values());
        return { moved };
      }
      const runs: ClusterRun[] = [];
      for (const each of grounds) runs.push(await openOne(plan, fleet, ground, each, taken.locks, asked));
      return { runs };
    };
    try {
      return await releasingAll(() => taken.locks.values(), open);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw error;
    }
  });
}

async function openOne(
  plan: DeployPlan,
  fleet: FleetWorld,
  { file, worldOf }: FleetGround,
  { target, parts, warnings }: ClusterGround,
  locks: Locks,
  asked: Asking,
): Promise<ClusterRun> {
  const lockOf = (service: string): Lock | undefined => locks.get(lockKey(target.name, service))?.lock;
  const runs: PartRun[] = [];
  for (const { part, plan: wish, ground, there } of parts) {
    const world = worldOf(target.name, part.name);
    const lock = there ? undefined : lockOf(part.name);
    const checked = lock === undefined ? ground : await checkedAgain(world, wish, lock, ground);
    runs.push({ name: part.name, world, plan: wish, there, lock, ground: checked, session: undefined, reason: undefined });
  }
  const changes = parts.some(({ there }) => !there);
  const world = worldOf(target.name, file.name);
  const wish = changes && plan.skipBackup === undefined && file.backup.by !== 'skip' ? file.backup : undefined;
  const name = `${file.name.slice(0, 40)}-backup-${fleet.digest.sha256(`${fleet.run.holder} ${target.name}`).slice(0, 8)}`;
  return openCluster({
    target,
    file,
    plan: { parts: parts.map(({ part }) => part), atOnce: plan.servicesAtOnce, onFailure: plan.onFailure },
    parts: runs,
    warnings,
    own: runs.some(({ lock, name: part }) => part === file.name && lock !== undefined) ? undefined : lockOf(file.name),
    backup: wish === undefined ? undefined : { wish, job: await plannedBackup(fleet, file.name, wish, target.namespace, name) },
    environment: {
      WF_DEPLOY_CLUSTER: target.name,
      WF_DEPLOY_NAMESPACE: target.namespace,
      WF_DEPLOY_ENVIRONMENT: plan.environment ?? target.namespace,
      WF_DEPLOY_VERSION: plan.version ?? '',
    },
    world,
    asked,
  });
}
