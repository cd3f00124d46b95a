import { clean, helpOf, limits, needList, needObject, numberOf, objectOf, textOf } from './fields.ts';
import { type Json, readJson } from './json.ts';
import { placeIn } from './place-of.ts';
import { Collected, type ReadContext, type ReportReader } from './reader.ts';

/** `ruff check --output-format json`: a list of violations. */
export const ruff: ReportReader = {
  standsAlone: true,
  async read(bytes, context) {
    const collected = new Collected();
    const document = await readJson(bytes, { items: ['*'], skip: ['*.fix'] }, (item) => collected.add(finding(item, context)));
    needList(document, 'of violations');
    return [{ tool: 'ruff', findings: collected.findings, notes: [] }];
  },
};

function finding(item: Json, context: ReadContext) {
  const violation = needObject(item, 'violation');
  const [start, end] = [objectOf(violation['location']), objectOf(violation['end_location'])];
  const help = helpOf(violation['url']);
  return {
    // A syntax error has no code.
    rule: clean(violation['code'], limits.rule) || 'syntax-error',
    // Ruff before 0.15 has no severities.
    severity: violation['severity'] === 'warning' ? 'medium' : 'high',
    message: clean(violation['message'], limits.message),
    place: placeIn(context, textOf(violation['filename']) ?? '', {
      line: numberOf(start?.['row']),
      column: numberOf(start?.['column']),
      endLine: numberOf(end?.['row']),
    }),
    ...(help === undefined ? {} : { help }),
  } as const;
}
