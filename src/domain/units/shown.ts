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

/** The same for text in lines: line ends and indentation stay, colours and everything else that steers a terminal goes. */
export const linesShown = (text: string, most: number): string => {
  const clean = text
    .slice(0, most * 2)
    .replace(/(?:\p{Cc}|#x1B|\ufffd)\[[0-9;?]*[ -/]*[@-~]/gu, '')
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '    ')
    .replace(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .trimEnd();
  return clean.length > most || text.length > most * 2 ? `${clean.slice(0, most)}…` : clean;
};
