import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Findings, Problem } from '../../rollout/problem.ts';
import type { Application } from '../router.ts';
import { type NamedRule, type RuleForm, yamlWith } from './form.ts';

/** How a kind of route chooses among its rules. */
export interface Choice<Rule, Match> {
  /** What a rule takes. Empty where that cannot be told from the rule alone. */
  matchesOf(rule: Rule): readonly Match[];
  /** Whether every request that `later` takes goes to the rule of `earlier`, where that one stands before it in the list. */
  hides(earlier: Match, later: Match): boolean;
}

/** The rules before it that take each request of a rule. None where some request reaches it. */
export function hidersOf<Rule, Match>(rule: Rule, before: readonly Rule[], { matchesOf, hides }: Choice<Rule, Match>): readonly Rule[] {
  const found = matchesOf(rule).map((match) => before.find((each) => matchesOf(each).some((earlier) => hides(earlier, match))));
  const hiders = found.filter((each) => each !== undefined);
  return hiders.length === found.length ? [...new Set(hiders)] : [];
}

/**
 * The rules with one more that takes every request: at the end, or in the place of one that takes them all already (`taker`), behind which it
 * would not be reached. `led`: what such a rule becomes.
 */
export function withWhole<Rule, Match>(
  rules: readonly Rule[],
  whole: Rule,
  choice: Choice<Rule, Match>,
  led: (taker: Rule) => Rule,
): { readonly rules: readonly Rule[]; readonly taker: Rule | undefined } {
  const [taker] = hidersOf(whole, rules, choice);
  return { taker, rules: taker === undefined ? [...rules, whole] : rules.map((rule) => (rule === taker ? led(rule) : rule)) };
}

/** Splits that no request reaches: a weight there changes nothing. Where another split is reached, the route still carries a canary. */
export function shadowFindings<Rule, Match>(
  form: RuleForm<Rule>,
  route: KubernetesObject,
  { all, splits }: { readonly all: readonly NamedRule<Rule>[]; readonly splits: readonly NamedRule<Rule>[] },
  app: Application,
  choice: Choice<Rule, Match>,
): Findings {
  // One that hides another split splits the same requests.
  const plain = (before: readonly NamedRule<Rule>[]) => before.filter((each) => !splits.includes(each)).map(({ rule }) => rule);
  const by = (split: NamedRule<Rule>) => hidersOf(split.rule, plain(all.slice(0, all.indexOf(split))), choice);
  const hidden = splits.filter((split) => by(split).length > 0);
  if (hidden.length === 0) return { problems: [], warnings: [] };
  const hiders = new Set(hidden.flatMap(by));
  const before = all.filter(({ rule }) => hiders.has(rule));
  const found: Problem = {
    what: `${textOf(hidden)} is reached by no request, so its weights have no effect: ${textOf(before)} stands before it and takes them all.`,
    ...(before.every(({ rule }) => leadsToStable(form, rule, app))
      ? {
          remedy: 'Put the split first; a rule that then gets no request is left out:',
          yaml: yamlWith(form, route, behind(all, before, hidden, choice)),
        }
      : { remedy: 'Put the split in front of it, or have it take fewer requests.' }),
  };
  return hidden.length === splits.length ? { problems: [found], warnings: [] } : { problems: [], warnings: [found] };
}

const textOf = <Rule>(rules: readonly NamedRule<Rule>[]): string => rules.map(({ text }) => text).join('; ');

function leadsToStable<Rule>(form: RuleForm<Rule>, rule: Rule, app: Application): boolean {
  const legs = form.legsOf(rule, app);
  return legs.length > 0 && legs.every(({ arm }) => arm === 'stable');
}

/** The hiders behind the last of the splits that they hid. */
function behind<Rule, Match>(
  all: readonly NamedRule<Rule>[],
  hiders: readonly NamedRule<Rule>[],
  hidden: readonly NamedRule<Rule>[],
  choice: Choice<Rule, Match>,
): readonly Rule[] {
  const splits = hidden.map(({ rule }) => rule);
  const rest = all.filter((each) => !hiders.includes(each)).map(({ rule }) => rule);
  const kept = hiders.map(({ rule }) => rule).filter((rule) => hidersOf(rule, splits, choice).length === 0);
  return rest.flatMap((rule) => (rule === splits.at(-1) ? [rule, ...kept] : [rule]));
}
