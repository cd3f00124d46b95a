import type { Severity } from '../../domain/gates/severity.ts';
import { clean, limits, listOf, needList, needObject, numberOf, objectOf, textOf } from './fields.ts';
import { type Json, type JsonObject, readJson } from './json.ts';
import { placeIn } from './place-of.ts';
import { Collected, type ReadContext, type ReportReader } from './reader.ts';
import { runAgain, Unreadable } from './unreadable.ts';
import { warningNotes } from './warnings.ts';

/** `golangci-lint run --output.json.path stdout` (2.x) and `--out-format json` (1.x). Clean is `"Issues": null` or an empty list. */
export const golangciLint: ReportReader = {
  standsAlone: true,
  async read(bytes, context) {
    const collected = new Collected();
    const document = needObject(
      await readJson(
        bytes,
        { items: ['Issues.*'], skip: ['Issues.*.SourceLines', 'Issues.*.Replacement', 'Issues.*.SuggestedFixes'] },
        (item) => collected.add(finding(item, context)),
      ),
      'document',
    );
    if (document['Issues'] === undefined || (document['Issues'] !== null && listOf(document['Issues']) === undefined))
      throw new Unreadable('has no `Issues`', runAgain);
    const { why, notes } = told(needObject(document['Report'], '`Report`'));
    return [
      {
        tool: 'golangci-lint',
        findings: collected.findings,
        notes,
        ...(why === undefined
          ? {}
          : {
              failed: { why: `golangci-lint says: ${why}`, remedy: 'Make the packages compile, or give it more time, then run it again.' },
            }),
      },
    ];
  },
};

/** A linter that could not run, for instance because a package does not compile or its time was up, is only a warning to golangci-lint. */
const undone = /can't run linter|analysis skipped|errors in package|time[ds]?[ -]?out|deadline|out of time|cancel/i;

/** What it says of the run: why that is none, and what else it warns of, such as a linter that is deprecated. */
function told(report: JsonObject): { readonly why: string | undefined; readonly notes: readonly string[] } {
  const warnings = report['Warnings'] === undefined || report['Warnings'] === null ? [] : needList(report['Warnings'], '`Warnings`');
  const texts = warnings.map((each) => clean(needObject(each, 'warning')['Text'], limits.message));
  const { Error: error } = report;
  const failed = error === undefined || error === null || error === '' ? undefined : clean(error, limits.message) || 'it failed';
  return { why: failed ?? texts.find((text) => undone.test(text)), notes: warningNotes(texts) };
}

function finding(item: Json, context: ReadContext) {
  const issue = needObject(item, 'issue');
  const [position, range] = [objectOf(issue['Pos']), objectOf(issue['LineRange'])];
  return {
    rule: clean(issue['FromLinter'], limits.rule),
    severity: severityOf(textOf(issue['Severity']) ?? ''),
    message: clean(issue['Text'], limits.message),
    place: placeIn(context, textOf(position?.['Filename']) ?? '', {
      line: numberOf(position?.['Line']),
      column: numberOf(position?.['Column']),
      endLine: numberOf(range?.['To']),
    }),
  };
}

/** It has no severities unless its configuration gives some; without one, an issue fails the run. */
function severityOf(text: string): Severity {
  if (/^(?:|error|err|high)$/i.test(text)) return 'high';
  if (/^(?:warning|warn|medium)$/i.test(text)) return 'medium';
  return /^(?:info|information|low|hint)$/i.test(text) ? 'low' : 'unknown';
}
