import { jsonOf } from '../units/json.ts';
import { recordOf } from '../units/record.ts';
import { shown } from '../units/shown.ts';
import type { Cause } from './cause.ts';

/** What set a hold: a person's rollback, or a rollout that was measured harmful or crashed. */
export const heldBy = ['rollback', 'harm', 'crash'] as const;

/** A digest that is not to be deployed again. It counts for the service whose Lease it is in, whatever the environment is called there. */
export interface Hold {
  /** What the place was called when it was held: for people. */
  readonly environment: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** What the pods named it by, where that was no digest. */
  readonly image?: string;
  readonly who: string;
  readonly why: string;
  /** Page or name of the run that set it. */
  readonly run: string;
  /** ISO 8601. */
  readonly at: string;
  readonly by: (typeof heldBy)[number];
}

/** The holds of a service, newest first. */
export interface Holds {
  readonly list: readonly Hold[];
  /** Somebody edited the annotation: what else was held is not known, and not known is never free. */
  readonly unreadable: boolean;
}

export const holdsKey = 'wf-deploy.io/holds';
/** The older ones are forgotten: an annotation is no archive. */
export const mostHolds = 50;
const longestReason = 300;

const digestPattern = /^sha256:[0-9a-f]{64}$/;

/** The digest of an image that is named by one. */
export const digestIn = (image: string): string | undefined => /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1];

/** What names an image in a hold: a tag beside the digest, for when no registry says what is behind it. */
export const heldAs = (image: string, digest: string): Pick<Hold, 'digest' | 'image'> =>
  digestIn(image) === undefined ? { digest, image } : { digest };

/** `undefined`: nothing was ever held. */
export function readHolds(text: string | undefined): Holds | undefined {
  if (text === undefined) return undefined;
  const entries = jsonOf(text);
  if (!Array.isArray(entries)) return { list: [], unreadable: true };
  const list = entries.slice(0, mostHolds).flatMap(readHold);
  return { list, unreadable: list.length < Math.min(entries.length, mostHolds) };
}

/** A digest is enough to hold it: what else is missing is only not known. */
function readHold(entry: unknown): readonly Hold[] {
  const fields = recordOf(entry);
  const digest = fields?.['digest'];
  if (typeof digest !== 'string' || !digestPattern.test(digest)) return [];
  const text = (name: string): string => {
    const value = fields?.[name];
    return typeof value === 'string' && value !== '' ? value : 'not known';
  };
  const by = heldBy.find((known) => known === fields?.['by']) ?? 'rollback';
  const image = fields?.['image'];
  return [
    {
      environment: text('environment'),
      digest,
      ...(typeof image === 'string' && image !== '' ? { image } : {}),
      who: text('who'),
      why: text('why'),
      run: text('run'),
      at: text('at'),
      by,
    },
  ];
}

/** With a further one. Of the same digest only the newest stays. */
export function withHold(holds: Holds | undefined, hold: Hold): readonly Hold[] {
  const others = (holds?.list ?? []).filter(({ digest }) => digest !== hold.digest);
  return [{ ...hold, why: shown(hold.why, longestReason) }, ...others].slice(0, mostHolds);
}

/**
 * What is written of a hold. Holds that cannot be read stay as they are: every deployment stops at them, and a list that could be read
 * again would let through what else was held.
 */
export const holding = (holds: Holds | undefined, hold: Hold): { readonly holds?: readonly Hold[] } =>
  holds?.unreadable === true ? {} : { holds: withHold(holds, hold) };

export const withoutHold = (holds: Holds | undefined, digest: string): readonly Hold[] =>
  (holds?.list ?? []).filter((hold) => hold.digest !== digest);

export const holdOf = (holds: Holds | undefined, digest: string | undefined): Hold | undefined =>
  holds?.list.find((hold) => hold.digest === digest);

/** Of an image by its text. `digest`: what the registry says it is; only where nobody knows that, the text alone counts. */
export function holdOfImage(holds: Holds | undefined, image: string, digest: string | undefined): Hold | undefined {
  const known = digestIn(image) ?? digest;
  return known === undefined ? holds?.list.find((hold) => hold.image === image) : holdOf(holds, known);
}

/** Only measured harm and a crash say something about the image. */
export const heldFor = ({ kind, notTheImage }: Cause): 'harm' | 'crash' | undefined =>
  (kind === 'harm' || kind === 'crash') && notTheImage === undefined ? kind : undefined;

const causes: Readonly<Record<Hold['by'], string>> = {
  rollback: 'rolled it back',
  harm: 'saw it do harm',
  crash: 'saw it crash',
};

/** A sentence with all that is known: who, why, and where to read on. */
export const holdText = ({ environment, digest, image, who, why, run, at, by }: Hold): string =>
  `${digest}${image === undefined ? '' : ` (${shown(image, 300)})`} is held in ${shown(environment)} since ${shown(at, 40)}: ${shown(who)} ${causes[by]} (${shown(why, longestReason)}). Run: ${shown(run, 300)}`;
