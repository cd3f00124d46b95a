import { expect } from '@jest/globals';
import fc from 'fast-check';
import { hears } from '../../../src/domain/rollout/asking.ts';
import { begin, beginTakingBack, type Found } from '../../../src/domain/rollout/begin.ts';
import { step } from '../../../src/domain/rollout/canary.ts';
import { type Cause, cancelled } from '../../../src/domain/rollout/cause.ts';
import { type Effect, type RolloutEvent, recordedPhases } from '../../../src/domain/rollout/effect.ts';
import { carriedTraffic, ladderToPromote, type RolloutPlan, sizeOf } from '../../../src/domain/rollout/plan.ts';
import { type Requestable, requestable } from '../../../src/domain/rollout/request.ts';
import type { AwaitedPods, RouteView, Sample } from '../../../src/domain/rollout/sample.ts';
import type { Move, Rollout } from '../../../src/domain/rollout/state.ts';
import { awaitedPods, blindSample, crash, planWith, sampleOf, silentReading, stableIs, Traffic } from './rollouts.ts';

/** What a cluster and a metric store show at one moment. Counts are new requests since the look before. */
export interface Scene {
  readonly cluster: 'answers' | 'silent';
  readonly metrics: 'answers' | 'silent';
  /** `contested`: by a controller. */
  readonly route: 'as-ordered' | 'changed' | 'contested' | 'gone' | 'taken';
  /** `thinned`: one of its pods is ready, and nothing tells why not more. */
  readonly canary: 'ready' | 'thinned' | 'unready' | 'crashing';
  /** `as-ordered`: what the last write to it wanted. */
  /** `grown`: its autoscaler wants more pods than are ready, and those of before the release are. */
  readonly stable: 'available' | 'progressing' | 'grown' | 'failed' | 'unseen';
  readonly runs: 'as-ordered' | 'old' | 'new' | 'foreign';
  /** Seen only where the canary is given more of them. */
  readonly pods: 'there' | 'missing';
  readonly requests: number;
  readonly canaryErrors: number;
  readonly stableErrors: number;
  readonly slow: number;
  /** Seen only of one that was posted. */
  readonly guardian: 'beats' | 'lost';
  /** How much longer than asked for an observation took. */
  readonly late: number;
}

/** What becomes of the effects of one move. */
export type Fate =
  | { readonly is: 'carried-out'; readonly scene: Scene }
  | { readonly is: 'fails' | 'cancelled' | 'lock-lost'; readonly at: number }
  /** In a phase that does not hear it, it is as if nobody had asked. */
  | { readonly is: 'asked'; readonly what: Requestable; readonly at: number };

export interface Tale {
  readonly plan: RolloutPlan;
  readonly first: { readonly by: 'run' | 'post'; readonly found: Found };
  readonly fates: readonly Fate[];
  /** Afterwards the world shows these, again and again. */
  readonly tail: readonly Scene[];
}

export const fine: Scene = {
  cluster: 'answers',
  metrics: 'answers',
  route: 'as-ordered',
  canary: 'ready',
  stable: 'available',
  runs: 'as-ordered',
  pods: 'there',
  requests: 5000,
  canaryErrors: 0,
  stableErrors: 0,
  slow: 0,
  guardian: 'beats',
  late: 0,
};

const mostly = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

