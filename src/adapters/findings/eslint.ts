import type { Severity } from '../../domain/gates/severity.ts';
import { clean, limits, listOf, needList, needObject, numberOf, objectOf, textOf } from './fields.ts';
import { type Json, type JsonObject, readJson } from './json.ts';
import { placeIn } from './place-of.ts';
import { Collected, type ReadContext, type ReportReader } from './reader.ts';
import { Unreadable } from './unreadable.ts';

const skip = ['*.source', '*.output', '*.messages.*.fix', '*.messages.*.suggestions', '*.usedDeprecatedRules', '*.stats'];

/** `eslint --format json`: one entry for each file that was looked at, clean ones too, and one for each that was named and left out. */
export const eslint: ReportReader = {
  standsAlone: true,
  async read(bytes, context) {
    const collected = new Collected();
    let files = 0;
    const document = await readJson(bytes, { items: ['*'], skip }, (item) => {
      const file = needObject(item, 'entry of a file');
      const path = textOf(file['filePath']) ?? '';
      const messages = needList(file['messages'], '`messages`');
      if (!isLeftOut(messages)) files += 1;
      for (const each of messages) collected.add(finding(needObject(each, 'message'), path, context));
      // What a comment in the source excuses is listed apart.
      for (const each of listOf(file['suppressedMessages']) ?? [])
        collected.add({ ...finding(needObject(each, 'message'), path, context), excused: true });
    });
    needList(document, 'of files');
    if (files === 0)
      throw new Unreadable(
        'names no file that was linted, so ESLint looked at none',
        'Correct `paths` or what its configuration ignores, or leave `eslint` out of `tools`.',
      );
    return [{ tool: 'eslint', findings: collected.findings, notes: [] }];
  },
};

/** "File ignored because of a matching ignore pattern", "… because no matching configuration was supplied", "… by default": nothing was linted. */
function isLeftOut(messages: readonly Json[]): boolean {
  const [only, another] = messages.map(objectOf);
  return only !== undefined && another === undefined && only['ruleId'] === null && /^File ignored\b/.test(textOf(only['message']) ?? '');
}

function finding(message: JsonObject, path: string, context: ReadContext) {
  return {
    rule: clean(message['ruleId'], limits.rule) || (message['fatal'] === true ? 'fatal' : 'eslint'),
    severity: severityOf(message['severity']),
    message: clean(message['message'], limits.message),
    place: placeIn(context, path, {
      line: numberOf(message['line']),
      column: numberOf(message['column']),
      endLine: numberOf(message['endLine']),
    }),
  };
}

const severityOf = (value: Json | undefined): Severity => (value === 2 ? 'high' : value === 1 ? 'medium' : 'unknown');
