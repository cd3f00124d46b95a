import { shown } from '../../units/shown.ts';
import type { CanaryHeader } from '../router.ts';
import type { HttpRule, Match, StringMatch } from './shape.ts';

/** A rule without matches matches every request. */
export const matchesOf = ({ match = [] }: HttpRule): readonly Match[] => (match.length === 0 ? [{}] : match);

/** The headers that reach the canary: of each match the one that says it alone, if there is one. */
export const headersOf = (rule: HttpRule): readonly CanaryHeader[] =>
  matchesOf(rule).flatMap(({ headers = {} }) => {
    const [only, ...more] = Object.entries(headers);
    return only === undefined || more.length > 0 || only[1].exact === undefined ? [] : [{ name: only[0], value: only[1].exact }];
  });

/**
 * Whether every request that `match` takes would, with the right headers, be taken by `special`: it asks for nothing that `match`
 * does not ask for, but for one header or more. Of the rules of a VirtualService the first that matches wins.
 */
export function outranks(special: Match, match: Match): boolean {
  const asked = conditionsOf(match);
  const more = conditionsOf(special).filter((condition) => !asked.includes(condition));
  return more.length > 0 && more.every((condition) => condition.startsWith('["headers"'));
}

/** The name of a match says nothing about what it takes. */
const conditionsOf = ({ name: _, headers = {}, ...rest }: Match): readonly string[] => [
  ...Object.entries(rest).map((condition) => JSON.stringify(condition)),
  ...Object.entries(headers).map(([name, value]) => JSON.stringify(['headers', name.toLowerCase(), value])),
];

/** `http rule 2 (uri /api, header x-canary = "true")`, counted from 1 as a person counts. */
export function ruleText(rule: HttpRule, index: number): string {
  const matches = matchesOf(rule).map(matchText).join(' or ');
  const name = rule.name === undefined ? '' : ` \`${rule.name}\``;
  return shown(`http rule ${index + 1}${name} (${matches})`, 300);
}

function matchText({ name: _, uri, headers = {}, port, ...rest }: Match): string {
  const parts = [
    ...(uri === undefined ? [] : [valueText('uri', uri)]),
    ...(port === undefined ? [] : [`port ${port}`]),
    ...Object.entries(headers).map(([header, value]) => `header ${valueText(header, value)}`),
    ...Object.keys(rest).map((field) => `${field} …`),
  ];
  return parts.length === 0 ? 'every request' : parts.join(', ');
}

function valueText(name: string, { exact, prefix, regex }: StringMatch): string {
  if (exact !== undefined) return `${name} = "${exact}"`;
  if (prefix !== undefined) return `${name} under "${prefix}"`;
  return regex === undefined ? `${name} is there` : `${name} like "${regex}"`;
}
