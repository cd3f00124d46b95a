import { share } from '../analysis/evidence.ts';
import { durationText } from '../units/duration.ts';
import { keptWeight } from './pausing.ts';
import { promotingWeight, type RolloutPlan, returningWeight } from './plan.ts';
import type { ClusterView, Sample } from './sample.ts';
import type { Rollout } from './state.ts';
import { fellSilent, look, type Watch } from './watch.ts';

/** While its next pods come up, the stage whose weight stands goes on. */
export const asHeld = (state: Rollout): Rollout =>
  state.phase === 'growing' ? { phase: 'holding', stage: state.kept, watch: state.watch } : state;

/** What a sample shows of the arm that is judged in this phase; `undefined` where none is. */
export function seenIn(plan: RolloutPlan, state: Rollout, sample: Sample): Watch | undefined {
  switch (state.phase) {
    case 'growing': {
      const { watch } = look(plan, state.watch, sample, 'canary', Infinity);
      return fellSilent(watch, sample) ? undefined : watch;
    }
    case 'holding': {
      const stage = plan.stages[state.stage];
      const judged = stage?.weight === 0 ? { ...plan, criteria: [] } : plan;
      return look(judged, state.watch, sample, 'canary', stage?.holdSeconds ?? 0).watch;
    }
    case 'paused': {
      const judged = keptWeight(plan, state.stage) === 0 ? { ...plan, criteria: [] } : plan;
      return state.stage < 0 ? undefined : look(judged, state.watch, sample, 'canary', Infinity).watch;
    }
    case 'promoting':
      return look(plan, state.watch, sample, 'canary', plan.rolloutTimeout).watch;
    case 'returning':
      return look(plan, state.watch, sample, 'stable', plan.interval).watch;
    default:
      return undefined;
  }
}

const words = { pass: 'PASS', fail: 'FAIL', 'no-data': 'NO DATA' } as const;

/** One line an interval: where the rollout stands, what was measured against which limit, and how long it will last. */
export function statusLine(plan: RolloutPlan, at: Rollout, sample: Sample): string | undefined {
  const watch = seenIn(plan, at, sample);
  const state = asHeld(at);
  if (watch === undefined && sample.cluster.is === 'answer' && !isAwaited(sample.cluster)) return undefined;
  const parts = [placeOf(plan, state) ?? state.phase];
  if (watch !== undefined) {
    const measured = share(watch.evidence);
    parts.push(measured === undefined ? 'share not measured' : `measured ${(measured * 100).toFixed(1)} %`);
    parts.push(
      `${Math.round(watch.evidence[state.phase === 'returning' ? 'stable' : 'canary'].total.requests).toLocaleString('en')} requests`,
    );
    parts.push(...(watch.verdict?.findings.map(({ text }) => text) ?? []));
    if (watch.verdict !== undefined) parts.push(words[watch.verdict.is]);
    if (state.phase === 'holding')
      parts.push(`${durationText(Math.floor(sample.at - watch.since))} of ${durationText(plan.stages[state.stage]?.holdSeconds ?? 0)}`);
  }
  if (state.phase === 'paused')
    parts.push(`waiting ${durationText(Math.floor(sample.at - state.since))} of ${durationText(plan.pauseLimit)}`);
  if (sample.cluster.is === 'no-answer') parts.push(`cluster: no answer (${sample.cluster.reason})`);
  else {
    const { canary, route, stable } = sample.cluster;
    if (canary.awaited?.are === 'missing') parts.push(`canary: waiting for ${canary.awaited.waitingFor}`);
    if (canary.trouble?.cause === 'node') parts.push(canary.trouble.what);
    if (route.is === 'changed') parts.push(`route changed by \`${route.by}\`: ${route.what}`);
    if (route.is === 'as-ordered' && route.note !== undefined) parts.push(route.note);
    if (stable?.status.is === 'progressing') parts.push(`stable: waiting for ${stable.status.waitingFor}`);
  }
  return parts.join(' · ');
}

const isAwaited = ({ stable, canary }: ClusterView): boolean => stable !== undefined || canary.awaited?.are === 'missing';

/** Where a rollout stands, in words; `undefined` for what lasts no time. */
export function placeOf(plan: RolloutPlan, state: Rollout): string | undefined {
  switch (state.phase) {
    case 'scaling':
    case 'growing':
    case 'shifting':
    case 'holding':
      return `stage ${state.stage + 1}/${plan.stages.length}, ${plan.stages[state.stage]?.weight ?? 0} %`;
    case 'paused':
      return `paused at ${keptWeight(plan, state.stage)} %: \`operation: resume\`, \`promote\` or \`abort\``;
    case 'leaving':
      return 'paused for as long as this run may wait: the guardian takes over';
    case 'preparing':
      return 'preparing the canary';
    case 'smoking':
      return 'smoke checks on the canary';
    case 'promoting':
      return `promoting: canary ${promotingWeight(plan)} %, stable gets the new image`;
    case 'returning':
      return `returning: stable ${100 - returningWeight(plan)} %, with the new image`;
    case 'restoring':
      return 'going back: stable gets its old image';
    case 'emptying':
      return 'canary to 0 %';
    case 'draining':
      return 'draining the canary';
    case 'resting':
      return 'canary to rest';
    case 'claiming':
    case 'ended':
      return undefined;
  }
}
