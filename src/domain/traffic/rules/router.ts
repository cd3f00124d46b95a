import type { KubernetesObject } from '../../kubernetes/object.ts';
import { routeIn, routeOf } from '../around/objects.ts';
import type { Acceptance, Application, Inspection, Router } from '../router.ts';
import { highestShare, type RuleShares } from '../weights/rule-shares.ts';
import { isSplit, percentOf, type RuleForm, rulesOf, withPercent, withRules } from './form.ts';

/** What is different from one kind of route to the other, beside the form of its rules. */
interface RulePart extends Pick<Router, 'name' | 'defaultRoute' | 'context' | 'canaryLabels'> {
  inspect(
    route: KubernetesObject | undefined,
    app: Application,
    weights: readonly number[],
    around: readonly KubernetesObject[],
  ): Inspection;
  accepted(route: KubernetesObject): Acceptance;
}

/** The router of a route that is one object with rules, each with the weights of its destinations. */
export const ruleRouter = <Rule>(form: RuleForm<Rule>, { inspect, accepted, ...part }: RulePart): Router => ({
  ...part,
  kinds: [form.kind],
  weights: { jq: `.spec.${form.field}[]?.${form.destinations}[]?.weight`, pointer: `/spec/${form.field}` },
  objects: ({ namespace, route }) => [{ kind: form.kind, namespace, name: route }],
  inspect: (found, app, weights, around = []) => inspect(routeOf(form.kind, found, app), app, weights, around),
  canaryPorts(found, app) {
    const route = routeOf(form.kind, found, app);
    const splits = route === undefined ? [] : rulesOf(form, route).filter((rule) => isSplit(form, rule, app));
    return [...new Set(splits.flatMap((rule) => form.canaryPortsOf(rule, app)))];
  },
  ruleShares: (found, app) => sharesOf(form, rulesOf(form, routeIn(form.kind, found, app)), app),
  weight: (found, app) => highestShare(sharesOf(form, rulesOf(form, routeIn(form.kind, found, app)), app)),
  withWeight(found, app, percent) {
    const route = routeIn(form.kind, found, app);
    const rules = rulesOf(form, route).map((rule) => withPercent(form, rule, app, percent));
    return found.map((object) => (object === route && rules.length > 0 ? withRules(form, route, rules) : object));
  },
  accepted: (found, app) => accepted(routeIn(form.kind, found, app)),
});

const sharesOf = <Rule>(form: RuleForm<Rule>, rules: readonly Rule[], app: Application): RuleShares => ({
  shares: rules.filter((rule) => isSplit(form, rule, app)).map((rule) => percentOf(form, rule, app)),
  fixed: rules.filter((rule) => isFixed(form, rule, app)).length,
});

const isFixed = <Rule>(form: RuleForm<Rule>, rule: Rule, app: Application): boolean =>
  !isSplit(form, rule, app) &&
  !form.asksForHeaders(rule) &&
  form.legsOf(rule, app).some(({ arm, weight }) => arm === 'canary' && weight > 0);
