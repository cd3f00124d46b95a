import type { FailureCode } from '../../failure-codes.ts';
import type { Diagnosis } from '../kubernetes/diagnosis.ts';
import { isPersonsTool } from '../kubernetes/managers.ts';
import { durationText } from '../units/duration.ts';
import type { RolloutPlan } from './plan.ts';
import type { Request } from './request.ts';
import type { ClusterView, Sample, StableView } from './sample.ts';

/** Why a rollout goes back. `kind` decides what is remembered: only harm and crash say something about the image. */
export interface Cause {
  readonly kind: 'harm' | 'crash' | 'no-data' | 'cancel' | 'asked' | 'drift' | 'error';
  readonly code: FailureCode;
  /** A sentence for people, with the figures. */
  readonly text: string;
  readonly remedy: string;
  /** Nothing points at the image: its containers never ran, or nobody saw why. */
  readonly notTheImage?: true;
}

/** What a container that never ran, a full cluster, or nothing at all says of an image: nothing. */
export const blame = (trouble: Pick<Diagnosis, 'cause'> | undefined): Pick<Cause, 'notTheImage'> =>
  trouble !== undefined && ranAndFailed.includes(trouble.cause) ? {} : { notTheImage: true };

const ranAndFailed: readonly Diagnosis['cause'][] = ['out-of-memory', 'crash-loop', 'exited', 'probe'];

/** Of pods that are not available in time, where nothing is known to be wrong with them. */
export const notAvailableRemedy = 'Read the events of its pods. If they only start slowly, raise `rollout-timeout`.';

export const cancelled = (by: string): Cause => ({
  kind: 'cancel',
  code: 'CANCELLED',
  text: `The run was cancelled (${by}).`,
  remedy: 'Start the workflow again when you are ready: it begins with the first stage.',
});

/** By a person, through an operation. Unlike a cancel it leaves the time that a good way back takes. */
export const aborted = ({ who, why }: Pick<Request, 'who' | 'why'>): Cause => ({
  kind: 'asked',
  code: 'ABORTED',
  text: `${who} aborted it${why === '' ? '' : `: ${why}`}.`,
  remedy: 'Start the workflow again when you are ready: it begins with the first stage.',
});

/** By a person, through `actions/rollback`: the image is held from then on. */
export const rolledBack = ({ who, why }: Pick<Request, 'who' | 'why'>): Cause => ({
  kind: 'asked',
  code: 'ROLLED_BACK',
  text: `${who} rolled it back${why === '' ? '' : `: ${why}`}.`,
  remedy: 'Deploy an image of a later commit. This digest is held until somebody lifts that.',
});

/** The same, in an earlier cluster of a release that had gone on from there. */
export const rolledBackElsewhere = (what: string): Cause => ({
  kind: 'asked',
  code: 'ROLLED_BACK',
  text: what,
  remedy: 'See why. Release a later version of that service, or lift the hold with `operation: unhold` of actions/rollback.',
});

export const pauseExpired = (limit: number, why: string): Cause => ({
  kind: 'asked',
  code: 'PAUSE_EXPIRED',
  text: `Nobody decided within ${durationText(limit)}, and ${why}.`,
  remedy: 'Start the workflow again, and promote or resume it while it is paused, or raise `pause-limit`.',
});

/** So often does a controller find its own weight undone before the rollout yields. */
export const mostFights = 3;

/** A controller wrote another weight, and it is worth writing ours again: a single reconciliation must not end a rollout, but harm does. */
export const isContested = ({ cluster, guardian }: Sample): boolean =>
  cluster.is === 'answer' &&
  guardian !== 'lost' &&
  crashed(cluster.canary) === undefined &&
  cluster.route.is === 'changed' &&
  !isPersonsTool(cluster.route.by) &&
  cluster.route.fight < mostFights;

/** The fast path: what is wrong without any metric. `undefined` when nothing is, or when the cluster gave no answer. */
export function sickness({ cluster, guardian }: Sample): Cause | undefined {
  if (cluster.is === 'no-answer') return undefined;
  const { canary, route } = cluster;
  // With its route an application may have been deleted, pods and all.
  if (route.is === 'gone') return drift('The route was deleted during the rollout.', 'whoever deleted it');
  const crash = crashed(canary);
  if (crash !== undefined) return crash;
  if (route.is === 'changed') {
    const often = route.fight > 1 ? `, for the ${ordinal(route.fight)} time` : '';
    return drift(`The route was changed by \`${route.by}\` during the rollout${often}: ${route.what}.`, route.by);
  }
  return guardian === 'lost' ? unguarded : undefined;
}

/** What its users get errors from. */
function crashed(canary: ClusterView['canary']): Cause | undefined {
  if (canary.trouble?.fatal === true)
    return { kind: 'crash', code: 'ROLLOUT_FAILED', text: canary.trouble.what, remedy: canary.trouble.remedy, ...blame(canary.trouble) };
  if (canary.readyEndpoints > 0 || canary.trouble?.cause === 'node') return undefined;
  const why = canary.trouble === undefined ? '' : ` ${canary.trouble.what}`;
  return {
    kind: 'crash',
    code: 'ROLLOUT_FAILED',
    text: `The canary has no ready pod any more.${why}`,
    remedy: canary.trouble?.remedy ?? 'Read the log and the events of its pods.',
    ...blame(canary.trouble),
  };
}

const ordinal = (count: number): string => ({ 2: 'second', 3: 'third' })[count] ?? `${count}th`;

const unguarded: Cause = {
  kind: 'error',
  code: 'GUARDIAN_LOST',
  text: 'The guardian in the cluster gave no sign of life any more: should this run die, nobody would take the canary back.',
  remedy: 'See its Job and the events of its pod. It was deleted, evicted for too long, or cut off from the API server.',
};

const drift = (text: string, by: string): Cause => ({
  kind: 'drift',
  code: 'DRIFT',
  text,
  remedy: `Only one writer can move traffic. Keep ${by} from writing the route while a rollout runs, for instance by ignoring its weights there.`,
});

/** Somebody undid stable's change when it was done: what its users say then says nothing of the new image. */
export const undoneStable = (stable: StableView | undefined): Cause | undefined =>
  stable?.runs === 'old' ? drift('Stable was given its old image again while it was being promoted.', 'whoever gave it back') : undefined;

/** Why stable cannot take the new image, if it cannot. `since` is when its change began. */
export function stableSickness(plan: RolloutPlan, stable: StableView | undefined, since: number, at: number): Cause | undefined {
  if (stable?.trouble?.fatal === true)
    return { kind: 'crash', code: 'ROLLOUT_FAILED', text: stable.trouble.what, remedy: stable.trouble.remedy, ...blame(stable.trouble) };
  if (stable?.status.is === 'failed') {
    return {
      kind: 'crash',
      code: 'ROLLOUT_FAILED',
      text: `Stable cannot take the new image: ${stable.status.reason}`,
      remedy: 'Read the events of its newest pods.',
      ...blame(stable.trouble),
    };
  }
  if (stable?.runs === 'foreign') return drift('Stable was given another image while it was being promoted.', 'whoever deployed it');
  if (at - since <= plan.rolloutTimeout) return undefined;
  const waitingFor = stable?.status.is === 'progressing' ? stable.status.waitingFor : 'an answer of the cluster';
  return {
    kind: 'crash',
    code: 'ROLLOUT_TIMED_OUT',
    text: `Stable was not Available with the new image after ${plan.rolloutTimeout} s, waiting for ${waitingFor}.`,
    remedy: notAvailableRemedy,
    ...blame(stable?.trouble),
  };
}
