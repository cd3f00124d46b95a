import { type Cause, cancelled } from '../rollout/cause.ts';

/** What the machine over all clusters needs to know. */
export interface FleetPlan {
  readonly waves: readonly (readonly string[])[];
  /** So many clusters side by side. */
  readonly atOnce: number;
  readonly onFailure: 'stop' | 'revert';
  /** Seconds between a wave that is ready and the next one. */
  readonly soak: number;
}

export type ClusterState =
  | 'waiting'
  | 'running'
  /** Released there; what was there before can still come back. */
  | 'ready'
  /** Ended there for another reason than having been kept. */
  | 'ended'
  | 'closing'
  | 'closed';

export type ClusterStates = Readonly<Record<string, ClusterState>>;

export type FleetState =
  | { readonly phase: 'rolling'; readonly wave: number; readonly clusters: ClusterStates; readonly cause: Cause | undefined }
  | { readonly phase: 'soaking'; readonly wave: number; readonly clusters: ClusterStates }
  /** Whether the waves until now are still as they were left, before anything rests on it. */
  | { readonly phase: 'looking'; readonly wave: number; readonly clusters: ClusterStates }
  /** Every cluster gets its last word: keep what is there, or take it back. */
  | { readonly phase: 'closing'; readonly clusters: ClusterStates; readonly cause: Cause | undefined }
  | { readonly phase: 'ended'; readonly clusters: ClusterStates; readonly cause: Cause | undefined };

export type FleetEffect =
  | { readonly do: 'release'; readonly cluster: string }
  | { readonly do: 'soak'; readonly seconds: number }
  | { readonly do: 'look'; readonly clusters: readonly string[] }
  /** From here on everything stays: written down before the first cluster is told. */
  | { readonly do: 'keep'; readonly cluster: string }
  | { readonly do: 'revert'; readonly cluster: string; readonly cause: Cause }
  /** Its turn never came: its locks are given away. */
  | { readonly do: 'leave'; readonly cluster: string; readonly cause: Cause };

export type FleetEvent =
  /** `cause`: why it is not ready. */
  | { readonly on: 'released'; readonly cluster: string; readonly cause: Cause | undefined }
  | { readonly on: 'soaked' }
  /** `cause`: what somebody took back there meanwhile. */
  | { readonly on: 'looked'; readonly cause: Cause | undefined }
  | { readonly on: 'closed'; readonly cluster: string }
  | { readonly on: 'cancelled'; readonly by: string };

export interface FleetMove {
  readonly state: FleetState;
  readonly effects: readonly FleetEffect[];
}

export function beginFleet(plan: FleetPlan): FleetMove {
  const clusters = Object.fromEntries(plan.waves.flat().map((cluster) => [cluster, 'waiting' as const]));
  return roll(plan, { phase: 'rolling', wave: 0, clusters, cause: undefined });
}

export const isFleetOver = ({ phase }: FleetState): boolean => phase === 'ended';

export function stepFleet(plan: FleetPlan, state: FleetState, event: FleetEvent): FleetMove {
  switch (state.phase) {
    case 'rolling':
      if (event.on === 'cancelled') return roll(plan, { ...state, cause: state.cause ?? cancelled(event.by) });
      if (event.on !== 'released') return { state, effects: [] };
      return roll(plan, {
        ...state,
        clusters: { ...state.clusters, [event.cluster]: event.cause === undefined ? 'ready' : 'ended' },
        cause: state.cause ?? event.cause,
      });
    case 'soaking':
      if (event.on === 'cancelled') return close(plan, state.clusters, cancelled(event.by));
      return event.on === 'soaked' ? looking(state.wave, state.clusters) : { state, effects: [] };
    case 'looking':
      if (event.on === 'cancelled') return close(plan, state.clusters, cancelled(event.by));
      if (event.on !== 'looked') return { state, effects: [] };
      return event.cause !== undefined || isLast(plan, state.wave)
        ? close(plan, state.clusters, event.cause)
        : roll(plan, { phase: 'rolling', wave: state.wave + 1, clusters: state.clusters, cause: undefined });
    case 'closing': {
      if (event.on !== 'closed') return { state, effects: [] };
      return closing(plan, { ...state, clusters: { ...state.clusters, [event.cluster]: 'closed' } });
    }
    case 'ended':
      return { state, effects: [] };
  }
}

/** Clusters of a wave do not wait for each other, and one that fails does not end the others: each has a result of its own. */
function roll(plan: FleetPlan, state: Extract<FleetState, { phase: 'rolling' }>): FleetMove {
  const wave = plan.waves[state.wave] ?? [];
  const running = wave.filter((cluster) => state.clusters[cluster] === 'running').length;
  const waiting = wave.filter((cluster) => state.clusters[cluster] === 'waiting');
  const started = state.cause === undefined ? waiting.slice(0, plan.atOnce - running) : [];
  const clusters = marked(state.clusters, started, 'running');
  const effects = started.map((cluster): FleetEffect => ({ do: 'release', cluster }));
  if (running + started.length > 0) return { state: { ...state, clusters }, effects };
  if (state.cause !== undefined || plan.waves.length < 2) return close(plan, clusters, state.cause);
  if (plan.soak <= 0 || isLast(plan, state.wave)) return looking(state.wave, clusters);
  return { state: { phase: 'soaking', wave: state.wave, clusters }, effects: [{ do: 'soak', seconds: plan.soak }] };
}

const isLast = (plan: FleetPlan, wave: number): boolean => wave >= plan.waves.length - 1;

/** At all that is ready: also where this run holds no lock, and hears of nothing. */
const looking = (wave: number, clusters: ClusterStates): FleetMove => ({
  state: { phase: 'looking', wave, clusters },
  effects: [{ do: 'look', clusters: Object.keys(clusters).filter((cluster) => clusters[cluster] === 'ready') }],
});

const close = (plan: FleetPlan, clusters: ClusterStates, cause: Cause | undefined): FleetMove =>
  closing(plan, { phase: 'closing', clusters, cause });

/** The last wave goes back first. */
function closing(plan: FleetPlan, { clusters, cause }: Extract<FleetState, { phase: 'closing' }>): FleetMove {
  const isOpen = (cluster: string): boolean => clusters[cluster] === 'ready' || clusters[cluster] === 'waiting';
  const order = plan.waves.toReversed().flat().filter(isOpen);
  const busy = Object.values(clusters).filter((each) => each === 'closing').length;
  const told = order.slice(0, plan.atOnce - busy);
  const next = marked(clusters, told, 'closing');
  if (busy + told.length === 0) return { state: { phase: 'ended', clusters, cause }, effects: [] };
  const effects = told.map((cluster): FleetEffect => {
    if (cause === undefined) return { do: 'keep', cluster };
    if (clusters[cluster] === 'waiting') return { do: 'leave', cluster, cause };
    return plan.onFailure === 'revert' ? { do: 'revert', cluster, cause } : { do: 'keep', cluster };
  });
  return { state: { phase: 'closing', clusters: next, cause }, effects };
}

const marked = (clusters: ClusterStates, names: readonly string[], state: ClusterState): ClusterStates => ({
  ...clusters,
  ...Object.fromEntries(names.map((name) => [name, state])),
});
