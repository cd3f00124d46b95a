import { DestinationRule, Ingress, IstioGateway, Namespace, VirtualService } from '../kubernetes/kinds.ts';
import type { Kind } from '../kubernetes/object.ts';
import { labelsOfCanaryService } from './around/objects.ts';
import type { Application, ContextRef, Router } from './router.ts';
import { ruleRouter } from './rules/router.ts';
import { acceptanceOf } from './virtual-service/acceptance.ts';
import { subsetLabels } from './virtual-service/destination-rule.ts';
import { form } from './virtual-service/form.ts';
import { inspectRoute } from './virtual-service/inspection.ts';

/**
 * Istio: a VirtualService whose http rules name stable and the canary with a weight each, by two hosts or by two subsets of one
 * host. No controller accepts it: `accepted` is the word of the API server, and whether the mesh follows is measured.
 */
export const istio: Router = ruleRouter(form, {
  name: 'istio',
  defaultRoute: (service) => `${service}-vs`,
  context: (app) => [
    around(app, VirtualService, 'check that no other is for the same hosts'),
    { ...around(app, VirtualService, 'check that none of another namespace is for the same hosts'), elsewhere: true },
    around(app, DestinationRule, 'check subsets and traffic policies', app.subsets === undefined ? 'advisory' : 'required'),
    { ...around(app, DestinationRule, 'check that none of another namespace is for the same host'), elsewhere: true },
    around(app, Ingress, 'check that nothing at the edge leads past the mesh'),
    around(app, IstioGateway, 'check that a public host has a gateway'),
    { kind: Namespace, namespace: '', name: app.namespace, need: 'advisory', why: 'check that sidecars are injected' },
  ],
  canaryLabels: (app, objects) => (app.subsets === undefined ? labelsOfCanaryService(app, objects) : subsetLabels(app, 'canary', objects)),
  inspect: inspectRoute,
  accepted: acceptanceOf,
});

const around = (app: Application, kind: Kind, why: string, need: ContextRef['need'] = 'advisory'): ContextRef => ({
  kind,
  namespace: app.namespace,
  need,
  why,
});