const scene: fc.Arbitrary<Scene> = fc.record({
  cluster: mostly<Scene['cluster']>('answers', 'silent'),
  metrics: mostly<Scene['metrics']>('answers', 'silent'),
  route: fc.oneof(
    { weight: 40, arbitrary: fc.constant('as-ordered' as const) },
    { weight: 2, arbitrary: fc.constant('contested' as const) },
    { weight: 1, arbitrary: fc.constantFrom('changed' as const, 'gone' as const, 'taken' as const) },
  ),
  canary: mostly<Scene['canary']>('ready', 'ready', 'thinned', 'unready', 'crashing'),
  stable: mostly<Scene['stable']>('available', 'progressing', 'grown', 'failed', 'unseen'),
  runs: mostly<Scene['runs']>('as-ordered', 'old', 'new', 'foreign'),
  pods: mostly<Scene['pods']>('there', 'missing'),
  requests: fc.oneof({ weight: 6, arbitrary: fc.constant(5000) }, { weight: 1, arbitrary: fc.constantFrom(0, 1, 50, 400) }),
  canaryErrors: mostly(0, 0.005, 0.05, 1),
  stableErrors: mostly(0, 0.005, 0.05, 1),
  slow: mostly(0, 0.005, 0.05, 1),
  guardian: fc.oneof({ weight: 40, arbitrary: fc.constant('beats' as const) }, { weight: 1, arbitrary: fc.constant('lost' as const) }),
  late: mostly(0, 1, 300),
});

const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 30, arbitrary: scene.map((each): Fate => ({ is: 'carried-out', scene: each })) },
  {
    weight: 1,
    arbitrary: fc.record({ is: fc.constantFrom('fails' as const, 'cancelled' as const, 'lock-lost' as const), at: fc.nat({ max: 2 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ is: fc.constant('asked' as const), what: fc.constantFrom(...requestable), at: fc.nat({ max: 2 }) }),
  },
);

const ladder = fc
  .uniqueArray(fc.constantFrom(0, 1, 5, 25, 50, 99, 100), { minLength: 1, maxLength: 4 })
  .map((weights) => weights.toSorted((one, other) => one - other));

const plan: fc.Arbitrary<RolloutPlan> = fc
  .record({
    weights: ladder,
    hold: fc.constantFrom(0, 10, 60, 95),
    interval: fc.constantFrom(10, 30),
    failureThreshold: fc.constantFrom(1, 2, 3),
    noDataTimeout: fc.constantFrom(1, 60, 120),
    promote: fc.boolean(),
    smoke: fc.boolean(),
    guardian: fc.boolean(),
    minima: fc.boolean(),
    canaryAutoscaler: fc.boolean(),
    drain: fc.constantFrom(0, 30),
    rolloutTimeout: fc.constantFrom(60, 120),
    pauseLimit: fc.constantFrom(10, 90, 300),
    pauses: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }).map((each) => each.map((one, index) => one && index % 2 === 0)),
    replicas: fc.constantFrom(0, 1, 3, 50),
    canaryAtRest: fc.constantFrom(0, 1),
    minRequests: fc.constantFrom(1, 300),
  })
  .map(({ weights, hold, pauses, ...rest }) => {
    const stages = weights.map((weight, index) => ({
      weight,
      holdSeconds: hold,
      ...(pauses[index] === true ? ({ pause: true } as const) : {}),
    }));
    return planWith({ ...rest, stages: rest.promote ? ladderToPromote(stages, rest.interval) : stages });
  });

const found: fc.Arbitrary<Found> = fc.record({ phase: fc.constantFrom(...recordedPhases), sameImage: fc.boolean() });

export const tale: fc.Arbitrary<Tale> = fc.record({
  plan,
  first: fc.oneof(
    { weight: 3, arbitrary: fc.constant({ by: 'run', found: { phase: 'resting', sameImage: false } } as const) },
    { weight: 2, arbitrary: fc.record({ by: fc.constantFrom('run' as const, 'post' as const), found }) },
  ),
  fates: fc.array(fate, { maxLength: 60 }),
  tail: fc.array(scene, { minLength: 1, maxLength: 4 }),
});

/** More events than any rollout of these plans can need while samples keep coming. */
const mostEvents = 400;

