import { clean, limits } from './fields.ts';
import { placeIn } from './place-of.ts';
import { Collected, type ReportReader } from './reader.ts';
import { Unreadable } from './unreadable.ts';
import { utf8Lines } from './utf8.ts';

const located = /^(.+?)\((\d+),(\d+)\): (error|warning|message) (TS\d+): (.*)$/;
const global = /^(error|warning|message) (TS\d+): (.*)$/;

/**
 * `tsc --noEmit --pretty false`: a line for each error, more of its message indented below it. A clean run writes nothing, so only its
 * exit code tells it from one that was cut off.
 */
export const tsc: ReportReader = {
  standsAlone: false,
  async read(bytes, context) {
    const collected = new Collected();
    for await (const line of utf8Lines(orNothing(bytes))) {
      if (line === '' || /^\s/.test(line)) continue;
      const [, path, row, column, level, code, text] = located.exec(line) ?? [];
      const [, globalLevel, globalCode, globalText] = path === undefined ? (global.exec(line) ?? []) : [];
      const rule = code ?? globalCode;
      if (rule === undefined) throw new Unreadable(`has a line that is no message of tsc: ${clean(line, 200)}`, 'See the log of tsc.');
      collected.add({
        rule,
        severity: (level ?? globalLevel) === 'error' ? 'high' : 'medium',
        message: clean(text ?? globalText, limits.message),
        place: placeIn(context, path ?? '', { line: Number(row), column: Number(column) }),
      });
    }
    return [{ tool: 'tsc', findings: collected.findings, notes: [] }];
  },
};

async function* orNothing(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* bytes;
  yield Buffer.from('\n');
}
