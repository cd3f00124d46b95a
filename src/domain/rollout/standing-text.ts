import type { GuardianSign } from '../guardian/sign.ts';
import { durationText } from '../units/duration.ts';
import type { GuardianStanding, Standing, WorkloadStanding } from './standing.ts';

/** In one sentence. */
export function headline(standing: Standing): string {
  const { service, phase, paused, stage, weight, holder, alive, open } = standing;
  const share = weight === null ? 'a weight that is not known' : `${weight} % on the canary`;
  const where = phase === null ? 'not known' : paused ? 'paused' : phase;
  const who =
    holder === null
      ? 'who holds the Lease is not known'
      : holder === ''
        ? 'no run goes on'
        : `run ${holder} ${alive === true ? 'lives' : alive === false ? 'gave no sign of life' : 'may live'}`;
  return `${service}: ${where}${stage === '' ? '' : `, stage ${stage}`}, with ${share}; ${who}${holder === null || holder === '' ? endText(standing) : ''}.${open.map((each) => ` ${each}`).join('')}`;
}

/** A run that died has left no last word: the one in the Lease may be that of a run before. */
function endText({ lastEnd, phase, run, since }: Standing): string {
  if (lastEnd === null) return '';
  const isLater = (phase === 'resting' || phase === 'untouched') && lastEnd.at >= since;
  return lastEnd.run === run || isLater ? `, the last one ended as \`${lastEnd.outcome}\`` : ', the last one did not say how it ended';
}

/** For a person, in the log as well. */
export const standingRows = (standing: Standing): readonly (readonly [string, string])[] => [
  ['phase', standing.phase === null ? 'not known' : `${standing.phase}${standing.paused ? ', waits for a person' : ''}`],
  ...(standing.stage === '' ? [] : [['stage', standing.stage] as const]),
  ['weight', standing.weight === null ? 'not known' : `${standing.weight} % on the canary`],
  ...(standing.since === '' ? [] : [['since', standing.since] as const]),
  ...(standing.image === '' ? [] : [['image', standing.image] as const, ['instead of', standing.previousImage] as const]),
  ['Lease', holderText(standing)],
  ['guardian', standing.guardian === null ? 'not known' : guardianText(standing.guardian)],
  ...(standing.request === null
    ? []
    : [['asked for', `${standing.request.what} by ${standing.request.who}, not yet answered (${standing.request.at})`] as const]),
  ...standing.open.map((what) => ['open', what] as const),
  ['stable', standing.stable === null ? 'not known' : workloadText(standing.stable)],
  ['canary', standing.canary === null ? 'not known' : workloadText(standing.canary)],
  ['passed here', standing.evidence === null ? 'no canary' : `${standing.evidence.image} (${standing.evidence.at})`],
  ['last known good', standing.lastKnownGood === '' ? 'none recorded' : standing.lastKnownGood],
  ...(standing.lastEnd === null
    ? []
    : [['last end', `${standing.lastEnd.outcome} at ${standing.lastEnd.at}: ${standing.lastEnd.text}`] as const]),
  ...standing.notKnown.map((what) => ['not known', what] as const),
];

function holderText({ holder, alive, epoch }: Standing): string {
  if (holder === null) return 'not known';
  if (holder === '') return 'held by nobody';
  const life = alive === true ? 'it lives' : alive === false ? 'no sign of life' : 'whether it lives is not known';
  return `held by ${holder} (epoch ${epoch ?? 0}): ${life}`;
}

function guardianText({ text, alive, deadline, passed }: GuardianStanding): string {
  const left = deadline === undefined || passed === undefined ? '' : `, ${durationText(Math.max(0, Math.round(deadline - passed)))} left`;
  const life = alive === true ? ' (it beats)' : alive === null ? ' (not seen to beat)' : '';
  return `${text}${left}${life}`;
}

function workloadText({ name, image, replicas, ready, pods }: WorkloadStanding): string {
  if (image === '') return `${name} is not there`;
  const listed = pods.map((pod) => `${pod.name}${pod.ready ? '' : ' (not ready)'}`).join(', ');
  return `${name}: ${ready} of ${replicas} pods ready, ${image}${listed === '' ? '' : `; ${listed}`}`;
}

export function signText(sign: GuardianSign | undefined): string {
  switch (sign?.is) {
    case undefined:
      return 'it has said nothing';
    case 'watching':
      return `watches epoch ${sign.epoch}`;
    case 'pausing':
      return `keeps the deadline of a pause, of which ${durationText(Math.round(sign.passed))} have passed`;
    case 'unable':
      return `could not rehearse the way back: ${sign.reason}`;
    case 'acted':
      return `took over from ${sign.after === '' ? 'a pause' : sign.after} at ${sign.at}: ${sign.did}`;
  }
}