/** What the world is known to be, from nothing but the effects that were carried out. `undefined`: not known. */
interface Known {
  weight: number | undefined;
  recorded: Extract<Effect, { do: 'record' }> | undefined;
  awaited: number;
  stableOrdered: 'old' | 'new';
  stable: 'good-old' | 'enough-old' | 'other';
  /** Stable may run the new image: it was set, or a run before may have set it. */
  stableTouched: boolean;
  /** The index in the ladder of the last weight that was ordered upward. */
  rung: number;
  /** A guardian of this run has acknowledged it and was not dismissed. */
  guarded: boolean;
  /** It keeps the deadline of a pause. */
  handedOver: boolean;
  fights: number;
  /** Stable keeps its size: this run has seen to it, or a run before may have. */
  pinned: boolean;
  /** Nothing is left pinned, by this run or the one before. */
  released: boolean;
}

export interface Told {
  readonly state: Extract<Rollout, { phase: 'ended' }>;
  readonly effects: readonly Effect[];
  readonly phases: readonly Rollout['phase'][];
}

/** Plays a tale to its end and holds every single effect against what may never happen. */
export function tell({ plan: rollout, first: { by, found: left }, fates, tail }: Tale): Told {
  const phases: Rollout['phase'][] = [];
  const carriedOut: Effect[] = [];
  const traffic = new Traffic();
  let at = 1000;
  let move: Move = by === 'run' ? begin(left) : beginTakingBack(left, cancelled('SIGKILL'));
  const known: Known = {
    weight: undefined,
    recorded: undefined,
    awaited: 0,
    stableOrdered: 'old',
    stable: 'other',
    stableTouched: ['promoting', 'returning', 'restoring'].includes(left.phase),
    rung: -1,
    guarded: false,
    handedOver: false,
    fights: 0,
    pinned: false,
    released: left.phase === 'resting',
  };
  for (let count = 0; ; count += 1) {
    const { state, effects } = move;
    phases.push(state.phase);
    if (state.phase === 'ended' && effects.length === 0) {
      if (state.ending.outcome === 'paused') expect([known.handedOver, known.guarded, (known.weight ?? 0) > 0]).toEqual([true, true, true]);
      else if (state.ending.outcome !== 'unknown') expect(known.weight).toBe(0);
      return { state, effects: carriedOut, phases };
    }
    expect(effects).not.toEqual([]);
    if (count > mostEvents) throw new Error(`It has not ended after ${count} events: ${JSON.stringify(state)}`);
    const usual = { is: 'carried-out', scene: tail[count % tail.length] ?? fine } as const;
    const fated = fates[count] ?? usual;
    const cutAt = fated.is === 'asked' ? heardAt(state, effects, fated.what, fated.at) : fated.is === 'carried-out' ? -1 : fated.at;
    const ending = fated.is === 'asked' && cutAt < 0 ? usual : fated;
    const until = ending.is === 'carried-out' ? effects.length : Math.min(cutAt, effects.length - 1);
    for (const effect of effects.slice(0, until)) {
      allowed(rollout, state, effect, known);
      apply(effect, known);
      carriedOut.push(effect);
    }
    const failing = effects[until];
    // What was cut short may have been done all the same.
    if (failing !== undefined) {
      allowed(rollout, state, failing, known);
      if (failing.do === 'shift' || failing.do === 'claim') known.weight = undefined;
      if (failing.do === 'set-stable') known.stableTouched = true;
      if (failing.do === 'pin-minima') known.released = false;
      if (failing.do === 'release-minima') known.pinned = false;
      if (failing.do === 'dismiss-guardian') known.guarded = false;
      // A request only stops waiting for more pods than there are.
      const waits = failing.do === 'await-canary' || failing.do === 'scale-canary' || failing.do === 'set-canary';
      if (waits && ending.is !== 'asked') known.awaited = 0;
    }
    const event = eventOf(rollout, { last: effects.at(-1), cut: failing }, ending, at, traffic, known);
    at = event.at;
    const next = step(rollout, state, event);
    turned(rollout, state, event, next, known);
    expect(step(rollout, state, event)).toEqual(next);
    move = next;
  }
}

