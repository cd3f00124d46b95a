/**
 * Foreign text, fit to stand in a message: one line, no control or direction characters that could forge or hide log lines, and
 * bounded in length.
 */
export function shown(text: string, most = 120): string {
  const line = text
    .slice(0, most * 2)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  const characters = Array.from(line);
  return characters.length > most || text.length > most * 2 ? `${characters.slice(0, most).join('')}…` : line;
}
