import type * as z from 'zod';
import { shown } from '../../domain/units/shown.ts';

/** Where in the file something is wrong. */
export const pathText = (path: readonly PropertyKey[]): string => shown(path.map(String).join('.'), 120) || 'it';

/** What is wrong there. */
export function saidOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union')
    return `is none of \`{ skip: why }\`, \`{ job: file }\` and \`{ image, command: [program, argument] }\`${unionDetails(issue.errors)}`;
  if (issue.code === 'unrecognized_keys') return `has the unknown field ${issue.keys.map((key) => `\`${shown(key, 60)}\``).join(', ')}`;
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'is missing, or of another type than it has to be';
  return shown(issue.message, 300);
}

/** Of the form that was meant: the one that has nothing unknown in it. */
function unionDetails(errors: readonly (readonly z.core.$ZodIssue[])[]): string {
  const meant = errors.find(
    (issues) => issues.length > 0 && issues.every(({ code, path }) => code !== 'unrecognized_keys' && path.length > 0),
  );
  if (meant === undefined || meant.every(({ code }) => code === 'invalid_type')) return '';
  return `: ${meant.map((issue) => `\`${pathText(issue.path)}\` ${shown(issue.message, 200)}`).join(', ')}`;
}
