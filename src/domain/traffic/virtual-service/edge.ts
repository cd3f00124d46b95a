import { Ingress, Service } from '../../kubernetes/kinds.ts';
import { annotated, manifestOf } from '../../kubernetes/manifest.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { serviceSpec } from '../../kubernetes/workload.ts';
import { yamlText } from '../../kubernetes/yaml.ts';
import type { Problem } from '../../rollout/problem.ts';
import { allOf, oneOf, stableServiceName } from '../around/objects.ts';
import { annotationOf, classOf, specOf as ingressSpec, mayBeNginx, placesOf, serviceNamesOf } from '../ingress/shape.ts';
import type { Application } from '../router.ts';
import { covers, fullName } from './host.ts';
import { isDelegate, reach } from './reach.ts';

/**
 * NGINX chooses pods itself: it reaches them past the rules of the mesh, unless it has a sidecar, sends to the Service's address, and
 * asks for a host that the rules are for. What other controllers do is not known.
 */
export function edgeFindings(route: KubernetesObject, app: Application, around: readonly KubernetesObject[]) {
  const leading = allOf(Ingress, around).filter((ingress) => serviceNamesOf(ingress).includes(stableServiceName(app)));
  const found = leading.filter(mayBeNginx).map((ingress) => ({ ingress, gap: gapOf(ingress, route, app) }));
  const outside = found.flatMap(({ ingress, gap }) =>
    gap === undefined ? [] : [{ ingress, gap, isClaimed: claims(route, ingress, app) }],
  );
  return {
    problems: outside.filter(({ isClaimed }) => isClaimed).map(({ ingress, gap }) => bypass(ingress, gap, app)),
    warnings: [
      ...outside.filter(({ isClaimed }) => !isClaimed).map(({ ingress, gap }) => bypass(ingress, gap, app)),
      ...found.filter(({ gap }) => gap === undefined).map(({ ingress }) => unseen(ingress)),
      ...leading.filter((ingress) => !mayBeNginx(ingress)).map((ingress) => unknown(ingress, app)),
      ...exposed(app, around),
    ],
  };
}

/** Under which hosts an Ingress leads to the Service. Empty: under any. */
function hostsTo(ingress: KubernetesObject, app: Application): readonly string[] {
  const name = stableServiceName(app);
  const places = placesOf(ingress).filter(({ backend }) => backend?.service?.name === name);
  const isDefault = ingressSpec(ingress).defaultBackend?.service?.name === name;
  return [...new Set([...places.map(({ host }) => host), ...(isDefault ? [''] : [])])];
}

/** Whether the rules are meant for what this Ingress lets in. By subsets every way around them also reaches the canary. */
const claims = (route: KubernetesObject, ingress: KubernetesObject, app: Application): boolean =>
  app.subsets !== undefined || hostsTo(ingress, app).some((host) => host !== '' && isFor(route, host, app));

const isFor = (route: KubernetesObject, host: string, app: Application): boolean =>
  reach(route).hosts.some((each) => covers(each, host, app.namespace));

/** What is missing on the way into the mesh: annotations, or `undefined` in their place where none would lead to the rules. */
interface Gap {
  readonly keys: readonly string[];
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

function gapOf(ingress: KubernetesObject, route: KubernetesObject, app: Application): Gap | undefined {
  const { mesh } = reach(route);
  const vhost = annotationOf(ingress, 'upstream-vhost');
  const asked = vhost === undefined ? hostsTo(ingress, app) : [vhost];
  // For which hosts a delegate is, others settle.
  const isCovered = isDelegate(route) || (mesh && asked.every((host) => host !== '' && isFor(route, host, app)));
  const own = fullName({ name: stableServiceName(app), namespace: app.namespace });
  const wanted = {
    ...(annotationOf(ingress, 'service-upstream') === 'true' ? {} : { 'nginx.ingress.kubernetes.io/service-upstream': 'true' }),
    ...(isCovered ? {} : { 'nginx.ingress.kubernetes.io/upstream-vhost': own }),
  };
  const keys = Object.keys(wanted);
  if (keys.length === 0) return undefined;
  return { keys, annotations: isCovered || (mesh && isFor(route, own, app)) ? wanted : undefined };
}

function bypass(ingress: KubernetesObject, { keys, annotations }: Gap, app: Application): Problem {
  const name = stableServiceName(app);
  const missing = `${keys.map((key) => `\`${key.replace(/^.*\//, '')}\``).join(' and ')} ${keys.length === 1 ? 'is' : 'are'} missing`;
  return {
    what: `Ingress ${ingress.metadata.name} leads to the Service \`${name}\` past the mesh, ${
      app.subsets === undefined
        ? 'so its requests all go to stable whatever the weights are'
        : "so it reaches the canary's pods at weight 0"
    }: ${annotations === undefined ? `${app.route} has no rules for callers of \`${name}\` inside the mesh` : missing}.`,
    ...(annotations === undefined
      ? {
          remedy: `Let the host in by an Istio gateway. Or take the controller into the mesh (a sidecar in its pods) and the Service into the rules (\`${name}\` in spec.hosts, \`mesh\` in spec.gateways, where it has any); what the Ingress then needs is told.`,
        }
      : {
          remedy:
            'Take the controller into the mesh (a sidecar in its pods) and write the Ingress like this, or let the host in by an Istio gateway:',
          yaml: yamlText(manifestOf(annotated(ingress, annotations))),
        }),
  };
}

const unseen = (ingress: KubernetesObject): Problem => ({
  what: `Not checked: whether the controller of Ingress ${ingress.metadata.name} has a sidecar. Without one its requests do not follow the weights.`,
  remedy: 'See in the first stage that the measured share follows the weight.',
});

const past = (app: Application): string =>
  app.subsets === undefined ? 'go to stable whatever the weights are' : "reach the canary's pods at weight 0";

const unknown = (ingress: KubernetesObject, app: Application): Problem => ({
  what: `Not checked: whether the controller of Ingress ${ingress.metadata.name} (class ${classOf(ingress)}) is in the mesh and sends to the address of Service ${stableServiceName(app)}. Otherwise its requests ${past(app)}.`,
  remedy: 'See in the first stage that the measured share follows the weight, or let the host in by an Istio gateway.',
});

/** A load balancer of its own leads to the pods past every rule: only sidecars of callers and gateways go by them. */
function exposed(app: Application, around: readonly KubernetesObject[]): readonly Problem[] {
  const service = oneOf(Service, stableServiceName(app), around);
  if (service === undefined || serviceSpec(service)['type'] !== 'LoadBalancer') return [];
  return [
    {
      what: `Service ${service.metadata.name} has a load balancer of its own (type LoadBalancer): requests that come in by it ${past(app)}.`,
      remedy: 'Nothing, if nobody uses its address. Otherwise let them in by an Istio gateway, and make the Service one of type ClusterIP.',
    },
  ];
}
