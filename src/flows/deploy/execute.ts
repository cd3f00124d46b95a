import {
  beginFleet,
  type FleetEffect,
  type FleetEvent,
  type FleetPlan,
  type FleetState,
  isFleetOver,
  stepFleet,
} from '../../domain/fleet/fleet.ts';
import type { Cause } from '../../domain/rollout/cause.ts';
import type { Fleet } from '../../ports/fleet.ts';
import { endedByCancel } from '../cancel.ts';
import type { Lock } from '../held-lock.ts';
import { checkedAgain } from '../stage/lock-and-check.ts';
import { alert } from './alert.ts';
import { type Asking, asking } from './asking.ts';
import { plannedBackup } from './backup.ts';
import { type ClusterRun, openCluster } from './cluster-run.ts';
import { recordRelease } from './evidence.ts';
import { type FleetGround, fleetPreflight } from './fleet-preflight.ts';
import { handOver } from './hand-over.ts';
import { giveAway, type Locks, lockKey, takeLocks, wantedLocks } from './locks.ts';
import { run } from './machine.ts';
import type { PartRun } from './part-run.ts';
import type { DeployPlan } from './plan.ts';
import type { ClusterGround } from './preflight.ts';
import type { DeployResult } from './result.ts';
import { endedResult, idleResult } from './results.ts';
import { rolledBackSince } from './rolled-back-since.ts';
import { tellRelease } from './tell-release.ts';

/** Preflight everywhere, locks, then wave after wave. Throws only while nothing has been written. */
export async function executeDeploy(plan: DeployPlan, fleet: Fleet): Promise<DeployResult> {
  const started = fleet.clock.now().toISOString();
  const asked = asking(fleet.cancellation);
  try {
    const ground = await fleetPreflight(plan, fleet, asked);
    tellRelease(fleet, plan, ground);
    if (plan.dryRun) return idleResult({ plan, fleet, started, ground });
    const runs = await openAll(plan, fleet, ground, asked);
    const state = await rollOut(plan, fleet, ground, runs, asked);
    const ended = endedResult({ plan, fleet, started, ground, runs, cause: 'cause' in state ? state.cause : undefined });
    const recorded = ended.outcome === 'promoted' ? await recordRelease(plan, fleet, servicesOf(ground, runs)) : [];
    const result = { ...ended, lineage: [...ended.lineage, ...recorded] };
    if (result.outcome !== 'unknown') fleet.handover.save({ open: 'false' });
    await alert(fleet, result);
    return result;
  } finally {
    asked.stop();
  }
}

const servicesOf = ({ file }: FleetGround, runs: readonly ClusterRun[]): readonly PartRun[] =>
  runs.flatMap(({ parts }) => parts.filter(({ name }) => name !== file.name));

/** Every lock of every cluster, and what was found looked at again where someone else was there in between. */
async function openAll(plan: DeployPlan, fleet: Fleet, ground: FleetGround, asked: Asking): Promise<readonly ClusterRun[]> {
  const { file, grounds, worldOf } = ground;
  const wanted = wantedLocks(file.name, grounds, worldOf);
  return await endedByCancel(asked, async (signal) => {
    const taken: { locks: Locks } = { locks: new Map() };
    try {
      if (wanted.length > 0) handOver(fleet, plan, ground, 'open');
      taken.locks = await takeLocks(plan, wanted, signal);
      const runs: ClusterRun[] = [];
      for (const each of grounds) runs.push(await openOne(plan, fleet, ground, each, taken.locks, asked));
      for (const lock of taken.locks.values()) asked.hear(lock);
      return runs;
    } catch (error) {
      await giveAway([...taken.locks.values()]);
      if (signal.aborted) throw signal.reason;
      throw error;
    }
  });
}

