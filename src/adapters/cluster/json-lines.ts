/**
 * The lines of a byte stream, each parsed as JSON. Bytes are joined before they are decoded, so a character may be split
 * between two chunks. Throws what `tooLong` and `notJson` make for a line that cannot be used.
 */
export async function* jsonLines(
  stream: AsyncIterable<Buffer>,
  maxBytes: number,
  { tooLong, notJson }: { readonly tooLong: () => Error; readonly notJson: () => Error },
): AsyncGenerator<unknown> {
  let parts: Buffer[] = [];
  let size = 0;
  const parse = (): unknown => {
    const line = Buffer.concat(parts).toString('utf8').trim();
    parts = [];
    size = 0;
    if (line === '') return undefined;
    try {
      return JSON.parse(line) as unknown;
    } catch {
      throw notJson();
    }
  };
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end));
      start = end + 1;
      const value = parse();
      if (value !== undefined) yield value;
    }
    if (start === chunk.length) continue;
    parts.push(chunk.subarray(start));
    size += chunk.length - start;
    if (size > maxBytes) throw tooLong();
  }
}
