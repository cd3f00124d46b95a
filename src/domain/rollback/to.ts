import { type ImageRef, imageText, parseImage } from '../units/image.ts';
import { instantOf } from '../units/instant.ts';
import { type Parsed, parsed, refused } from '../units/parsed.ts';

/** Where a rollback leads, as a person says it. */
export type To =
  /** The pod template before the present one; of a rollout in flight, what ran before it. */
  | { readonly kind: 'previous' }
  | { readonly kind: 'revision'; readonly number: number }
  | { readonly kind: 'image'; readonly image: ImageRef }
  /** What ran then. Milliseconds since 1970. */
  | { readonly kind: 'time'; readonly at: number; readonly text: string }
  /** The newest release that ended well here and is not held. */
  | { readonly kind: 'last-known-good' };

/** By this a second run knows that it is asked for the same. */
export function wishText(to: To): string {
  switch (to.kind) {
    case 'revision':
      return `revision:${to.number}`;
    case 'image':
      return imageText(to.image);
    case 'time':
      return to.text;
    default:
      return to.kind;
  }
}

const remedy =
  'Write `previous`, `last-known-good`, a revision such as `revision:7`, an image by tag or digest, or a time such as `2026-03-01T21:00:00Z`.';
export function parseTo(text: string): Parsed<To> {
  if (text === 'previous' || text === 'last-known-good') return parsed({ kind: text });
  const [, digits] = /^(?:revision:)?(\d+)$/.exec(text) ?? [];
  if (digits !== undefined) {
    const number = Number(digits);
    return number >= 1 && number <= 999_999_999
      ? parsed({ kind: 'revision', number })
      : refused('is no revision', '`operation: history` of actions/stage shows them; they count from 1.');
  }
  const at = instantOf(text);
  if (at !== undefined) return parsed({ kind: 'time', at, text });
  // Without a zone, a time means another moment on each machine.
  if (/^\d{4}-\d{2}-\d{2}/.test(text)) return refused('is no time with a zone', 'Write for instance `2026-03-01T21:00:00Z`.');
  const image = parseImage(text);
  return image.ok ? parsed({ kind: 'image', image: image.value }) : refused('says nothing to go back to', remedy);
}
