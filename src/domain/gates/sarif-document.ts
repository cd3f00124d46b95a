import type { Finding } from './finding.ts';
import { identityKey, identityOf } from './identity.ts';
import type { Severity } from './severity.ts';
import type { Judged } from './verdict.ts';

/** Of those that GitHub shows in one run. https://docs.github.com/code-security/reference/code-scanning/sarif-support-for-code-scanning */
const mostResults = 5000;
/** Runs that GitHub takes in one file. */
const mostRuns = 20;

export interface SarifDocument {
  readonly sarif: Readonly<Record<string, unknown>>;
  readonly results: number;
  /** Why findings are not in it, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * What was found as SARIF 2.1.0, a run for each tool, the worst first. What somebody suppressed or the source excuses is left out: code scanning takes no notice
 * of SARIF's suppressions and would open it. @param asked names of the tools that gave an answer: one that found nothing closes what it had found.
 */
export function sarifDocument(
  judged: readonly Judged[],
  asked: readonly string[],
  action: string,
  digest: (text: string) => string,
): SarifDocument {
  const open = judged.filter(({ standing }) => standing.is !== 'suppressed' && standing.is !== 'excused');
  const placed = open.filter(({ finding }) => finding.place.in === 'file');
  const tools = [...new Set([...asked, ...placed.map(({ tool }) => tool)])].toSorted();
  const runs = tools
    .slice(0, mostRuns)
    .map((tool) => runOf(tool, placed.filter((each) => each.tool === tool).slice(0, mostResults), action, digest));
  const results = runs.reduce((sum, { results: some }) => sum + some.length, 0);
  const homeless = open.length - placed.length;
  const cut = placed.length - results;
  return {
    sarif: { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs },
    results,
    notes: [
      ...(homeless === 0 ? [] : [`${homeless} findings without a file of the repository are not in code scanning.`]),
      ...(cut === 0 ? [] : [`${cut} findings are more than code scanning takes, and are left out; the worst are in it.`]),
    ],
  };
}

function runOf(tool: string, judged: readonly Judged[], action: string, digest: (text: string) => string) {
  const rules = [...new Map(judged.map(({ finding }) => [ruleId(finding), finding])).values()];
  const seen = new Map<string, number>();
  return {
    tool: { driver: { name: tool, rules: rules.map(ruleOf) } },
    // Two runs of one tool have to be of different categories.
    automationDetails: { id: `wf-deploy/${action}/${tool}/` },
    results: judged.map(({ finding }) => {
      const key = digest(identityKey(identityOf(tool, finding))).slice(0, 16);
      const count = (seen.get(key) ?? 0) + 1;
      seen.set(key, count);
      return resultOf(finding, `${key}:${count}`);
    }),
  };
}

const ruleId = ({ rule }: Finding): string => (rule === '' ? 'finding' : rule);

const ruleOf = (finding: Finding) => ({
  id: ruleId(finding),
  shortDescription: { text: ruleId(finding) },
  ...(finding.help === undefined ? {} : { helpUri: finding.help }),
  properties: { 'security-severity': scores[finding.severity], tags: ['security'] },
});

/** As GitHub reads them: from 9 critical, from 7 high, from 4 medium, above 0 low. What is not known weighs as much as high. */
const scores: Readonly<Record<Severity, string>> = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.0', info: '0.0', unknown: '8.0' };
const levels: Readonly<Record<Severity, string>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
  unknown: 'error',
};

function resultOf(finding: Finding, fingerprint: string) {
  const { place, message, severity } = finding;
  const { path = '', line = 1, column, endLine } = place.in === 'file' ? place : {};
  const region = {
    startLine: line,
    ...(column === undefined ? {} : { startColumn: column }),
    ...(endLine === undefined ? {} : { endLine }),
  };
  return {
    ruleId: ruleId(finding),
    level: levels[severity],
    message: { text: message === '' ? ruleId(finding) : message },
    locations: [{ physicalLocation: { artifactLocation: { uri: path.split('/').map(encodeURIComponent).join('/') }, region } }],
    partialFingerprints: { primaryLocationLineHash: fingerprint },
  };
}
