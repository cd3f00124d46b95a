import { HTTPRoute } from '../kubernetes/kinds.ts';
import { labelsOfCanaryService } from './around/objects.ts';
import { acceptanceOf } from './httproute/acceptance.ts';
import { form } from './httproute/form.ts';
import { inspectRoute } from './httproute/inspection.ts';
import type { Router } from './router.ts';
import { ruleRouter } from './rules/router.ts';

/** The Kubernetes Gateway API: an HTTPRoute whose rules name the Services of stable and canary with a weight each. */
export const gatewayApi: Router = ruleRouter(form, {
  name: 'gateway-api',
  defaultRoute: (service) => service,
  // Routes of other namespaces may share a Gateway too: they are not asked for, and nothing is said of them.
  context: ({ namespace }) => [{ kind: HTTPRoute, namespace, need: 'advisory', why: 'check that no other takes the same requests first' }],
  canaryLabels: labelsOfCanaryService,
  inspect: inspectRoute,
  accepted: acceptanceOf,
});
