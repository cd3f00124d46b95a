import { dayText } from '../../domain/gates/day.ts';
import { placeText } from '../../domain/gates/place.ts';
import { isBlocking, type Judged, type Verdict } from '../../domain/gates/verdict.ts';
import type { Failure } from '../../failure.ts';
import type { Report } from '../flow.ts';
import { code, codeBlock, inert, table } from '../markdown.ts';
import { reportFile } from '../report-file.ts';
import type { GateResult } from './execute.ts';
import type { GatePlan } from './plan.ts';

export const gateOutputNames: readonly string[] = ['outcome', 'reason', 'findings', 'blocking', 'baseline-now', 'report'];

const signs = { passed: '✅', blocked: '⛔', 'not-checked': '❓' } as const;
const mostRows = 200;
const mostInFile = 10_000;

/** Outputs, summary, annotation and report file. The verdict comes first; every finding stays in sight whatever became of it. */
export function reportGate({ action }: GatePlan, { verdict, asked, uploaded, baselineNow }: GateResult): Report {
  const blocking = verdict.judged.filter(isBlocking).length;
  const reason = reasonOf(verdict, blocking, asked);
  const succeeded = verdict.outcome === 'passed';
  const [first] = verdict.unchecked;
  const remedy = first === undefined ? '' : `\n→ ${first.remedy}`;
  return {
    succeeded,
    outputs: {
      outcome: verdict.outcome,
      reason,
      findings: String(verdict.judged.length),
      blocking: String(blocking),
      'baseline-now': baselineNow,
      ...(uploaded === undefined ? {} : { sarif: uploaded.path }),
    },
    summary: summaryOf(action, verdict, reason, uploaded?.said ?? []),
    file: fileOf(action, verdict, reason),
    annotation: succeeded ? undefined : { level: 'error', title: `${action}: ${verdict.outcome}`, text: `${reason}${remedy}` },
  };
}

function reasonOf({ judged, unchecked }: Verdict, blocking: number, asked: readonly string[]): string {
  const rest = unchecked.map(({ tool, why }) => `${tool} gave no answer: ${why}`).join(' ');
  if (blocking > 0) return `${blocking} of ${judged.length} findings block.${rest === '' ? '' : ` ${rest}`}`;
  if (unchecked.length > 0) return rest;
  return `${asked.join(', ')}: ${judged.length === 0 ? 'nothing was found' : `none of ${judged.length} findings blocks`}.`;
}

/** The report when nothing was started. */
export function refusedGate(action: string, failure: Failure): Report {
  const reason = failure.what.split('\n')[0] ?? '';
  return {
    succeeded: false,
    outputs: { outcome: 'not-checked', reason, findings: '', blocking: '', 'baseline-now': '' },
    summary: `## ${signs['not-checked']} ${action}: not-checked\n\n${code(failure.code)} Nothing was run.\n\n${codeBlock(failure.what)}\n\n**What to do:** ${inert(failure.remedy)}\n`,
    file: undefined,
    annotation: { level: 'error', title: failure.code, text: failure.message },
  };
}

function summaryOf(action: string, verdict: Verdict, reason: string, said: readonly string[]): string {
  const { judged, unchecked, idle, fixed, notes, outcome } = verdict;
  const blocking = judged.filter(isBlocking);
  const others = judged.filter((each) => !isBlocking(each));
  return [
    `## ${signs[outcome]} ${action}: ${outcome}`,
    '',
    inert(reason),
    '',
    ...(unchecked.length === 0
      ? []
      : ['### Not checked', '', ...unchecked.map(({ tool, why, remedy }) => `- **${inert(tool)}**: ${inert(why)} ${inert(remedy)}`), '']),
    ...(blocking.length === 0 ? [] : ['### What blocks', '', findingTable(blocking), '']),
    ...folded('Other findings', others.length, others.length === 0 ? '' : findingTable(others)),
    ...folded(
      'Suppressions that mean nothing and can go',
      idle.length,
      idle.map(({ id, owner, expires }) => `- ${code(id)} of ${inert(owner)}, expires ${dayText(expires)}`).join('\n'),
    ),
    ...(fixed === 0 ? [] : [`${fixed} findings of the baseline are gone: write it anew to keep them so.`, '']),
    ...[...notes, ...cutOf(judged), ...said].map((note) => `${inert(note)}\n`),
  ].join('\n');
}

function folded(title: string, count: number, body: string): readonly string[] {
  return count === 0 ? [] : [`<details><summary>${title} (${count})</summary>`, '', body, '', '</details>', ''];
}

function findingTable(judged: readonly Judged[]): string {
  const rows = judged
    .slice(0, mostRows)
    .map(({ tool, finding, standing }) => [
      finding.severity,
      inert(tool),
      code(finding.rule),
      inert(placeText(finding.place)),
      inert(finding.message.slice(0, 300)),
      standingText(standing),
    ]);
  const left = judged.length - rows.length;
  return `${table(['severity', 'tool', 'rule', 'where', 'what', 'standing'], rows)}${left > 0 ? `\n\nAnd ${left} more: see ${reportFile}.` : ''}`;
}

/** What neither summary nor report file has. The counts are of all. */
function cutOf(judged: readonly Judged[]): readonly string[] {
  const left = judged.length - mostInFile;
  return left <= 0
    ? []
    : [
        `The report file has the worst ${mostInFile} of ${judged.length} findings. ${left} are not in it: mend, exclude or suppress what is found most often.`,
      ];
}

function standingText(standing: Judged['standing']): string {
  switch (standing.is) {
    case 'blocks':
      return 'blocks';
    case 'expired':
      return `blocks: suppression of ${inert(standing.by.owner)} expired on ${dayText(standing.by.expires)}`;
    case 'suppressed':
      return `suppressed until ${dayText(standing.by.expires)} by ${inert(standing.by.owner)}: ${inert(standing.by.reason)}`;
    case 'excused':
      return 'excused in the source';
    case 'known':
      return 'known in the baseline';
    case 'below':
      return 'below the threshold';
    case 'unfixed':
      return 'there is no fix yet';
    case 'unchanged':
      return 'on a line that did not change';
  }
}

function fileOf(
  action: string,
  { outcome, judged, unchecked, idle, fixed, notes }: Verdict,
  reason: string,
): Readonly<Record<string, unknown>> {
  return {
    schema: 'wf-deploy/gate-report/v1',
    action,
    outcome,
    reason,
    counts: { findings: judged.length, blocking: judged.filter(isBlocking).length, fixed },
    unchecked,
    findings: judged.slice(0, mostInFile).map(({ tool, finding, standing }) => ({
      tool,
      ...finding,
      standing: standing.is,
      ...('by' in standing
        ? { suppression: { owner: standing.by.owner, reason: standing.by.reason, expires: dayText(standing.by.expires) } }
        : {}),
    })),
    idleSuppressions: idle.map(({ id, owner, expires }) => ({ id, owner, expires: dayText(expires) })),
    notes: [...notes, ...cutOf(judged)],
  };
}
