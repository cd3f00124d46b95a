import { clean } from './fields.ts';
import { placeIn } from './place-of.ts';
import { Collected, type ReportReader } from './reader.ts';
import { runAgain, Unreadable } from './unreadable.ts';
import { utf8Lines } from './utf8.ts';

const summary =
  /^(?:(\d+) files? would be reformatted)?(?:, )?(?:(\d+) files? would be left unchanged)?(?:, )?(?:(\d+) files? would fail to reformat)?\.$/;

/**
 * What `black --check` writes to its error stream: a line for each file, then a summary. Black has no machine format, so the summary's
 * counts are held against the lines: without it, or with another count, the output is not whole.
 */
export const black: ReportReader = {
  standsAlone: true,
  async read(bytes, context) {
    const collected = new Collected();
    let counts: readonly number[] | undefined;
    let failures = 0;
    for await (const line of utf8Lines(bytes)) {
      const [, path] = /^would reformat (.+)$/.exec(line) ?? [];
      const [, broken] = /^error: cannot (?:format|parse):? (.+)$/.exec(line) ?? [];
      const found = line === '' ? undefined : summary.exec(line);
      if (path !== undefined) collected.add(finding('format', 'Black would reformat this file.', path));
      else if (broken !== undefined) {
        failures += 1;
        // `path: reason` up to Black 25, `path:line:column` since.
        const [, file = broken, reason = 'it is no Python that Black knows'] = /^(.*?)(?:: (.*)|:\d+:\d+)$/.exec(broken) ?? [];
        collected.add(finding('cannot-format', `Black cannot format this file: ${clean(reason, 300)}`, file));
      } else if (/^No Python files are present to be formatted/.test(line))
        throw new Unreadable('says that there was no Python file to look at', 'Correct `paths`, or leave `black` out of `tools`.');
      else if (found) counts = found.slice(1).map((count) => Number(count ?? 0));
    }
    if (counts === undefined || counts[0] !== collected.findings.length - failures || counts[2] !== failures)
      throw new Unreadable('has no summary that fits its lines, so it is not whole', runAgain);
    return [{ tool: 'black', findings: collected.findings, notes: [] }];

    function finding(rule: string, message: string, path: string) {
      return { rule, severity: 'high', message, place: placeIn(context, path) } as const;
    }
  },
};
