import { type Evidence, extend, startEvidence, window } from '../analysis/evidence.ts';
import { cancelled, sickness } from './cause.ts';
import type { Effect } from './effect.ts';
import { empty, endingOf, type Later, observe, startOver, unknown } from './going-back.ts';
import type { RolloutPlan } from './plan.ts';
import { after, remarks, rest } from './resting.ts';
import type { Sample } from './sample.ts';
import type { Ending, In, Move } from './state.ts';

export function stepEmptying(plan: RolloutPlan, state: In<'emptying'>, event: Later): Move {
  // A second signal changes nothing: the same write is made until it is confirmed.
  if (event.on === 'cancelled') return empty(state.again ? endingOf(cancelled(event.by)) : state.ending, false, state.disturbed);
  // What was to be noted before it, of a pause that nobody keeps any more, holds nobody up.
  if (event.on === 'failed' && event.doing === 'record') return empty(state.ending, state.again, state.disturbed);
  if (event.on === 'failed') {
    const cause = 'cause' in state.ending ? state.ending.cause : event.cause;
    return unknown(cause, `Weight 0 could not be confirmed: ${event.cause.text}`);
  }
  if (state.again) return startOver(plan);
  const { ending, disturbed } = state;
  return {
    state: { phase: 'draining', ending, disturbed, since: event.at, evidence: startEvidence() },
    effects: drain(plan, ending, disturbed),
  };
}

const drain = (plan: RolloutPlan, ending: Ending, disturbed: boolean): readonly Effect[] => [
  ...('cause' in ending && !disturbed ? [{ do: 'alert' } as const] : []),
  { do: 'record', phase: ending.outcome === 'promoted' ? 'promoted' : 'emptying', weight: 0 },
  isHurried(ending) ? hurriedWait(plan) : { do: 'measure' },
];

/**
 * Pods are taken away only after the drain, and after the measured share followed the weight; where it does not (header
 * requests count as well), after four drains. A cancelled run has no time for either.
 */
export function stepDraining(plan: RolloutPlan, state: In<'draining'>, event: Later): Move {
  const hurried = isHurried(state.ending);
  const wait: Effect = hurried ? hurriedWait(plan) : { do: 'observe', inSeconds: plan.drain };
  if (event.on === 'measured') return { state: { ...state, evidence: startEvidence(event.reading) }, effects: [wait] };
  // What is only told or noted shortens no drain.
  if (event.on === 'failed' && (event.doing === 'alert' || event.doing === 'record')) {
    const { ending, disturbed } = state;
    return { state, effects: [...remarks(event.cause.text), ...after(drain(plan, ending, disturbed), event.doing)] };
  }
  if (event.on === 'failed' && event.doing === 'measure') return { state, effects: [...remarks(event.cause.text), wait] };
  if (event.on !== 'sample') return rest(plan, state.ending, notChecked(event.on === 'failed' ? event.cause.text : cancelledText));
  const { cluster } = event.sample;
  if (cluster.is === 'answer' && cluster.route.is === 'changed') return disturb(state, event.sample);
  if (hurried) return rest(plan, state.ending, notChecked(cancelledText));
  const evidence = extend(state.evidence, event.sample.reading);
  const canary = window(evidence, 'canary', 0).requests;
  const stable = window(evidence, 'stable', 0).requests;
  const left = canary <= mostShareAtRest * (canary + stable);
  const passed = event.at - state.since;
  // The next answer may show a route that somebody has given users again: no pod goes before one.
  if (cluster.is === 'no-answer' && passed < plan.noDataTimeout) return { state: { ...state, evidence }, effects: [observe(plan)] };
  if (!left && passed < mostDrains * plan.drain) return { state: { ...state, evidence }, effects: [wait] };
  return rest(plan, state.ending, left ? whyNotChecked(evidence, canary + stable) : stayed(canary / (canary + stable)));
}

/** Nothing seen is nothing checked: neither of requests that nobody counted, nor of none at all. */
function whyNotChecked({ canary, stable }: Evidence, requests: number): string | undefined {
  const gap = [canary, stable].find(({ newest }) => newest.is !== 'increment')?.newest;
  if (gap?.is === 'no-data') return notChecked(gap.reason);
  if (gap !== undefined) return notChecked('counting began only now');
  return requests > 0 ? undefined : notChecked('no requests seen');
}

const notChecked = (why: string): string => `Share after weight 0: not checked (${why.replace(/\.$/, '')}).`;

const cancelledText = 'the run was cancelled';

const stayed = (share: number): string =>
  `The canary still had ${Math.max(0.1, share * 100).toFixed(share < 0.1 ? 1 : 0)} % of the requests after ${mostDrains} drains: requests with its header, or clients that hold a connection to it. Its pods went all the same.`;

/** Someone else gave the canary users again: 0 is written once more, and its pods never go while a route leads to them. */
function disturb({ ending, disturbed }: In<'draining'>, sample: Sample): Move {
  const drift = sickness(sample);
  if (!disturbed || drift === undefined) return empty(ending, false, true);
  return unknown(
    'cause' in ending ? ending.cause : drift,
    `Weight 0 did not last, and the canary's pods were left to its users: ${drift.text}`,
  );
}

const mostShareAtRest = 0.01;
const mostDrains = 4;

/** Seconds. A cancelled process is killed ten seconds after the first signal; the pods' own grace period does the rest. */
const drainWhenCancelled = 4;

const isHurried = (ending: Ending): boolean => 'cause' in ending && ending.cause.kind === 'cancel';

const hurriedWait = (plan: RolloutPlan): Effect => ({
  do: 'observe',
  inSeconds: Math.min(plan.drain, drainWhenCancelled),
  unmeasured: true,
});
