import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Problem } from '../../rollout/problem.ts';
import type { Application } from '../router.ts';
import { roundedPercent } from '../weights/split.ts';
import { isSplit, type NamedRule, percentOf, type RuleForm, yamlWith } from './form.ts';

export function namedRules<Rule>(form: RuleForm<Rule>, rules: readonly Rule[], app: Application) {
  const all = rules.map((rule, index) => ({ rule, text: form.text(rule, index) }));
  const splits = all.filter(({ rule }) => isSplit(form, rule, app));
  const others = all.filter((named) => !splits.includes(named));
  return { all, splits, others, headerRoutes: others.filter(({ rule }) => isHeaderRoute(form, rule, app)) };
}

/** Whether a rule sends all it gets to the canary, and gets only requests with certain headers. */
export const isHeaderRoute = <Rule>(form: RuleForm<Rule>, rule: Rule, app: Application): boolean =>
  sendsOnlyToCanary(form, rule, app) && form.asksForHeaders(rule);

function sendsOnlyToCanary<Rule>(form: RuleForm<Rule>, rule: Rule, app: Application): boolean {
  const carrying = form.legsOf(rule, app).filter(({ weight }) => weight > 0);
  return carrying.length > 0 && carrying.every(({ arm }) => arm === 'canary');
}

export const notThere = ({ kind: { kind } }: Pick<RuleForm<never>, 'kind'>, { namespace, route }: Application): Problem => ({
  what: `${kind} ${namespace}/${route} is not there.`,
  remedy: `Create it, or name the ${kind} of the service in the input \`route\`. Check \`router\`, and that the kind is installed in the cluster.`,
});

/** Traffic that reaches the canary whatever its weight is, without anyone having asked for it with a header. */
export const bypasses = <Rule>(form: RuleForm<Rule>, others: readonly NamedRule<Rule>[], app: Application): readonly Problem[] =>
  others
    .filter(({ rule }) => sendsOnlyToCanary(form, rule, app) && !form.asksForHeaders(rule))
    .map(({ text }) => ({
      what: `${text} sends everything to the canary \`${form.sides(app).canary}\`, whatever its weight is, and not only what asks for it with a header. No rollout and no rollback changes that.`,
      remedy: `Add the stable ${form.target} to the rule, or a header match, if these requests are not meant to depend on the canary.`,
    }));

/** A header that leads to the canary by the weights of its rule: they are set with all others, and to 0 at rest. */
export function headerSplits<Rule>(
  form: RuleForm<Rule>,
  route: KubernetesObject,
  { all, splits }: Pick<ReturnType<typeof namedRules<Rule>>, 'all' | 'splits'>,
  app: Application,
): readonly Problem[] {
  const toStable = ({ rule }: NamedRule<Rule>) => form.legsOf(rule, app).some(({ arm, weight }) => arm === 'stable' && weight > 0);
  // While all weights stand at 100, in the middle of a rollout, none of them tells what it is meant for.
  const found = splits.filter(({ rule }) => form.asksForHeaders(rule) && percentOf(form, rule, app) === 100 && all.some(toStable));
  return found.map(({ rule: itself, text }) => ({
    what: `${text} asks for a header and sends to the canary alone, but has \`${form.sides(app).stable}\` at weight 0 beside it: so it counts as split, its weight follows the stages, and afterwards its header leads to stable.`,
    remedy: 'Take stable out of it, if its header is to lead to the canary at every weight:',
    yaml: yamlWith(
      form,
      route,
      all.map(({ rule }) => (rule === itself ? withoutStable(form, rule, app) : rule)),
    ),
  }));
}

function withoutStable<Rule>(form: RuleForm<Rule>, rule: Rule, app: Application): Rule {
  const legs = form.legsOf(rule, app);
  const destinations = (rule as Readonly<Record<string, readonly unknown[]>>)[form.destinations] ?? [];
  return { ...rule, [form.destinations]: destinations.filter((_, index) => legs[index]?.arm !== 'stable') };
}

export const mirrors = <Rule>(form: RuleForm<Rule>, all: readonly NamedRule<Rule>[], app: Application): readonly Problem[] =>
  all
    .filter(({ rule }) => form.mirrorsToCanary(rule, app))
    .map(({ text }) => ({
      what: `${text} mirrors requests to the canary \`${form.sides(app).canary}\` at every weight. They count in its metrics, and its answers to them reach nobody.`,
      remedy: 'Leave mirrored requests out of the queries of the criteria, or take the mirror out.',
    }));

export const splitTexts = <Rule>(form: RuleForm<Rule>, splits: readonly NamedRule<Rule>[], app: Application): readonly string[] =>
  splits.map(
    ({ rule, text }) =>
      `${text} is split: the canary \`${form.sides(app).canary}\` has ${roundedPercent(percentOf(form, rule, app))} % now`,
  );

/** Why a rule that is not split is left alone. */
export function purpose<Rule>(form: RuleForm<Rule>, rule: Rule, app: Application): string {
  if (isHeaderRoute(form, rule, app)) return 'it is a header route to the canary';
  if (sendsOnlyToCanary(form, rule, app)) return 'it goes to the canary only';
  const arms = form.legsOf(rule, app).map(({ arm }) => arm);
  const { stable } = form.sides(app);
  if (arms.includes('canary')) return `it names the canary at weight 0 and no ${form.target} of stable beside it`;
  return arms.includes('stable')
    ? `it goes to \`${stable}\` and not to the canary, so it gets the new version with the promotion`
    : 'it goes elsewhere';
}
