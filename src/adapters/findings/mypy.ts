import type { Severity } from '../../domain/gates/severity.ts';
import { clean, limits, needObject, numberOf, textOf } from './fields.ts';
import { type Json, readJson } from './json.ts';
import { placeIn } from './place-of.ts';
import { Collected, type ReportReader } from './reader.ts';
import { runAgain, Unreadable } from './unreadable.ts';
import { utf8Lines } from './utf8.ts';

/**
 * `mypy --output json`: one JSON object a line. A clean run writes nothing, and one that was cut off between two lines cannot be told
 * from a shorter one: only together with mypy's exit code is it an answer.
 */
export const mypy: ReportReader = {
  standsAlone: false,
  async read(bytes, context) {
    const collected = new Collected();
    for await (const line of utf8Lines(withEnd(bytes))) {
      if (line.trim() === '') continue;
      const message = needObject(await parseLine(line), 'message');
      collected.add({
        rule: clean(message['code'], limits.rule) || 'mypy',
        severity: severityOf(message['severity']),
        message: clean(message['message'], limits.message),
        // Columns count from 0.
        place: placeIn(context, textOf(message['file']) ?? '', {
          line: numberOf(message['line']),
          column: (numberOf(message['column']) ?? -1) + 1,
        }),
      });
    }
    return [{ tool: 'mypy', findings: collected.findings, notes: [] }];
  },
};

const severityOf = (value: Json | undefined): Severity => (value === 'note' ? 'info' : value === 'error' ? 'high' : 'unknown');

async function parseLine(line: string): Promise<Json> {
  if (!line.startsWith('{'))
    throw new Unreadable(`has a line that is no JSON: ${clean(line, 200)}`, 'mypy stopped or is older than 1.11: see its log.');
  return await readJson(one(line), { items: [] }, () => undefined);
}

async function* one(line: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(line);
}

/** Nothing at all is what a clean run writes; a last line without its end is cut off. */
async function* withEnd(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let last: Uint8Array = Buffer.from('\n');
  for await (const chunk of bytes) {
    if (chunk.length === 0) continue;
    yield chunk;
    last = chunk;
  }
  if (last.at(-1) !== 0x0a) throw new Unreadable('ends in the middle of a line', runAgain);
  yield Buffer.from('\n');
}
