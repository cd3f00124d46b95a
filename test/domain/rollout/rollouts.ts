import type { PodCounters } from '../../../src/domain/analysis/counters.ts';
import { standard } from '../../../src/domain/analysis/criteria-profiles/standard.ts';
import type { ArmReading, Reading } from '../../../src/domain/analysis/reading.ts';
import type { Diagnosis } from '../../../src/domain/kubernetes/diagnosis.ts';
import type { RolloutPlan } from '../../../src/domain/rollout/plan.ts';
import { profiles } from '../../../src/domain/rollout/profiles.ts';
import type { AwaitedPods, ClusterView, RouteView, Sample, StableView } from '../../../src/domain/rollout/sample.ts';

/** The default rollout of a service with four pods. */
export const planWith = (more: Partial<RolloutPlan> = {}): RolloutPlan => ({
  stages: profiles['careful'] ?? [],
  interval: 30,
  criteria: standard.criteria,
  minRequests: 300,
  failureThreshold: 2,
  noDataTimeout: 600,
  promote: true,
  smoke: false,
  guardian: false,
  minima: false,
  canaryAutoscaler: false,
  drain: 30,
  rolloutTimeout: 600,
  pauseLimit: 3600,
  replicas: 4,
  ...more,
});

export interface Behaviour {
  /** Shares of the arm's requests, 0 to 1. */
  readonly errors?: number;
  readonly slow?: number;
}

/** Counters that grow by what was asked for: a service under load, seen through its metrics. */
export class Traffic {
  private canary = { requests: 0, errors: 0, slow: 0 };
  private stable = { requests: 10_000, errors: 0, slow: 0 };

  pass(canary: number, stable: number, behaviour: { readonly canary?: Behaviour; readonly stable?: Behaviour } = {}): void {
    this.canary = grown(this.canary, canary, behaviour.canary);
    this.stable = grown(this.stable, stable, behaviour.stable);
  }

  reading(at: number): Reading {
    return { at, canary: armOf('canary-1', this.canary), stable: armOf('stable-1', this.stable), own: [] };
  }
}

interface Count {
  readonly requests: number;
  readonly errors: number;
  readonly slow: number;
}

const grown = (count: Count, requests: number, { errors = 0, slow = 0 }: Behaviour = {}): Count => ({
  requests: count.requests + requests,
  errors: count.errors + requests * errors,
  slow: count.slow + requests * slow,
});

function armOf(pod: string, { requests, errors, slow }: Count): ArmReading {
  const buckets = new Map([
    [0.25, requests - slow],
    [0.5, requests - slow],
    [2, requests - slow],
    [4, requests],
    [Infinity, requests],
  ]);
  const counters: PodCounters = { requests, errors, buckets };
  return { is: 'counters', counters: new Map([[pod, counters]]) };
}

export const silentReading = (at: number, reason = 'the metric store gave no usable answer'): Reading => ({
  at,
  canary: { is: 'no-data', reason },
  stable: { is: 'no-data', reason },
  own: [],
});

export interface Seen {
  readonly at?: number;
  readonly reading?: Reading;
  readonly route?: RouteView;
  readonly readyEndpoints?: number;
  readonly trouble?: Diagnosis;
  readonly stable?: StableView;
  readonly guardian?: 'lost';
  readonly awaited?: AwaitedPods;
}

export const awaitedPods = {
  there: { are: 'there' },
  missing: { are: 'missing', waitingFor: '2 of 4 pods to become available (2 ready)' },
} as const;

/** A cluster in which all is as ordered, and a metric store that says nothing, unless it is given. */
export function sampleOf({ at = 0, reading = silentReading(at), route = { is: 'as-ordered' }, ...seen }: Seen = {}): Sample {
  const cluster: ClusterView = {
    is: 'answer',
    canary: {
      readyEndpoints: seen.readyEndpoints ?? 1,
      ...(seen.trouble === undefined ? {} : { trouble: seen.trouble }),
      ...(seen.awaited === undefined ? {} : { awaited: seen.awaited }),
    },
    route,
    ...(seen.stable === undefined ? {} : { stable: seen.stable }),
  };
  return { at, cluster, reading, ...(seen.guardian === undefined ? {} : { guardian: seen.guardian }) };
}

export const blindSample = (at: number, reading: Reading = silentReading(at), reason = 'no route to host'): Sample => ({
  at,
  cluster: { is: 'no-answer', reason },
  reading,
});

export const crash: Diagnosis = {
  cause: 'crash-loop',
  fatal: true,
  pod: 'agent-canary-7f9-x',
  container: 'agent',
  what: 'Container `agent` of pod agent-canary-7f9-x crashes again and again (exit code 1).',
  remedy: 'Read its log.',
};

export const stableIs = (is: 'available' | 'progressing' | 'grown' | 'failed', runs: StableView['runs']): StableView => ({
  status:
    is === 'available'
      ? { is, ready: 4, replicas: 4 }
      : is === 'grown'
        ? { is: 'progressing', waitingFor: '4 of 8 pods to become available (4 ready)', ready: 4, replicas: 8 }
        : is === 'progressing'
          ? { is, waitingFor: '2 of 4 pods to become available (2 ready)', ready: 2, replicas: 4 }
          : { is, reason: 'Deployment agent made no progress within its progressDeadlineSeconds.' },
  ready: { available: 4, grown: 4, progressing: 2, failed: 0 }[is],
  runs,
});
