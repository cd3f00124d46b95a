import { shown } from '../../units/shown.ts';
import type { CanaryHeader } from '../router.ts';
import type { Choice } from '../rules/shadow.ts';
import type { Match, Rule, ValueMatch } from './shape.ts';

/** A rule without matches matches every request. */
export const matchesOf = ({ matches = [] }: Rule): readonly Match[] => (matches.length === 0 ? [{}] : matches);

/** The headers that reach the canary: of each match the one that says it alone, if there is one. */
export const headersOf = (rule: Rule): readonly CanaryHeader[] =>
  matchesOf(rule)
    .filter(({ headers = [] }) => headers.length === 1)
    .flatMap(({ headers = [] }) => headers.filter(({ type = 'Exact' }) => type === 'Exact').map(({ name, value }) => ({ name, value })));

/**
 * Whether every request that `match` takes would, with the right header, go to `special` instead: the same path, method and
 * query, and more headers. Among rules of one route the Gateway API looks at the path first, then at the method, then at the
 * number of headers.
 */
export function outranks(special: Match, match: Match): boolean {
  const specialHeaders = identities(special.headers, true);
  const headers = identities(match.headers, true);
  return (
    pathText(special) === pathText(match) &&
    special.method === match.method &&
    String(identities(special.queryParams, false)) === String(identities(match.queryParams, false)) &&
    specialHeaders.length > headers.length &&
    headers.every((header) => specialHeaders.includes(header))
  );
}

/**
 * Of two matches of one route the more specific one wins, whatever their order: only where both ask for the same does the first rule of the
 * list win.
 */
export const choice: Choice<Rule, Match> = { matchesOf, hides: isSame };

/** Whether two matches ask for the same, however it is written. */
export function isSame(one: Match, other: Match): boolean {
  return identityOf(one) === identityOf(other);
}

/** Whether `wide` takes every request that `match` takes, as far as that can be told without reading patterns. */
export function takesAll(wide: Match, match: Match): boolean {
  const [{ type = 'PathPrefix', value = '/' }, its] = [wide.path ?? {}, match.path ?? {}];
  const under = its.type !== 'RegularExpression' && `${its.value ?? '/'}/`.startsWith(`${value.replace(/\/$/, '')}/`);
  return (
    (pathText(wide) === pathText(match) || (type === 'PathPrefix' && (value === '/' || under))) &&
    (wide.method === undefined || wide.method === match.method) &&
    identities(wide.headers, true).every((header) => identities(match.headers, true).includes(header)) &&
    identities(wide.queryParams, false).every((query) => identities(match.queryParams, false).includes(query))
  );
}

const identityOf = (match: Match): string =>
  JSON.stringify([pathText(match), match.method, identities(match.headers, true), identities(match.queryParams, false)]);

const identities = (values: readonly ValueMatch[] = [], caseless: boolean): readonly string[] =>
  values.map(({ type = 'Exact', name, value }) => JSON.stringify([type, caseless ? name.toLowerCase() : name, value])).toSorted();

/** `rule 2 (path /api, header x-canary = "true")`, counted from 1 as a person counts. */
export function ruleText(rule: Rule, index: number): string {
  const matches = matchesOf(rule).map(matchText).join(' or ');
  const name = rule.name === undefined ? '' : ` \`${rule.name}\``;
  return shown(`rule ${index + 1}${name} (${matches})`, 300);
}

const matchText = (match: Match): string =>
  [
    pathText(match),
    ...(match.method === undefined ? [] : [match.method]),
    ...(match.headers ?? []).map((header) => `header ${valueText(header)}`),
    ...(match.queryParams ?? []).map((query) => `query ${valueText(query)}`),
  ].join(', ');

function pathText({ path }: Match): string {
  const { type = 'PathPrefix', value = '/' } = path ?? {};
  if (type === 'PathPrefix') return value === '/' ? 'every path' : `paths under ${value}`;
  return type === 'Exact' ? `path ${value}` : `paths like ${value}`;
}

const valueText = ({ type = 'Exact', name, value }: ValueMatch): string => `${name} ${type === 'Exact' ? '=' : 'like'} "${value}"`;
