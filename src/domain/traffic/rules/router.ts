import type { KubernetesObject } from '../../kubernetes/object.ts';
import { routeIn, routeOf } from '../around/objects.ts';
import type { Acceptance, Application, Inspection, Router } from '../router.ts';
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
  weight: (found, app) =>
    Math.max(
      0,
      ...rulesOf(form, routeIn(form.kind, found, app))
        .filter((rule) => isSplit(form, rule, app))
        .map((rule) => percentOf(form, rule, app)),
    ),
  withWeight(found, app, percent) {
    const route = routeIn(form.kind, found, app);
    const rules = rulesOf(form, route).map((rule) => withPercent(form, rule, app, percent));
    return found.map((object) => (object === route && rules.length > 0 ? withRules(form, route, rules) : object));
  },
  accepted: (found, app) => accepted(routeIn(form.kind, found, app)),
});
