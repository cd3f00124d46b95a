import { type Parsed, parsed, refused } from '../units/parsed.ts';
import type { LabelSelector, Requirement } from './labels.ts';

const remedy = 'Write labels as kubectl takes them, such as `workload=application,gpu!=true`.';
const key = String.raw`(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?`;
const value = String.raw`(?:[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?)?`;
const equal = new RegExp(`^(${key})\\s*(==?|!=)\\s*(${value})$`);
const among = new RegExp(String.raw`^(${key})\s+(in|notin)\s+\(([^()]*)\)$`);
const present = new RegExp(`^(!?)(${key})$`);

/** A label selector as kubectl takes it with `-l`. */
export function parseLabelSelector(text: string): Parsed<LabelSelector> {
  // A comma inside of brackets is not one between two requirements.
  const parts = text.split(/,(?![^()]*\))/).map((part) => part.trim());
  const requirements: Requirement[] = [];
  for (const part of parts) {
    const requirement = requirementOf(part);
    if (requirement === undefined) return refused('is not a label selector', remedy);
    requirements.push(requirement);
  }
  return parsed({ matchExpressions: requirements });
}

function requirementOf(part: string): Requirement | undefined {
  const [, equalKey, sign, equalValue = ''] = equal.exec(part) ?? [];
  if (equalKey !== undefined) return { key: equalKey, operator: sign === '!=' ? 'NotIn' : 'In', values: [equalValue] };
  const [, amongKey, word, list = ''] = among.exec(part) ?? [];
  if (amongKey !== undefined) {
    const values = list.split(',').map((each) => each.trim());
    return values.every((each) => new RegExp(`^${value}$`).test(each))
      ? { key: amongKey, operator: word === 'in' ? 'In' : 'NotIn', values }
      : undefined;
  }
  const [, not, presentKey] = present.exec(part) ?? [];
  return presentKey === undefined ? undefined : { key: presentKey, operator: not === '!' ? 'DoesNotExist' : 'Exists' };
}
