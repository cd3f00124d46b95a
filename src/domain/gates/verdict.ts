import type { Baseline } from './baseline.ts';
import { type ChangedLines, isChanged } from './changed-lines.ts';
import type { Day } from './day.ts';
import type { Finding, ToolReport } from './finding.ts';
import { type Identity, identityKey, identityOf } from './identity.ts';
import { bySeverity, type Grade, reaches } from './severity.ts';
import { means, type Suppression } from './suppression.ts';

/** Why a finding blocks or does not. */
export type Standing =
  | { readonly is: 'blocks' }
  /** The promise has run out: it blocks whatever its severity, and whatever else would excuse it. */
  | { readonly is: 'expired'; readonly by: Suppression }
  | { readonly is: 'suppressed'; readonly by: Suppression }
  | { readonly is: 'excused' }
  | { readonly is: 'known' }
  | { readonly is: 'below' }
  | { readonly is: 'unfixed' }
  | { readonly is: 'unchanged' };

export interface Judged {
  readonly tool: string;
  readonly finding: Finding;
  readonly standing: Standing;
}

/** A report that gives no answer. It blocks: what was not checked has not passed. */
export interface Unchecked {
  readonly tool: string;
  readonly why: string;
  readonly remedy: string;
}

export interface Policy {
  /** From which severity on a finding of this tool blocks. */
  readonly threshold: (tool: string) => Grade;
  readonly suppressions: readonly Suppression[];
  readonly baseline: Baseline;
  readonly ignoreUnfixed: boolean;
  /** `undefined`: every line counts. */
  readonly changes: ChangedLines | undefined;
  readonly today: Day;
}

/** What a gate says, apart from what it shows: every finding stays in it, whatever became of it. */
export interface Verdict {
  readonly outcome: 'passed' | 'blocked' | 'not-checked';
  /** The worst first. */
  readonly judged: readonly Judged[];
  readonly unchecked: readonly Unchecked[];
  /** Suppressions that mean no finding: they can go. */
  readonly idle: readonly Suppression[];
  /** So many findings of the baseline are gone. */
  readonly fixed: number;
  readonly notes: readonly string[];
}

export const isBlocking = ({ standing }: Judged): boolean => standing.is === 'blocks' || standing.is === 'expired';

/** Without any report nothing was checked. */
export function judge(reports: readonly ToolReport[], policy: Policy): Verdict {
  const left = new Map([...policy.baseline].map(([key, { count }]) => [key, count]));
  const judged = reports
    .flatMap(({ tool, findings }) => findings.map((finding) => ({ tool, finding })))
    .map(({ tool, finding }) => ({ tool, finding, standing: standingOf(tool, finding, policy, take(left, identityOf(tool, finding))) }));
  const unchecked = reports.filter((report) => report.state === 'unusable').map(({ tool, why, remedy }) => ({ tool, why, remedy }));
  if (reports.length === 0)
    unchecked.push({ tool: 'wf-deploy', why: 'No tool ran and no report was given.', remedy: 'Name at least one.' });
  const used = new Set(judged.flatMap(({ tool, finding }) => policy.suppressions.filter((each) => means(each, tool, finding))));
  return {
    outcome: judged.some(isBlocking) ? 'blocked' : unchecked.length > 0 ? 'not-checked' : 'passed',
    judged: judged.sort((one, other) => worstFirst(one, other)),
    unchecked,
    idle: policy.suppressions.filter((each) => !used.has(each)),
    fixed: [...left.values()].reduce((sum, count) => sum + count, 0),
    notes: reports.flatMap((report) => (report.state === 'read' ? report.notes.map((note) => `${report.tool}: ${note}`) : [])),
  };
}

function standingOf(tool: string, finding: Finding, policy: Policy, isKnown: boolean): Standing {
  const meant = policy.suppressions.filter((each) => means(each, tool, finding));
  const holding = meant.find(({ expires }) => policy.today <= expires);
  if (holding !== undefined) return { is: 'suppressed', by: holding };
  const [expired] = meant;
  if (expired !== undefined) return { is: 'expired', by: expired };
  if (finding.excused === true) return { is: 'excused' };
  if (isKnown) return { is: 'known' };
  if (!reaches(finding.severity, policy.threshold(tool))) return { is: 'below' };
  if (policy.ignoreUnfixed && finding.dependency?.fix === 'none') return { is: 'unfixed' };
  if (policy.changes !== undefined && !isChanged(policy.changes, finding.place)) return { is: 'unchanged' };
  return { is: 'blocks' };
}

/** Each finding uses up one of its kind: a third one is new where the baseline has two. */
function take(left: Map<string, number>, identity: Identity): boolean {
  const key = identityKey(identity);
  const count = left.get(key) ?? 0;
  if (count > 0) left.set(key, count - 1);
  return count > 0;
}

function worstFirst(one: Judged, other: Judged): number {
  const blocking = Number(isBlocking(other)) - Number(isBlocking(one));
  return blocking || bySeverity(one.finding.severity, other.finding.severity);
}
