import { isCommit } from '../evidence/commit.ts';
import { jsonAnnotation, textsOf } from '../kubernetes/json-annotation.ts';
import { type RecordedPhase, recordedPhases } from './effect.ts';

/** What a rollout writes into its Lease, so that a successor goes back or finishes a promotion. */
export interface RolloutRecord {
  readonly phase: RecordedPhase;
  /** The canary's weight that is being, or has been, written. Percent. */
  readonly weight: number;
  readonly container: string;
  readonly image: string;
  /** What stable ran before: the way back. */
  readonly previousImage: string;
  /** What carries the split, by its names: where that is gone nobody is sent to the canary. Missing: an older version's. */
  readonly route?: string;
  readonly run: string;
  /** ISO 8601, for people. */
  readonly since: string;
  /** That is being rolled out, where it is known. */
  readonly commit?: string;
  /** Such as `2/4`. Missing outside of the stages. */
  readonly stage?: string;
  /** The run goes on and holds this weight until a person decides. */
  readonly paused?: true;
  /** Seconds that the guardian lets a pause last after its run has ended: in the phase `paused`. */
  readonly deadline?: number;
  /** The canary harms: with so many ready pods of the old template stable takes its traffic back. In the phase `restoring`. */
  readonly enough?: number;
  /** Rules of the route that sent requests to the canary before the rollout began, whatever its weight. Missing: none. */
  readonly fixed?: number;
}

/** Anyone who may edit the Lease may have written it: it is read as foreign data. */
export function readRollout(text: string | undefined): RolloutRecord | undefined {
  const fields = jsonAnnotation(text);
  const texts = textsOf(fields, ['container', 'image', 'previousImage', 'run', 'since']);
  const phase = recordedPhases.find((known) => known === fields?.['phase']);
  const weight = fields?.['weight'];
  if (texts === undefined || phase === undefined || typeof weight !== 'number' || !(weight >= 0 && weight <= 100)) return undefined;
  const [commit, deadline, enough, fixed] = ['commit', 'deadline', 'enough', 'fixed'].map((name) => fields?.[name]);
  const limited = typeof deadline === 'number' && deadline >= 0;
  // A pause without an end would be a weight without a way back.
  if (phase === 'paused' && !limited) return { phase: 'stages', weight, ...texts };
  return {
    phase,
    weight,
    ...texts,
    ...(isCommit(commit) ? { commit } : {}),
    ...textsOf(fields, ['stage']),
    ...textsOf(fields, ['route']),
    ...(fields?.['paused'] === true ? { paused: true } : {}),
    ...(limited ? { deadline } : {}),
    ...(phase === 'restoring' && typeof enough === 'number' && Number.isInteger(enough) && enough >= 1 ? { enough } : {}),
    ...(typeof fixed === 'number' && Number.isInteger(fixed) && fixed >= 1 ? { fixed } : {}),
  };
}
