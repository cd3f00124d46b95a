/**
 * Text that somebody else wrote, made fit for a message: no control or direction characters, white space in one piece, known
 * secrets as ***, and at most `limit` characters.
 */
export function foreignText(text: string, secrets: Iterable<string> = [], limit = 500): string {
  let clean = text;
  for (const secret of secrets) clean = clean.replaceAll(secret, '***');
  clean = clean
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return clean.length > limit ? `${clean.slice(0, limit)}…` : clean;
}
