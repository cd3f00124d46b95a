import { type Parsed, parsed, refused } from '../units/parsed.ts';

/** How bad a finding is, the worst first. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Grade = (typeof severities)[number];
/** `unknown`: the tool gave none, or one that is not known. It weighs as much as `high`. */
export type Severity = Grade | 'unknown';

const rank = (severity: Severity): number => severities.indexOf(severity === 'unknown' ? 'high' : severity);

/** Whether a finding of this severity is at least as bad as the threshold. */
export const reaches = (severity: Severity, threshold: Grade): boolean => rank(severity) <= rank(threshold);

/** For sorting: the worst first, and what is not known before what is known to be as bad. */
export const bySeverity = (one: Severity, other: Severity): number =>
  rank(one) - rank(other) || Number(other === 'unknown') - Number(one === 'unknown');

/** One of `severities`, in any case. */
export function parseGrade(text: string): Parsed<Grade> {
  const found = severities.find((severity) => severity === text.toLowerCase());
  return found === undefined
    ? refused('is no severity', `Write one of ${severities.map((severity) => `\`${severity}\``).join(', ')}.`)
    : parsed(found);
}
