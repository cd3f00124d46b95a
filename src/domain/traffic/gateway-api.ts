import { HTTPRoute } from '../kubernetes/kinds.ts';
import { labelsOfCanaryService } from './around/objects.ts';
import { acceptanceOf } from './httproute/acceptance.ts';
import { inspectRoute } from './httproute/inspection.ts';
import { isRouteOf, routeIn, routeSpec, rulesOf } from './httproute/shape.ts';
import { isSplit, percentOf, withPercent } from './httproute/split.ts';
import type { Router } from './router.ts';

/** The Kubernetes Gateway API: an HTTPRoute whose rules name the Services of stable and canary with a weight each. */
export const gatewayApi: Router = {
  name: 'gateway-api',
  defaultRoute: (service) => service,
  kinds: [HTTPRoute],
  objects: (app) => [{ kind: HTTPRoute, namespace: app.namespace, name: app.route }],
  context: () => [],
  canaryLabels: labelsOfCanaryService,
  inspect: (found, app, weights) =>
    inspectRoute(
      found.find((object) => isRouteOf(object, app)),
      app,
      weights,
    ),
  weight: (found, app) =>
    Math.max(
      0,
      ...rulesOf(routeIn(found, app))
        .filter((rule) => isSplit(rule, app))
        .map((rule) => percentOf(rule, app)),
    ),
  withWeight(found, app, percent) {
    const route = routeIn(found, app);
    const rules = rulesOf(route).map((rule) => withPercent(rule, app, percent));
    return found.map((object) => (object === route && rules.length > 0 ? { ...route, spec: { ...routeSpec(route), rules } } : object));
  },
  accepted: (found, app) => acceptanceOf(routeIn(found, app)),
};
