import type { Dependency, Finding } from '../../domain/gates/finding.ts';
import type { Region } from '../../domain/gates/place.ts';
import type { Severity } from '../../domain/gates/severity.ts';
import { clean, helpOf, limits, listOf, needObject, numberOf, objectOf, textOf } from './fields.ts';
import { type Json, type JsonObject, readJson } from './json.ts';
import { placeIn } from './place-of.ts';
import { Collected, type ReadContext, type ReportReader } from './reader.ts';
import { Unreadable } from './unreadable.ts';

const severities: Readonly<Record<string, Severity>> = { CRITICAL: 'critical', HIGH: 'high', MEDIUM: 'medium', LOW: 'low' };
const kinds = ['Vulnerabilities', 'Misconfigurations', 'Secrets', 'Licenses'] as const;
const bulk = [
  'Description',
  'References',
  'CVSS',
  'VendorSeverity',
  'VendorIDs',
  'CweIDs',
  'DataSource',
  'Layer',
  'Traces',
  'Code',
  'Match',
];
const skip = ['Results.*.Packages', 'Metadata', ...kinds.flatMap((kind) => bulk.map((field) => `Results.*.${kind}.*.${field}`))];

/**
 * `trivy … --format json`, schema version 2. A result without a list is a target that is clean; no result at all means that Trivy found
 * nothing it can scan, which is no scan.
 */
export const trivy: ReportReader = {
  standsAlone: true,
  async read(bytes, context) {
    const collected = new Collected();
    let targets = 0;
    const document = await readJson(bytes, { items: ['Results.*'], skip }, (item) => {
      targets += 1;
      take(needObject(item, 'result'), collected, context);
    });
    if (listOf(document) !== undefined) throw new Unreadable('is of a Trivy older than 0.20', 'Use a newer Trivy.');
    const report = needObject(document, 'document');
    if (report['SchemaVersion'] !== 2) throw new Unreadable('has no `SchemaVersion` 2', 'Use a Trivy that writes it (0.20 and newer).');
    if (report['Results'] !== undefined && report['Results'] !== null && listOf(report['Results']) === undefined)
      throw new Unreadable('has `Results` that are no list', 'Run Trivy again.');
    return [{ tool: 'trivy', findings: collected.findings, notes: [], ...(targets > 0 ? {} : { failed: nothingScanned }) }];
  },
};

const nothingScanned = {
  why: 'Trivy found nothing that it can scan: the report has no result.',
  remedy: 'Commit a lock file or list of requirements, correct `paths`, or leave `trivy` out of `tools`.',
};

function take(result: JsonObject, collected: Collected, context: ReadContext): void {
  const target = targetOf(result);
  let failures = 0;
  for (const kind of kinds) {
    const list = result[kind];
    if (list === undefined || list === null) continue;
    const items = listOf(list);
    if (items === undefined) throw new Unreadable(`has \`${kind}\` that are no list`, 'Run Trivy again.');
    for (const each of items) {
      const item = needObject(each, 'finding');
      // Checks that were met are listed too, where Trivy is asked for them.
      if (kind === 'Misconfigurations' && item['Status'] === 'PASS') continue;
      if (kind === 'Misconfigurations' && item['Status'] !== 'EXCEPTION') failures += 1;
      collected.add(finding(kind, item, target, context));
    }
  }
  const counted = failuresCounted(result['MisconfSummary']);
  if (counted > failures)
    throw new Unreadable(
      `counts ${counted} failed checks of ${clean(target, 200) || 'a target'} and lists ${failures}`,
      'Run Trivy again.',
    );
}

/** Only what names a target and its class was scanned. A list under another spelling of its key would be a list that nobody reads. */
function targetOf(result: JsonObject): string {
  const known = [...kinds, 'MisconfSummary', 'Target', 'Class'];
  for (const key of Object.keys(result)) {
    const like = known.find((each) => each !== key && each.toLowerCase() === key.toLowerCase());
    if (like !== undefined) throw new Unreadable(`has \`${clean(key, 40)}\` where Trivy writes \`${like}\``, 'Run Trivy again.');
  }
  const target = textOf(result['Target']);
  if (target === undefined || (textOf(result['Class']) ?? '') === '')
    throw new Unreadable('has a result without `Target` or `Class`, so nobody knows what was scanned', 'Run Trivy again.');
  return target;
}

/** Trivy's own count is made after its severities, ignore file and policies, as the list is. */
function failuresCounted(summary: Json | undefined): number {
  if (summary === undefined || summary === null) return 0;
  const failures = numberOf(objectOf(summary)?.['Failures']);
  if (failures === undefined) throw new Unreadable('has a `MisconfSummary` without a number of `Failures`', 'Run Trivy again.');
  return failures;
}

function finding(kind: (typeof kinds)[number], item: JsonObject, target: string, context: ReadContext): Finding {
  const rule = item['VulnerabilityID'] ?? item['ID'] ?? item['AVDID'] ?? item['RuleID'] ?? item['Name'];
  const help = helpOf(item['PrimaryURL'] ?? item['Link']);
  const dependency = kind === 'Vulnerabilities' ? dependencyOf(item) : undefined;
  const path = textOf(item['FilePath']) ?? textOf(item['PkgPath']);
  return {
    rule: clean(rule, limits.rule),
    severity: severityOf(textOf(item['Severity']) ?? ''),
    message: messageOf(item, dependency),
    place: placeIn(context, path === undefined || path === '' ? target : path, regionOf(item)),
    ...(dependency === undefined ? {} : { dependency }),
    ...(help === undefined ? {} : { help }),
    ...(kind === 'Misconfigurations' && item['Status'] === 'EXCEPTION' ? { excused: true } : {}),
  };
}

function regionOf(item: JsonObject): Region {
  const cause = objectOf(item['CauseMetadata']) ?? item;
  return { line: numberOf(cause['StartLine']), endLine: numberOf(cause['EndLine']) };
}

function dependencyOf(item: JsonObject): Dependency {
  const fixedIn = clean(item['FixedVersion'], limits.version);
  // Trivy leaves the field out where there is no fix; a status that says otherwise is believed.
  const fix = fixedIn !== '' ? { in: fixedIn } : item['Status'] === 'fixed' ? 'unknown' : 'none';
  return { name: clean(item['PkgName'], limits.rule), version: clean(item['InstalledVersion'], limits.version), fix };
}

function messageOf(item: JsonObject, dependency: Dependency | undefined): string {
  const title = clean(item['Title'] ?? item['Message'] ?? item['Category'], limits.message);
  if (dependency === undefined) return title;
  const { name, version, fix } = dependency;
  return `${name} ${version}: ${title === '' ? 'a known vulnerability' : title}${typeof fix === 'object' ? ` (mended in ${fix.in})` : ''}`;
}

const severityOf = (name: string): Severity => (Object.hasOwn(severities, name) ? (severities[name] ?? 'unknown') : 'unknown');
