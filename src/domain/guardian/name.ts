/** A Job's name becomes a label of its pods, and a label has at most 63 characters. */
const longest = 63;
const prefix = 'wf-deploy-guardian-';

/** What all objects of a guardian are called. Long names of services are cut, and told apart by a checksum of the whole. */
export function guardianName(service: string): string {
  const name = `${prefix}${service}`;
  if (name.length <= longest) return name;
  const sum = checksum(service);
  return `${name.slice(0, longest - sum.length - 1)}-${sum}`;
}

const holders = 'guardian/';

/** As what a guardian holds the Lease. */
export const guardianHolder = (pod: string): string => `${holders}${pod}`;
export const isGuardian = (holder: string): boolean => holder.startsWith(holders);

/** FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/), in base 36. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash.toString(36);
}