const refusal: Cause = { kind: 'error', code: 'CLUSTER_REFUSED', text: 'It was refused.', remedy: 'Mend it.' };
const interruptions = {
  fails: (at: number, doing: Effect['do']): RolloutEvent => ({ on: 'failed', at, cause: refusal, doing }),
  cancelled: (at: number): RolloutEvent => ({ on: 'cancelled', at, by: 'SIGINT' }),
  'lock-lost': (at: number): RolloutEvent => ({ on: 'lock-lost', at, text: 'Someone else has it.' }),
};

/** Where a request cuts the effects of this phase short; -1: it is not heard now. */
function heardAt(state: Rollout, effects: readonly Effect[], what: Requestable, from: number): number {
  if (!hears(state, what)) return -1;
  const waits = (effect: Effect): boolean => effect.do === 'observe' || effect.do === 'await-canary';
  const yields = (effect: Effect): boolean =>
    !['restore-stable', 'record', 'answer', 'alert'].includes(effect.do) && !(effect.do === 'shift' && effect.urgent);
  return effects.findIndex((effect, index) => waits(effect) || (what === 'abort' && index >= from && yields(effect)));
}

function eventOf(
  plan: RolloutPlan,
  { last, cut }: { readonly last: Effect | undefined; readonly cut: Effect | undefined },
  ending: Fate,
  at: number,
  traffic: Traffic,
  known: Known,
): RolloutEvent {
  if (ending.is === 'asked')
    return { on: 'asked', at: at + 1, request: { id: `${at}`, what: ending.what, epoch: 1, who: 'alice', why: '', at: '', run: '' } };
  if (ending.is !== 'carried-out') return interruptions[ending.is](at + 1, cut?.do ?? 'observe');
  const { scene: seen } = ending;
  const { weight = 50 } = known;
  traffic.pass((seen.requests * weight) / 100, (seen.requests * (100 - weight)) / 100, {
    canary: { errors: seen.canaryErrors, slow: seen.slow },
    stable: { errors: seen.stableErrors },
  });
  const reading = (now: number) => (seen.metrics === 'silent' ? silentReading(now) : traffic.reading(now));
  if (last?.do === 'measure') return { on: 'measured', at, reading: reading(at) };
  const looking = last?.do === 'observe' ? last : last?.do === 'await-canary' ? last.looking : undefined;
  if (looking === undefined) return { on: 'done', at: at + 1 };
  const awaited = last?.do === 'await-canary' ? awaitedPods[seen.pods] : undefined;
  if (awaited?.are === 'missing' && last?.do === 'await-canary' && last.looking?.last === true)
    return interruptions.fails(at + looking.inSeconds, last.do);
  const now = at + (awaited?.are === 'there' ? 1 : looking.inSeconds) + seen.late;
  return { on: 'sample', at: now, sample: sampleFrom(plan, seen, { at: now, reading: reading(now), last, awaited }, known) };
}

const routes: Readonly<Record<Scene['route'], RouteView>> = {
  'as-ordered': { is: 'as-ordered' },
  changed: { is: 'changed', what: 'the canary has 7 % instead of 5 %', by: 'kubectl', fight: 1 },
  contested: { is: 'changed', what: 'the canary has 0 % instead of 5 %', by: 'argocd-controller', fight: 1 },
  gone: { is: 'gone' },
  taken: { is: 'taken' },
};