async function openOne(
  plan: DeployPlan,
  fleet: Fleet,
  { file, worldOf }: FleetGround,
  { target, parts, warnings }: ClusterGround,
  locks: Locks,
  asked: Asking,
): Promise<ClusterRun> {
  const lockOf = (service: string): Lock | undefined => locks.get(lockKey(target.name, service));
  const runs: PartRun[] = [];
  for (const { part, plan: wish, ground, there } of parts) {
    const world = worldOf(target.name, part.name);
    const lock = there ? undefined : lockOf(part.name);
    const checked = lock === undefined ? ground : await checkedAgain(world, wish, lock, ground);
    runs.push({ name: part.name, world, plan: wish, there, lock, ground: checked, session: undefined, reason: undefined });
  }
  const changes = parts.some(({ there }) => !there);
  const world = worldOf(target.name, file.name);
  const skipped = plan.skipBackup !== undefined || file.backup.by === 'skip';
  const name = `${file.name.slice(0, 40)}-backup-${fleet.digest.sha256(`${fleet.run.holder} ${target.name}`).slice(0, 8)}`;
  return openCluster({
    target,
    file,
    plan: { parts: parts.map(({ part }) => part), atOnce: plan.servicesAtOnce, onFailure: plan.onFailure },
    parts: runs,
    warnings,
    own: runs.some(({ lock, name: part }) => part === file.name && lock !== undefined) ? undefined : lockOf(file.name),
    backup: changes && !skipped ? await plannedBackup(fleet, file, target.namespace, name) : undefined,
    environment: {
      WF_DEPLOY_CLUSTER: target.name,
      WF_DEPLOY_NAMESPACE: target.namespace,
      WF_DEPLOY_ENVIRONMENT: plan.environment ?? target.namespace,
      WF_DEPLOY_VERSION: plan.version ?? '',
    },
    world,
    cancellation: asked,
  });
}

async function rollOut(
  plan: DeployPlan,
  fleet: Fleet,
  ground: FleetGround,
  runs: readonly ClusterRun[],
  asked: Asking,
): Promise<FleetState> {
  const { onFailure, soak, clustersAtOnce: atOnce } = plan;
  const fleetPlan: FleetPlan = { waves: ground.waves, atOnce, onFailure, soak };
  const runOf = (cluster: string): ClusterRun => runs.find(({ target }) => target.name === cluster) as ClusterRun;
  const soaking = new AbortController();
  let decided = false;

  const perform = async (effect: FleetEffect): Promise<FleetEvent> => {
    switch (effect.do) {
      case 'release': {
        if (ground.grounds.length > 1) fleet.log.line(`cluster ${effect.cluster}`);
        const cause = await runOf(effect.cluster).forward();
        return {
          on: 'released',
          cluster: effect.cluster,
          cause: cause === undefined ? undefined : elsewhere(cause, effect.cluster, ground),
        };
      }
      case 'soak':
        fleet.log.line(`The next wave begins in ${effect.seconds} s.`);
        await fleet.clock.sleep(effect.seconds, soaking.signal);
        return { on: 'soaked' };
      case 'look':
        return { on: 'looked', cause: await rolledBackSince(plan, effect.clusters.map(runOf), soaking.signal) };
      case 'keep': {
        // From here on a successor goes forward: half a fleet must not go back while the other half stays.
        if (!decided && plan.onFailure === 'revert') handOver(fleet, plan, ground, 'keep');
        decided = true;
        await runOf(effect.cluster).keep();
        return { on: 'closed', cluster: effect.cluster };
      }
      case 'revert':
        fleet.log.line(`${effect.cluster}: goes back. ${effect.cause.text}`);
        await runOf(effect.cluster).revert(effect.cause);
        return { on: 'closed', cluster: effect.cluster };
      case 'leave':
        await runOf(effect.cluster).leave();
        return { on: 'closed', cluster: effect.cluster };
    }
  };

  const machine = run(beginFleet(fleetPlan), { step: (state, event) => stepFleet(fleetPlan, state, event), perform, rests: isFleetOver });
  const stop = asked.onRequest((by) => {
    fleet.log.line(`Cancelled (${by}).`);
    soaking.abort();
    machine.tell({ on: 'cancelled', by });
  });
  try {
    return await machine.resting();
  } finally {
    stop();
  }
}

/** As the other clusters are told of it. */
const elsewhere = (cause: Cause, cluster: string, { grounds }: FleetGround): Cause =>
  grounds.length < 2 || cause.kind === 'cancel' ? cause : { ...cause, text: `Cluster ${cluster}: ${cause.text}` };
