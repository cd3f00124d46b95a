import { placeIn } from './place-of.ts';
import { Collected, type ReadContext, type ReadReport } from './reader.ts';
import { runAgain, Unreadable } from './unreadable.ts';
import { type Bytes, utf8Lines } from './utf8.ts';

/** The output of a formatter that names the files it would change, one a line, and nothing when there are none. */
export async function readPathList(bytes: Bytes, context: ReadContext, tool: string, message: string): Promise<readonly ReadReport[]> {
  const collected = new Collected();
  let ended = true;
  const whole = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      if (chunk.length > 0) ended = chunk.at(-1) === 0x0a;
      yield chunk;
    }
    yield Buffer.from('\n');
  };
  for await (const line of utf8Lines(whole())) {
    if (line === '') continue;
    const place = placeIn(context, line);
    // Words of a tool that stopped are no path of a file to format.
    if (line.includes(': ')) throw new Unreadable('has a line that names no file', 'See the log of the tool.');
    collected.add({ rule: 'format', severity: 'high', message, place });
  }
  if (!ended) throw new Unreadable('ends in the middle of a line', runAgain);
  return [{ tool, findings: collected.findings, notes: [] }];
}