function sampleFrom(
  plan: RolloutPlan,
  seen: Scene,
  {
    at,
    reading,
    last,
    awaited,
  }: {
    readonly at: number;
    readonly reading: Sample['reading'];
    readonly last: Effect | undefined;
    readonly awaited: AwaitedPods | undefined;
  },
  known: Known,
): Sample {
  if (seen.cluster === 'silent') return blindSample(at, reading);
  if (seen.route === 'changed' || seen.route === 'contested') {
    known.weight = undefined;
    known.fights += 1;
  }
  const route = routes[seen.route];
  const runs = seen.runs === 'as-ordered' ? known.stableOrdered : seen.runs;
  const until = last?.do === 'observe' ? last.until : undefined;
  const stable = until === undefined || seen.stable === 'unseen' ? undefined : stableIs(seen.stable, runs);
  if (stable !== undefined) {
    const enough = runs === 'old' && stable.ready >= Math.max(1, plan.replicas) ? 'enough-old' : 'other';
    known.stable = stable.status.is === 'available' && runs !== 'new' ? 'good-old' : enough;
  }
  return sampleOf({
    at,
    reading,
    route: route.is === 'changed' ? { ...route, fight: known.fights } : route,
    readyEndpoints: { ready: Math.max(1, plan.replicas), thinned: 1, crashing: 1, unready: 0 }[seen.canary],
    ...(seen.canary === 'crashing' ? { trouble: crash } : {}),
    ...(stable === undefined ? {} : { stable }),
    ...(awaited === undefined ? {} : { awaited }),
    ...(seen.guardian === 'lost' && known.guarded ? { guardian: 'lost' } : {}),
  });
}

const goingBack: readonly Rollout['phase'][] = ['restoring', 'emptying', 'draining', 'resting', 'ended'];
const share = (plan: RolloutPlan, weight: number): number => Math.ceil((plan.replicas * weight) / 100);

/** Whether this effect may happen in this state of the world. */
function allowed(plan: RolloutPlan, state: Rollout, effect: Effect, known: Known): void {
  const promoted = 'ending' in state && state.ending.outcome === 'promoted';
  switch (effect.do) {
    case 'shift':
      if (effect.weight === 0) {
        // Users never go back to a stable that is half changed.
        if (known.stableTouched && state.phase === 'emptying' && !promoted) {
          // Nor to one without its whole size, unless the canary harms them and there are as many pods as before the release.
          const harmed = 'cause' in state.ending && ['harm', 'crash'].includes(state.ending.cause.kind);
          expect(['good-old', ...(harmed ? ['enough-old'] : [])]).toContain(known.stable);
        }
        return;
      }
      // Nobody is sent to a canary that nobody could take back.
      expect(known.guarded).toBe(plan.guardian);
      // Nor is stable left to its autoscaler, which sees its load go.
      expect(known.pinned).toBe(plan.minima);
      if (state.phase === 'restoring') {
        // Only away from a stable that fails with the new image, to the canary that has carried everything before.
        expect([effect.weight, known.recorded?.phase, known.recorded?.weight, known.stableOrdered]).toEqual([100, 'restoring', 100, 'old']);
        expect(known.stableTouched).toBe(true);
        return;
      }
      expect(goingBack).not.toContain(state.phase);
      expect(known.recorded?.weight).toBeGreaterThanOrEqual(effect.weight);
      if (state.phase === 'returning') {
        expect([effect.weight, known.recorded?.phase, known.stableOrdered]).toEqual([50, 'returning', 'new']);
        return;
      }
      if (state.phase === 'promoting') {
        // In the place of what a controller wrote.
        expect([effect.weight, known.recorded?.phase]).toEqual([100, 'promoting']);
        return;
      }
      expect(known.recorded?.phase).toBe('stages');
      expect(known.awaited).toBeGreaterThanOrEqual(Math.max(1, share(plan, effect.weight)));
      expect(plan.stages.findIndex(({ weight }) => weight === effect.weight)).toBeGreaterThan(
        state.phase === 'paused' ? state.stage - 1 : known.rung,
      );
      return;
    case 'claim':
      expect(effect.weight).toBe(known.stableTouched ? 'as-found' : 0);
      return;
    case 'set-stable':
      expect([state.phase, known.recorded?.phase]).toEqual(['promoting', 'promoting']);
      expect(known.guarded).toBe(plan.guardian);
      expect(known.pinned).toBe(plan.minima);
      return;
    case 'pin-minima':
      expect(plan.minima).toBe(true);
      expect(['scaling', 'promoting']).toContain(state.phase);
      return;
    case 'release-minima':
      // Stable is left to its autoscaler again only when it has all of the traffic, or before the canary ever had any.
      expect([plan.minima, known.weight]).toEqual([true, 0]);
      expect(['resting', 'preparing']).toContain(state.phase);
      return;
    case 'record':
      if (effect.phase === 'resting') expect(plan.minima && !known.released).toBe(false);
      return;
    case 'post-guardian':
      expect([plan.guardian, known.guarded]).toEqual([true, false]);
      expect(['scaling', 'promoting']).toContain(state.phase);
      return;
    case 'dismiss-guardian':
      // It watches until users cannot be on the canary any more.
      expect([plan.guardian, state.phase, known.weight]).toEqual([true, 'resting', 0]);
      return;
    case 'hand-over':
      expect([known.guarded, known.recorded?.phase, known.recorded?.weight]).toEqual([true, 'paused', known.weight]);
      return;
    case 'scale-canary':
      expect(effect.autoscaled === true && !plan.canaryAutoscaler).toBe(false);
      // No pod is taken away while users may be sent to it.
      if (known.weight === undefined) expect(effect.replicas).toBeGreaterThanOrEqual(1);
      else expect(effect.replicas).toBeGreaterThanOrEqual(share(plan, known.weight));
      return;
    default:
      return;
  }
}

