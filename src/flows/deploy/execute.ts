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
import type { FleetWorld } from '../../ports/worlds/fleet.ts';
import { alert } from './alert.ts';
import { type Asking, asking } from './asking.ts';
import type { ClusterRun } from './cluster-run.ts';
import { recordRelease } from './evidence.ts';
import { type FleetGround, fleetPreflight } from './fleet-preflight.ts';
import { handOver } from './hand-over.ts';
import { run } from './machine.ts';
import { openRelease } from './open-release.ts';
import type { PartRun } from './part-run.ts';
import type { DeployPlan } from './plan.ts';
import type { DeployResult } from './result.ts';
import { endedResult, idleResult } from './results.ts';
import { rolledBackSince } from './rolled-back-since.ts';
import { tellRelease } from './tell-release.ts';

/** Preflight everywhere, locks, then wave after wave. Throws only while nothing has been written. */
export async function executeDeploy(plan: DeployPlan, fleet: FleetWorld): Promise<DeployResult> {
  const started = fleet.clock.now().toISOString();
  const asked = asking(fleet.cancellation);
  try {
    const seen = await fleetPreflight(plan, fleet, asked);
    tellRelease(fleet, plan, seen);
    if (plan.dryRun) return idleResult({ plan, fleet, started, ground: seen });
    const { ground, runs } = await openRelease(plan, fleet, seen, asked);
    const { state, found } = await rollOut(plan, fleet, ground, runs, asked);
    const [first] = found;
    const cause = ('cause' in state ? state.cause : undefined) ?? (first === undefined ? undefined : elsewhere(first[1], first[0], ground));
    const ended = endedResult({ plan, fleet, started, ground, runs, found, cause });
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

async function rollOut(
  plan: DeployPlan,
  fleet: FleetWorld,
  ground: FleetGround,
  runs: readonly ClusterRun[],
  asked: Asking,
): Promise<{ readonly state: FleetState; readonly found: ReadonlyMap<string, Cause> }> {
  const { onFailure, soak, clustersAtOnce: atOnce } = plan;
  const fleetPlan: FleetPlan = { waves: ground.waves, atOnce, onFailure, soak };
  const runOf = (cluster: string): ClusterRun => runs.find(({ target }) => target.name === cluster) as ClusterRun;
  const soaking = new AbortController();
  let decided = false;
  // What the last look saw, and the last word met, by cluster.
  let found: ReadonlyMap<string, Cause> = new Map();

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
      case 'look': {
        found = await rolledBackSince(plan, effect.clusters.map(runOf), soaking.signal);
        const [first] = found;
        return { on: 'looked', cause: first === undefined ? undefined : elsewhere(first[1], first[0], ground) };
      }
      case 'keep': {
        // From here on a successor goes forward: half a fleet must not go back while the other half stays.
        if (!decided && plan.onFailure === 'revert') handOver(fleet, plan, ground, 'keep');
        decided = true;
        const taken = await runOf(effect.cluster).keep();
        if (taken !== undefined && !found.has(effect.cluster)) found = new Map([...found, [effect.cluster, taken]]);
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

  const machine = run(beginFleet(fleetPlan), {
    step: (state, event) => stepFleet(fleetPlan, state, event),
    perform,
    rests: isFleetOver,
    broke: () => asked.request('a defect'),
  });
  const stop = asked.onRequest((by) => {
    fleet.log.line(`Cancelled (${by}).`);
    soaking.abort();
    machine.tell({ on: 'cancelled', by });
  });
  try {
    return { state: await machine.resting(), found };
  } catch (defect) {
    for (const each of runs) each.abandon();
    throw defect;
  } finally {
    stop();
  }
}

/** As the other clusters are told of it. */
const elsewhere = (cause: Cause, cluster: string, { grounds }: FleetGround): Cause =>
  grounds.length < 2 || cause.kind === 'cancel' ? cause : { ...cause, text: `Cluster ${cluster}: ${cause.text}` };
