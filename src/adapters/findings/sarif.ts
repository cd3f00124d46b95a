import { clean, needList, needObject, textOf } from './fields.ts';
import { type Json, readJson } from './json.ts';
import { Collected, type ReportReader } from './reader.ts';
import { accountOf } from './sarif-invocations.ts';
import { type RawResult, rawResult } from './sarif-result.ts';
import { runOf } from './sarif-run.ts';
import { Unreadable } from './unreadable.ts';

const result = 'runs.*.results.*';
const texts = ['help', 'fullDescription', 'relationships'];
const skip = [
  ...[
    'codeFlows',
    'threadFlows',
    'graphs',
    'graphTraversals',
    'stacks',
    'relatedLocations',
    'fixes',
    'attachments',
    'webRequest',
    'webResponse',
    'conversionProvenance',
    'partialFingerprints',
    'fingerprints',
    'taxa',
    'provenance',
  ].map((field) => `${result}.${field}`),
  ...[
    'logicalLocations',
    'threadFlowLocations',
    'graphs',
    'webRequests',
    'webResponses',
    'addresses',
    'taxonomies',
    'translations',
    'policies',
    'conversion',
    'versionControlProvenance',
  ].map((field) => `runs.*.${field}`),
  ...['contents', 'hashes', 'properties', 'roles'].map((field) => `runs.*.artifacts.*.${field}`),
  ...texts.flatMap((field) => [`runs.*.tool.driver.rules.*.${field}`, `runs.*.tool.extensions.*.rules.*.${field}`]),
  'runs.*.tool.driver.taxa',
];

/**
 * SARIF 2.1.0 (OASIS). Each run is a report of its own. A run without `results` did not scan, and one whose invocation failed counts for
 * nothing: both are not "no findings".
 */
export const sarif: ReportReader = {
  standsAlone: true,
  async read(bytes, context) {
    const results = new Map<string, RawResult[]>();
    const bound = new Collected();
    const document = needObject(
      await readJson(bytes, { items: [result], skip }, (item: Json, [, run = '']) => {
        const raw = rawResult(needObject(item, 'result'));
        if (raw === undefined) return;
        bound.add({ rule: '', severity: 'unknown', message: '', place: { in: 'nothing' } });
        const list = results.get(run) ?? [];
        results.set(run, list);
        list.push(raw);
      }),
      'document',
    );
    if (document['version'] !== '2.1.0')
      throw new Unreadable(
        `is no SARIF 2.1.0: its version is ${clean(document['version'], 40) || 'missing'}`,
        'Let the tool write SARIF 2.1.0.',
      );
    if (document['inlineExternalProperties'] !== undefined)
      throw new Unreadable('keeps parts of its runs beside them (`inlineExternalProperties`)', 'Let the tool write them into its runs.');
    const runs = needList(document['runs'], '`runs`');
    if (runs.length === 0) throw new Unreadable('has no run, so no tool ran', 'Run the tool again.');
    return runs.map((each, index) => {
      const run = needObject(each, 'run');
      const name = clean(textOf(needObject(needObject(run['tool'], '`tool`')['driver'], '`driver`')['name']), 60);
      if (name === '') throw new Unreadable('has a run whose tool has no name', 'Let the tool write SARIF 2.1.0.');
      const { findings, notes } = runOf(run, results.get(String(index)) ?? [], context);
      const account = accountOf(run, name);
      return { tool: name, findings, ...account, notes: [...notes, ...account.notes] };
    });
  },
};