function apply(effect: Effect, known: Known): void {
  switch (effect.do) {
    case 'claim':
      if (effect.weight === 0) known.weight = 0;
      return;
    case 'record':
      known.recorded = effect;
      return;
    case 'set-canary':
    case 'scale-canary':
      known.awaited = Math.min(known.awaited, effect.replicas);
      return;
    case 'await-canary':
      known.awaited = effect.replicas;
      return;
    case 'shift':
      known.weight = effect.weight;
      if (effect.weight === 0) known.stableTouched = false;
      return;
    case 'set-stable':
      known.stableOrdered = 'new';
      known.stable = 'other';
      known.stableTouched = true;
      return;
    case 'restore-stable':
      known.stableOrdered = 'old';
      return;
    case 'pin-minima':
      known.pinned = true;
      known.released = false;
      return;
    case 'release-minima':
      known.pinned = false;
      known.released = true;
      return;
    case 'post-guardian':
      known.guarded = true;
      return;
    case 'dismiss-guardian':
      known.guarded = false;
      return;
    case 'hand-over':
      known.handedOver = true;
      return;
    default:
      return;
  }
}

/** What a weight grows on. */
function seenWell(event: RolloutEvent): Extract<Sample['cluster'], { is: 'answer' }> {
  if (event.on !== 'sample') throw new Error('A weight grew without a look.');
  const { cluster, guardian } = event.sample;
  if (cluster.is === 'no-answer') throw new Error('A weight grew without an answer of the cluster.');
  expect([guardian, cluster.canary.readyEndpoints > 0, cluster.canary.trouble]).toEqual([undefined, true, undefined]);
  return cluster;
}

