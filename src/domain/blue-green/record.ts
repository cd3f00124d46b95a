import { jsonAnnotation, textsOf } from '../kubernetes/json-annotation.ts';
import { type Colour, colours } from '../rollout/layout.ts';

/**
 * What a switch between colours writes into the Lease before each write, so that a successor goes back or finishes it.
 * `preparing`: users are on `from`, and `to` is being changed. `switching`: the route may say either. `watching`: users are on `to`.
 * `returning`: the route may say either, and is to say `from`. `retiring`: it has passed, and `from` is being put to rest.
 */
export const blueGreenPhases = ['resting', 'preparing', 'switching', 'watching', 'returning', 'retiring'] as const;
export type BlueGreenPhase = (typeof blueGreenPhases)[number];

export interface BlueGreenRecord {
  readonly phase: BlueGreenPhase;
  readonly from: Colour;
  readonly to: Colour;
  readonly container: string;
  /** What `to` is given. */
  readonly image: string;
  /** What `to` was before, and so is again when it goes back. */
  readonly before: { readonly image: string; readonly replicas: number };
  readonly run: string;
  /** ISO 8601, for people. */
  readonly since: string;
}

export const blueGreenKey = 'wf-deploy.io/blue-green';

/** Something may be half done. */
export const isSwitchOpen = (record: BlueGreenRecord | undefined): record is BlueGreenRecord =>
  record !== undefined && record.phase !== 'resting';

/** Annotations can be edited by anyone who may edit the Lease: read as foreign data. */
export function readBlueGreen(text: string | undefined): BlueGreenRecord | undefined {
  const fields = jsonAnnotation(text);
  const texts = textsOf(fields, ['container', 'image', 'run', 'since']);
  const phase = blueGreenPhases.find((known) => known === fields?.['phase']);
  const [from, to] = ['from', 'to'].map((name) => colours.find((colour) => colour === fields?.[name]));
  const before = fields?.['before'] as Readonly<Record<string, unknown>> | null | undefined;
  const { image, replicas } = before ?? {};
  if (texts === undefined || phase === undefined || from === undefined || to === undefined || from === to) return undefined;
  if (typeof image !== 'string' || typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0) return undefined;
  return { phase, from, to, ...texts, before: { image, replicas } };
}
