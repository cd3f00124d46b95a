import { Ingress, Service } from '../kubernetes/kinds.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { serviceSpec } from '../kubernetes/workload.ts';
import { labelsOfCanaryService, named, oneOf } from './around/objects.ts';
import { inspectIngresses } from './ingress/inspection.ts';
import { canaryIngressIn, canaryRouteName, isCanary, placesOf, prefix } from './ingress/shape.ts';
import { percentOf, withPercent } from './ingress/weight.ts';
import type { Application, Router } from './router.ts';
import type { RuleShares } from './weights/rule-shares.ts';

/**
 * The community's NGINX Ingress controller, archived since March 2026: stable's Ingress and a second one beside it, `<route>-canary`,
 * whose annotation is the weight. No status tells what the controller has taken: `accepted` is the word of the API server.
 */
export const nginxIngress: Router = {
  name: 'nginx-ingress',
  legacy:
    '`router: nginx-ingress` is legacy: the community controller was archived in March 2026 and gets no more fixes. See docs/guides/nginx-ingress.md',
  defaultRoute: (service) => service,
  kinds: [Ingress],
  weights: {
    jq: `.metadata.annotations["${prefix}canary-weight"]`,
    pointer: `/metadata/annotations/${prefix.replace('/', '~1')}canary-weight`,
  },
  objects: (app) => [{ kind: Ingress, namespace: app.namespace, name: canaryRouteName(app) }],
  context: ({ namespace }) => [
    { kind: Ingress, namespace, need: 'required', why: "read stable's Ingress, and see that no other serves its paths" },
    // The controller puts the Ingresses of all namespaces together by their hosts.
    { kind: Ingress, namespace, elsewhere: true, need: 'advisory', why: 'see that none of another namespace serves the same paths' },
  ],
  canaryLabels: labelsOfCanaryService,
  canaryPorts,
  inspect: (found, app, _weights, around = []) => inspectIngresses(found, app, around),
  ruleShares: (found, app) => sharesOf(canaryIngressIn(found, app)),
  weight: (found, app) => percentOf(canaryIngressIn(found, app)),
  withWeight(found, app, percent) {
    const canary = canaryIngressIn(found, app);
    return found.map((object) => (object === canary ? withPercent(canary, percent) : object));
  },
  accepted(found, app) {
    canaryIngressIn(found, app);
    return { is: 'accepted' };
  },
};

/** The controller finds a port by its number, its name or its target. */
function canaryPorts(
  found: readonly KubernetesObject[],
  app: Application,
  around: readonly KubernetesObject[],
): readonly (number | string)[] {
  const canary = named(Ingress, canaryRouteName(app), found, app);
  const service = oneOf(Service, app.canaryService, around);
  const targets = service === undefined ? [] : (serviceSpec(service).ports ?? []).map(({ targetPort }) => targetPort);
  const ports = (canary === undefined ? [] : placesOf(canary)).flatMap(({ backend }) =>
    backend?.service?.name === app.canaryService ? (backend.service.port?.number ?? backend.service.port?.name ?? []) : [],
  );
  return [...new Set(ports)].filter((each) => !targets.includes(each));
}

/** Without the annotation `canary` it is an Ingress as any other, and its weight splits nothing. */
const sharesOf = (ingress: KubernetesObject): RuleShares => ({ shares: isCanary(ingress) ? [percentOf(ingress)] : [], fixed: 0 });