/** Whether this turn may be taken. */
function turned(plan: RolloutPlan, before: Rollout, event: RolloutEvent, { state, effects }: Move, known: Known): void {
  if (event.on === 'lock-lost' && before.phase !== 'ended') {
    expect([state.phase, effects]).toEqual(['ended', [{ do: 'alert' }]]);
  }
  if (before.phase === 'shifting') known.rung = before.stage;
  // A controller undid this very weight, and it is ordered once more: never higher. Or the pods that are there carry the next one.
  if (before.phase === 'holding' && state.phase === 'shifting') {
    if (state.stage === before.stage) {
      expect([event.on, known.fights < 3]).toEqual(['sample', true]);
      known.rung = before.stage - 1;
    } else {
      const { canary, route } = seenWell(event);
      const size = { replicas: sizeOf(plan, before.stage).replicas };
      expect([state.stage, route.is, sizeOf(plan, state.stage)]).toEqual([before.stage + 1, 'as-ordered', size]);
      expect(canary.readyEndpoints).toBeGreaterThanOrEqual(size.replicas);
    }
  }
  if (before.phase === 'growing' && state.phase === 'shifting') {
    const cluster = seenWell(event);
    // Either the pods are there and all is as ordered, or what a controller undid is ordered once more: never higher.
    if (state.stage === before.stage)
      expect([cluster.route.is, cluster.canary.awaited?.are ?? before.there]).toEqual([
        'as-ordered',
        cluster.canary.awaited === undefined ? true : 'there',
      ]);
    else {
      expect([state.stage, cluster.route.is]).toEqual([before.kept, 'changed']);
      expect(known.fights).toBeLessThan(3);
      known.rung = before.kept - 1;
    }
  }
  decided(plan, before, event, state);
  if (state.phase === 'preparing') known.rung = -1;
  // Stable is touched only after everyone was seen on the canary, or to finish what was already begun.
  if (state.phase === 'promoting' && before.phase !== 'promoting') {
    if (before.phase === 'claiming') expect(before.next).toBe('promote');
    else {
      expect(['holding', 'paused']).toContain(before.phase);
      expect(known.weight).toBe(100);
      expect(plan.promote).toBe(true);
    }
  }
  if (before.phase === 'promoting' && state.phase === 'returning') {
    expect(event).toMatchObject({ sample: { cluster: { stable: { runs: 'new', status: { is: 'available' } } } } });
  }
  // A stage is left forward only with an answer of the cluster, and for its last time only when there was one of the metrics.
  if (
    before.phase === 'holding' &&
    (state.phase === 'scaling' || state.phase === 'growing' || state.phase === 'promoting' || isAnalysed(state))
  ) {
    if (event.on === 'asked') return;
    if (event.on !== 'sample') throw new Error('A stage was left without a sample.');
    expect(plan.stages[before.stage]?.pause).toBeUndefined();
    expect(event.sample.cluster.is).toBe('answer');
    expect(event.at - before.watch.since).toBeGreaterThanOrEqual(plan.stages[before.stage]?.holdSeconds ?? 0);
    if ((plan.stages[before.stage]?.weight ?? 0) > 0) expect(event.sample.reading.canary.is).toBe('counters');
  }
  if (event.on === 'sample' && event.sample.guardian === 'lost') expect(goingBack).toContain(state.phase);
  if (event.on === 'cancelled') expect(goingBack).toContain(state.phase);
  if (event.on === 'cancelled' && 'again' in state) expect(state.again).toBe(false);
  if (isGoing(before) && !('again' in before && before.again)) expect(goingBack).toContain(state.phase);
}

/** What only a person may decide, and what not even they. */
function decided(plan: RolloutPlan, before: Rollout, event: RolloutEvent, after: Rollout): void {
  if (event.on === 'asked') {
    const { what } = event.request;
    if (what === 'abort') expect(goingBack).toContain(after.phase);
    if (what === 'pause') expect(['paused', before.phase]).toContain(after.phase);
    if (what === 'promote' && after.phase !== before.phase) {
      if (!('stage' in before)) throw new Error(`Promoted from ${before.phase}.`);
      // From a canary that nobody has seen, or that is failing, nobody is taken further.
      expect([plan.promote, carriedTraffic(plan, before.stage + 1)]).toEqual([true, true]);
      if ('watch' in before) expect(before.watch.verdict?.is).not.toBe('fail');
    }
    return;
  }
  if (before.phase === 'paused') expect(['paused', 'leaving', ...goingBack]).toContain(after.phase);
  if (before.phase === 'paused' && after.phase === 'leaving') expect(event.at - before.since).toBeGreaterThanOrEqual(plan.pauseLimit);
  if (before.phase === 'leaving') expect(goingBack).toContain(after.phase);
}

const isAnalysed = (state: Rollout): boolean => state.phase === 'emptying' && state.ending.outcome === 'analysed';
const isGoing = ({ phase }: Rollout): boolean => goingBack.includes(phase);
