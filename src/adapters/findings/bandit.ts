import type { Severity } from '../../domain/gates/severity.ts';
import { clean, helpOf, limits, needList, needObject, numberOf, objectOf, textOf } from './fields.ts';
import { type Json, readJson } from './json.ts';
import { placeIn } from './place-of.ts';
import { Collected, type ReadContext, type ReportReader } from './reader.ts';

const severities: Readonly<Record<string, Severity>> = { HIGH: 'high', MEDIUM: 'medium', LOW: 'low' };

/**
 * `bandit -f json`. A file that Bandit could not read stands in `errors`, and its exit code is 0 all the same: such a scan counts for
 * nothing, and neither does one that looked at no file.
 */
export const bandit: ReportReader = {
  standsAlone: true,
  async read(bytes, context) {
    const collected = new Collected();
    const document = needObject(
      await readJson(bytes, { items: ['results.*'], skip: ['results.*.code'] }, (item) => collected.add(finding(item, context))),
      'document',
    );
    needList(document['results'], '`results`');
    const [error] = needList(document['errors'], '`errors`');
    const files = Object.keys(needObject(document['metrics'], '`metrics`')).filter((name) => name !== '_totals');
    const failed = error === undefined ? (files.length === 0 ? nothingSeen : undefined) : couldNotRead(error);
    return [{ tool: 'bandit', findings: collected.findings, notes: [], ...(failed === undefined ? {} : { failed }) }];
  },
};

const nothingSeen = {
  why: 'Bandit looked at no file.',
  remedy: 'Correct `paths`, or leave `bandit` out of `tools` where there is no Python.',
};

function couldNotRead(error: Json) {
  const { filename, reason } = objectOf(error) ?? {};
  return {
    why: `Bandit could not read ${clean(filename, 200) || 'a file'}: ${clean(reason, 200) || 'it does not say why'}.`,
    remedy: 'Mend the file, or exclude it in the configuration of Bandit.',
  };
}

function finding(item: Json, context: ReadContext) {
  const result = needObject(item, 'result');
  const help = helpOf(result['more_info']);
  return {
    rule: clean(result['test_id'], limits.rule),
    severity: severityOf(result['issue_severity']) ?? 'unknown',
    message: clean(result['issue_text'], limits.message),
    place: placeIn(context, textOf(result['filename']) ?? '', { line: numberOf(result['line_number']) }),
    ...(help === undefined ? {} : { help }),
  };
}

const severityOf = (value: Json | undefined): Severity => {
  const name = textOf(value) ?? '';
  return Object.hasOwn(severities, name) ? (severities[name] ?? 'unknown') : 'unknown';
};
