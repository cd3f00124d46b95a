import { canonicalJson } from './canonical-json.ts';

/**
 * A short name for a content: FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) in two lanes of 32 bits, in base 36, 14 characters. Two
 * contents never share one by accident; who wants to can make two that do, so that nothing may be trusted because of it.
 */
export function fingerprint(value: unknown): string {
  const text = canonicalJson(value);
  let [one, other] = [0x811c9dc5, 0x050c5d1f];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    one = Math.imul(one ^ unit, 0x01000193) >>> 0;
    other = Math.imul(other ^ (unit + index), 0x01000193) >>> 0;
  }
  return [one, other].map((lane) => lane.toString(36).padStart(7, '0')).join('');
}
