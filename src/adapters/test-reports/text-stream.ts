import { UnreadableReport } from './unreadable.ts';

/** More than any real report, and little enough to be read in seconds: a longer one is refused, not cut. */
export const mostReportBytes = 160 * 1024 * 1024;
const longestLine = 64 * 1024;

export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** UTF-8 text, piece by piece, without its byte order mark. Any other encoding is refused: a guess could hide a failure. */
export async function* textOf(bytes: Bytes): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let length = 0;
  for await (const piece of bytes) {
    length += piece.byteLength;
    if (length > mostReportBytes)
      throw new UnreadableReport(
        `it is longer than ${mostReportBytes} bytes`,
        'Split the run, or leave captured output out of the report.',
      );
    yield decoded(() => decoder.decode(piece, { stream: true }));
  }
  yield decoded(() => decoder.decode());
}

function decoded(decode: () => string): string {
  try {
    return decode();
  } catch {
    throw new UnreadableReport('it is not UTF-8 text', 'Let the tool write its report in UTF-8.');
  }
}

/**
 * Lines without their ends. Throws when the last one has none: the rest of such a report is missing. Only a line that says itself that it
 * is the last may stand there without.
 */
export async function* linesOf(bytes: Bytes, lastWord?: string): AsyncGenerator<string> {
  let rest = '';
  for await (const text of textOf(bytes)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if ([rest, ...lines].some((line) => line.length > longestLine))
      throw new UnreadableReport(`it has a line of more than ${longestLine} characters`);
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
  }
  if (rest !== '' && rest === lastWord) yield rest;
  else if (rest !== '') throw new UnreadableReport('its last line is not finished');
}
