import { manifestOf } from '../../kubernetes/manifest.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { yamlText } from '../../kubernetes/yaml.ts';
import type { Problem } from '../../rollout/problem.ts';
import type { Application } from '../router.ts';
import { namedRules } from '../rules/findings.ts';
import { fittedTo, rulesOf, withRules, yamlWith } from '../rules/form.ts';
import { withWhole } from '../rules/shadow.ts';
import { destinationsFor, form, weightOf } from './form.ts';
import { hostsOf, sideNames } from './host.ts';
import { choice } from './match.ts';
import type { Destination, HttpRule, RouteDestination } from './shape.ts';
import { destinationsOf } from './shape.ts';
import { toStable, withoutSubset } from './without-subset.ts';

/** The rules that go to stable get the canary at weight 0; where there is none, a whole rule is proposed. */
export function unsplit(found: KubernetesObject, app: Application, weights: readonly number[]): Problem {
  // By subsets a rule without one is meant for stable. Only a person says so: it is no part of what `prepare` puts in.
  const isMixed = withoutSubset(found, namedRules(form, rulesOf(form, found), app).all, app).length > 0;
  const route = isMixed ? toStable(found, app) : found;
  const rules = namedRules(form, rulesOf(form, route), app).all;
  const name = `VirtualService ${app.namespace}/${app.route}`;
  const names = sideNames(app);
  const stableRules = rules.filter(({ rule }) => destinationsFor(rule, app, 'stable').length > 0);
  if (stableRules.length > 0) {
    const mended = withRules(
      form,
      route,
      rules.map(({ rule }) => (destinationsFor(rule, app, 'stable').length > 0 ? withCanary(rule, app, weights) : rule)),
    );
    return {
      what: `${name} has no http rule with the canary's destination \`${names.canary}\` beside \`${names.stable}\`: ${stableRules.map(({ text }) => text).join('; ')}.`,
      remedy: 'Put it in at weight 0, in each rule that is to be split. In all of them it reads:',
      yaml: yamlText(manifestOf(mended)),
      ...(isMixed ? {} : { mended }),
    };
  }
  const whole: HttpRule = {
    route: [
      { destination: destinationOf(app, 'stable'), weight: 100 },
      { destination: destinationOf(app, 'canary'), weight: 0 },
    ],
  };
  const all = rules.map(({ rule }) => rule);
  const { taker, rules: mended } = withWhole(all, whole, choice, (rule) => led(rule, whole));
  const otherwise = taker === undefined ? 'add a rule at the end' : 'split the rule that takes every request, behind which none is reached';
  return {
    what: `${name} has no http rule that sends requests to \`${names.stable}\`.`,
    remedy: `Name the route of the service in the input \`route\`, its hosts and subsets in theirs, or ${otherwise}:`,
    yaml: yamlWith(form, route, mended),
  };
}

/** What the proxy answers itself leads nowhere. */
const led = ({ redirect: _, directResponse: __, ...rule }: HttpRule, whole: HttpRule): HttpRule => ({ ...rule, ...whole });

/** A lone destination needs no weight; beside another one it does. */
function withCanary(rule: HttpRule, app: Application, weights: readonly number[]): HttpRule {
  const present = destinationsOf(rule).map(
    (each, _, all): RouteDestination => (all.length === 1 ? { ...each, weight: weightOf(each, all) } : each),
  );
  const added = destinationsFor(rule, app, 'stable')
    .slice(0, 1)
    .map((each): RouteDestination => ({ ...each, destination: { ...each.destination, ...destinationOf(app, 'canary') }, weight: 0 }));
  return fittedTo(form, { ...rule, route: [...present, ...added] }, app, weights);
}

function destinationOf(app: Application, arm: 'stable' | 'canary'): Destination {
  const host = hostsOf(app)[arm];
  return app.subsets === undefined ? { host } : { host, subset: app.subsets[arm] };
}
