/**
 * Text that somebody else wrote, made fit for a message: no control or direction characters, white space in one piece, known
 * secrets as ***, and at most `limit` characters.
 */
export function foreignText(text: string, secrets: Iterable<string> = [], limit = 500): string {
  const clean = inOneLine(text, secrets);
  return clean.length > limit ? `${clean.slice(0, limit)}…` : clean;
}

/** The same of what a program printed, whose end says what went wrong. */
export function lastWords(text: string, secrets: Iterable<string> = [], limit = 500): string {
  const clean = inOneLine(text, secrets);
  return clean.length > limit ? `…${clean.slice(-limit)}` : clean;
}

function inOneLine(text: string, secrets: Iterable<string>): string {
  let clean = text;
  for (const secret of secrets) clean = clean.replaceAll(secret, '***');
  return clean
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
