import { runAgain, Unreadable } from './unreadable.ts';

export type Bytes = AsyncIterable<Uint8Array>;

/** More than any tool writes in earnest. */
const mostBytes = 512 * 1024 * 1024;
const mark = [0xef, 0xbb, 0xbf] as const;
const asUtf8 = 'Write it as UTF-8. On Windows, `>` of PowerShell 5 writes UTF-16: use the option of the tool that names a file.';

/** The same bytes, known to be UTF-8, without a byte order mark, and bounded. Throws `Unreadable` at the first that is not. */
export async function* utf8Bytes(bytes: Bytes): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const refuse = (): never => {
    throw new Unreadable('is not UTF-8', asUtf8);
  };
  let total = 0;
  for await (const chunk of bytes) {
    const first = total === 0;
    total += chunk.length;
    if (total > mostBytes)
      throw new Unreadable(`is larger than ${mostBytes} bytes`, 'Report less, for instance only the rules that block.');
    if (first && (chunk[0] === 0 || chunk[1] === 0 || chunk[0] === 0xff || chunk[0] === 0xfe)) refuse();
    try {
      decoder.decode(chunk, { stream: true });
    } catch {
      refuse();
    }
    const marked = first && mark.every((byte, index) => chunk[index] === byte);
    yield marked ? chunk.subarray(mark.length) : chunk;
  }
  if (total === 0) throw new Unreadable('is empty', runAgain);
  try {
    decoder.decode();
  } catch {
    throw new Unreadable('ends in the middle of a character', runAgain);
  }
}

const longestLine = 4 * 1024 * 1024;

/** Its lines, without their ends. The last one is given only when something stands in it. */
export async function* utf8Lines(bytes: Bytes): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  for await (const chunk of utf8Bytes(bytes)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) throw new Unreadable(`has a line of more than ${longestLine} characters`, runAgain);
    yield* lines;
  }
  if (rest !== '') yield rest;
}
