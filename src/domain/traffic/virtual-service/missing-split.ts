import type { KubernetesObject } from '../../kubernetes/object.ts';
import { yamlText } from '../../kubernetes/yaml.ts';
import type { Problem } from '../../rollout/problem.ts';
import type { Application } from '../router.ts';
import { hostsOf, sideNames } from './host.ts';
import type { Destination, HttpRule, RouteDestination } from './shape.ts';
import { destinationsOf, rulesOf, specOf } from './shape.ts';
import { destinationsFor, weightOf } from './split.ts';
import { fittedTo } from './weighed.ts';

/** The rules that go to stable get the canary at weight 0; where there is none, a whole rule is proposed. */
export function unsplit(
  route: KubernetesObject,
  name: string,
  app: Application,
  rules: readonly { readonly rule: HttpRule; readonly text: string }[],
  weights: readonly number[],
): Problem {
  const names = sideNames(app);
  const stableRules = rules.filter(({ rule }) => destinationsFor(rule, app, 'stable').length > 0);
  if (stableRules.length > 0) {
    return {
      what: `${name} has no http rule with the canary's destination \`${names.canary}\` beside \`${names.stable}\`: ${stableRules.map(({ text }) => text).join('; ')}.`,
      remedy: 'Put it in at weight 0, in each rule that is to be split. The rule then reads:',
      yaml: yamlText(stableRules.map(({ rule }) => withCanary(rule, app, weights))),
      mended: {
        ...route,
        spec: {
          ...specOf(route),
          http: rulesOf(route).map((rule) => (destinationsFor(rule, app, 'stable').length > 0 ? withCanary(rule, app, weights) : rule)),
        },
      },
    };
  }
  return {
    what: `${name} has no http rule that sends requests to \`${names.stable}\`.`,
    remedy: 'Name the route of the service in the input `route`, its hosts and subsets in theirs, or add a rule at the end of spec.http:',
    yaml: yamlText([
      {
        route: [
          { destination: destinationOf(app, 'stable'), weight: 100 },
          { destination: destinationOf(app, 'canary'), weight: 0 },
        ],
      },
    ]),
  };
}

/** A lone destination needs no weight; beside another one it does. */
function withCanary(rule: HttpRule, app: Application, weights: readonly number[]): HttpRule {
  const present = destinationsOf(rule).map(
    (each, _, all): RouteDestination => (all.length === 1 ? { ...each, weight: weightOf(each, all) } : each),
  );
  const added = destinationsFor(rule, app, 'stable')
    .slice(0, 1)
    .map((each): RouteDestination => ({ ...each, destination: { ...each.destination, ...destinationOf(app, 'canary') }, weight: 0 }));
  const mended = { ...rule, route: [...present, ...added] };
  return fittedTo(mended, app, weights) ?? mended;
}

function destinationOf(app: Application, arm: 'stable' | 'canary'): Destination {
  const host = hostsOf(app)[arm];
  return app.subsets === undefined ? { host } : { host, subset: app.subsets[arm] };
}
