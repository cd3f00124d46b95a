import { jsonAnnotation, textsOf } from '../kubernetes/json-annotation.ts';
import { type Colour, colours } from '../rollout/layout.ts';

/**
 * What a switch between colours writes into the Lease before each write, so that a successor goes back or finishes it.
 * `preparing`: users are on `from`, and `to` is being changed. `switching`: the route may say either. `watching`: users are on `to`.
 * `returning`: the route may say either, and is to say `from`. `retiring`: it has passed, and `from` is being put to rest.
 */
export const blueGreenPhases = ['resting', 'preparing', 'switching', 'watching', 'returning', 'retiring'] as const;
export type BlueGreenPhase = (typeof blueGreenPhases)[number];

export const blueGreenOperations = ['deploy', 'rollback'] as const;
export type BlueGreenOperation = (typeof blueGreenOperations)[number];

export interface BlueGreenRecord {
  readonly phase: BlueGreenPhase;
  /** What is half done of a deployment is taken back, and of a rollback it is finished: `from` is what users were to be saved from. */
  readonly operation: BlueGreenOperation;
  readonly from: Colour;
  readonly to: Colour;
  readonly container: string;
  /** What `to` is given. */
  readonly image: string;
  /** What `to` was before, and so is again when it goes back. */
  readonly before: { readonly image: string; readonly replicas: number };
  /** Pods of `from` when it began: so many users need. */
  readonly serving: number;
  readonly run: string;
  /** ISO 8601, for people. */
  readonly since: string;
}

export const blueGreenKey = 'wf-deploy.io/blue-green';

/** Something may be half done. */
export const isSwitchOpen = (record: BlueGreenRecord | undefined): record is BlueGreenRecord =>
  record !== undefined && record.phase !== 'resting';

/**
 * Annotations can be edited by anyone who may edit the Lease: read as foreign data. The first versions wrote neither `operation` nor
 * `serving`: theirs were deployments.
 */
export function readBlueGreen(text: string | undefined): BlueGreenRecord | undefined {
  const fields = jsonAnnotation(text);
  const texts = textsOf(fields, ['container', 'image', 'run', 'since']);
  const operation = blueGreenOperations.find((known) => known === (fields?.['operation'] ?? 'deploy'));
  const phase = blueGreenPhases.find((known) => known === fields?.['phase']);
  const [from, to] = ['from', 'to'].map((name) => colours.find((colour) => colour === fields?.[name]));
  const before = fields?.['before'] as Readonly<Record<string, unknown>> | null | undefined;
  const { image, replicas } = before ?? {};
  const serving = fields?.['serving'] ?? (replicas === 0 ? 1 : replicas);
  if (texts === undefined || phase === undefined || operation === undefined || from === undefined || to === undefined || from === to)
    return undefined;
  if (typeof image !== 'string' || !isCount(replicas) || !isCount(serving)) return undefined;
  return { phase, operation, from, to, ...texts, before: { image, replicas }, serving };
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0;
