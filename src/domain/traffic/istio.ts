import { DestinationRule, Ingress, IstioGateway, Namespace, VirtualService } from '../kubernetes/kinds.ts';
import type { Kind } from '../kubernetes/object.ts';
import { labelsOfCanaryService } from './around/objects.ts';
import type { Application, ContextRef, Router } from './router.ts';
import { acceptanceOf } from './virtual-service/acceptance.ts';
import { subsetLabels } from './virtual-service/destination-rule.ts';
import { inspectRoute } from './virtual-service/inspection.ts';
import { isRouteOf, routeIn, rulesOf, specOf } from './virtual-service/shape.ts';
import { isSplit, percentOf, withPercent } from './virtual-service/split.ts';

/**
 * Istio: a VirtualService whose http rules name stable and the canary with a weight each, by two hosts or by two subsets of one
 * host. No controller accepts it: `accepted` is the word of the API server, and whether the mesh follows is measured.
 */
export const istio: Router = {
  name: 'istio',
  defaultRoute: (service) => `${service}-vs`,
  kinds: [VirtualService],
  objects: (app) => [{ kind: VirtualService, namespace: app.namespace, name: app.route }],
  context: (app) => [
    around(app, DestinationRule, 'check subsets and traffic policies', app.subsets === undefined ? 'advisory' : 'required'),
    around(app, Ingress, 'check that nothing at the edge leads past the mesh'),
    around(app, IstioGateway, 'check that a public host has a gateway'),
    { kind: Namespace, namespace: '', name: app.namespace, need: 'advisory', why: 'check that sidecars are injected' },
  ],
  canaryLabels: (app, objects) => (app.subsets === undefined ? labelsOfCanaryService(app, objects) : subsetLabels(app, 'canary', objects)),
  inspect: (found, app, weights, objects = []) =>
    inspectRoute(
      found.find((object) => isRouteOf(object, app)),
      app,
      weights,
      objects,
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
    const http = rulesOf(route).map((rule) => withPercent(rule, app, percent));
    return found.map((object) => (object === route && http.length > 0 ? { ...route, spec: { ...specOf(route), http } } : object));
  },
  accepted: (found, app) => acceptanceOf(routeIn(found, app)),
};

const around = (app: Application, kind: Kind, why: string, need: ContextRef['need'] = 'advisory'): ContextRef => ({
  kind,
  namespace: app.namespace,
  need,
  why,
});
