import { shown } from '../../units/shown.ts';
import type { CanaryHeader } from '../router.ts';
import type { Choice } from '../rules/shadow.ts';
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

/**
 * Which rule of a VirtualService takes a request: the first that matches. A delegate is merged in by Istio rule by rule, and what none of its
 * rules takes goes on to the next.
 */
export const choice: Choice<HttpRule, Match> = {
  matchesOf: (rule) => (rule.delegate === undefined ? matchesOf(rule) : []),
  hides(earlier, later) {
    const asked = conditionsOf(later);
    const { uri: _, ignoreUriCase: __, ...rest } = earlier;
    return isUnder(earlier, later) && conditionsOf(rest).every((condition) => asked.includes(condition));
  },
};

/** Whether each path that `later` takes is one of `earlier`'s. A prefix is one of characters. */
function isUnder(earlier: Match, later: Match): boolean {
  const { uri: wide } = earlier;
  if (wide === undefined || wide.prefix === '/') return true;
  const { uri } = later;
  if (uri === undefined || (later['ignoreUriCase'] === true && earlier['ignoreUriCase'] !== true)) return false;
  const from = uri.exact ?? uri.prefix;
  return JSON.stringify(wide) === JSON.stringify(uri) || (wide.prefix !== undefined && from?.startsWith(wide.prefix) === true);
}

/** The name of a match, and that of its figures, say nothing about what it takes. */
const conditionsOf = ({ name: _, statPrefix: __, headers = {}, ...rest }: Match): readonly string[] => [
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
