import { jsonAnnotation, textsOf } from '../kubernetes/json-annotation.ts';
import { recordOf } from '../units/record.ts';

/** What a rollback writes into the Lease before it writes anything else, so that a successor finishes it: it is never undone half way. */
export interface RollbackRecord {
  readonly phase: 'writing' | 'resting';
  readonly deployment: string;
  /** The wish, as `wishText` says it. Missing in older records. */
  readonly asked?: string;
  /** What is gone back to, in words. */
  readonly to: string;
  /** ReplicaSet that has the whole template. Missing where only images go back. */
  readonly keeper?: string;
  /** By container: what is wanted, and what ran. */
  readonly images: Readonly<Record<string, string>>;
  readonly from: Readonly<Record<string, string>>;
  /** What runs once that which goes on has been stopped, where that is neither. */
  readonly between?: Readonly<Record<string, string>>;
  readonly who: string;
  readonly why: string;
  readonly run: string;
  /** ISO 8601. */
  readonly since: string;
}

export const rollbackKey = 'wf-deploy.io/rollback';

export function readRollback(text: string | undefined): RollbackRecord | undefined {
  const fields = jsonAnnotation(text);
  const texts = textsOf(fields, ['deployment', 'to', 'who', 'why', 'run', 'since']);
  const phase = (['writing', 'resting'] as const).find((known) => known === fields?.['phase']);
  const [images, from] = [imagesIn(fields?.['images']), imagesIn(fields?.['from'])];
  if (texts === undefined || phase === undefined || images === undefined || from === undefined) return undefined;
  const between = imagesIn(fields?.['between']);
  return {
    phase,
    ...texts,
    images,
    from,
    ...textsOf(fields, ['keeper']),
    ...textsOf(fields, ['asked']),
    ...(between === undefined ? {} : { between }),
  };
}

function imagesIn(value: unknown): Readonly<Record<string, string>> | undefined {
  const entries = Object.entries(recordOf(value) ?? {});
  const all = entries.every((entry): entry is [string, string] => typeof entry[1] === 'string');
  return all && recordOf(value) !== undefined ? (Object.fromEntries(entries) as Record<string, string>) : undefined;
}

/** A rollback whose run is gone. */
export const isUnfinished = (record: RollbackRecord | undefined): record is RollbackRecord => record?.phase === 'writing';
