import { IstioGateway, Namespace, VirtualService } from '../../kubernetes/kinds.ts';
import { manifestOf } from '../../kubernetes/manifest.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { deploymentSpec } from '../../kubernetes/workload.ts';
import { yamlText } from '../../kubernetes/yaml.ts';
import type { Findings, Problem } from '../../rollout/problem.ts';
import { allOf, oneOf, stableDeployment } from '../around/objects.ts';
import type { Application } from '../router.ts';
import { rulesOf } from '../rules/form.ts';
import { callersBesides, problem, unseenBy, warning } from './callers.ts';
import { form } from './form.ts';
import { covers, fullName, hostsOf, isHalfName, isWithin, sameHost, serviceOf } from './host.ts';
import { isDelegate, reach } from './reach.ts';
import { destinationsOf, type HttpRule, specOf } from './shape.ts';

/** Whether the callers of the service are among those whose requests the rules split. */
export function meshFindings(route: KubernetesObject, app: Application, around: readonly KubernetesObject[]): readonly Findings[] {
  return [
    ...injection(route, app, around),
    ...(isDelegate(route)
      ? delegated(route, app, around)
      : [...publicHosts(route, app, around), ...callersBesides(route, app), ...unseenBy(route, app)]),
  ];
}

function delegated(route: KubernetesObject, app: Application, around: readonly KubernetesObject[]): readonly Findings[] {
  const delegating = allOf(VirtualService, around).filter((each) =>
    rulesOf(form, each).some(
      ({ delegate }) => delegate?.name === app.route && (delegate.namespace ?? each.metadata.namespace) === app.namespace,
    ),
  );
  const names = delegating.map(({ metadata }) => `VirtualService ${metadata.namespace}/${metadata.name}`).join(', ');
  return [
    warning({
      what: `Not checked: which requests come to ${route.metadata.name}. It has no hosts, so it is a delegate, and ${names || 'another VirtualService'} settles that.`,
      remedy: `See that all requests for \`${hostsOf(app).stable}\` come to it, those from inside the mesh too.`,
    }),
  ];
}

function injection(route: KubernetesObject, app: Application, around: readonly KubernetesObject[]): readonly Findings[] {
  const namespace = oneOf(Namespace, app.namespace, around);
  if (namespace === undefined) return [];
  const labels = namespace.metadata.labels ?? {};
  if (labels['istio.io/dataplane-mode'] === 'ambient') {
    return [
      warning({
        what: `Namespace ${app.namespace} is in ambient mode: a VirtualService is in force there only behind a waypoint, which was not checked.`,
        remedy: 'See that a waypoint serves the host, or use `router: gateway-api`.',
      }),
    ];
  }
  const enabled = labels['istio-injection'] === 'enabled' || (!('istio-injection' in labels) && 'istio.io/rev' in labels);
  if (enabled || isInjectedItself(stableDeployment(app, around))) return [];
  const { 'istio-injection': _, ...others } = labels;
  const found: Problem = {
    what: `Namespace ${app.namespace} has no injection label (istio-injection=enabled, or istio.io/rev): its pods get no sidecar, so their calls are not split and they have no \`istio_*\` metrics.`,
    remedy: 'Label the namespace, then restart what runs in it:',
    yaml: yamlText(
      manifestOf({
        apiVersion: Namespace.apiVersion,
        kind: Namespace.kind,
        metadata: { name: app.namespace, labels: { ...others, 'istio-injection': 'enabled' } },
      }),
    ),
  };
  return [reach(route).gateways.length === 0 && !isDelegate(route) ? problem(found) : warning(found)];
}

function isInjectedItself(deployment: KubernetesObject | undefined): boolean {
  if (deployment === undefined) return false;
  const { labels = {}, annotations = {} } = deploymentSpec(deployment).template?.metadata ?? {};
  return [labels, annotations].some((each) => each['sidecar.istio.io/inject'] === 'true') || 'istio.io/rev' in labels;
}

function publicHosts(route: KubernetesObject, app: Application, around: readonly KubernetesObject[]): readonly Findings[] {
  const { hosts, gateways } = reach(route);
  const outside = hosts.filter(
    (host) =>
      host.includes('.') &&
      (serviceOf(host, app.namespace) === undefined || isForeign(host, app)) &&
      !covers(host, hostsOf(app).stable, app.namespace),
  );
  if (gateways.length > 0 || outside.length === 0) return [];
  const gateway = allOf(IstioGateway, around).find((each) => outside.some((host) => serves(each, host)));
  const listed = outside.map((host) => `\`${host}\``).join(', ');
  return [
    warning({
      what: `The public host ${listed} has no gateway in spec.gateways: the rules hold only for callers inside the mesh, and not for what comes in from outside.`,
      remedy: `See that the controller at the edge is in the mesh, or name the gateway that the host comes in by${gateway === undefined ? '.' : ':'}`,
      ...(gateway === undefined
        ? {}
        : { yaml: yamlText(manifestOf(route, { spec: { ...specOf(route), gateways: ['mesh', gateway.metadata.name] } })) }),
    }),
  ];
}

/** A name with two parts is a Service's only when it is that of this service. */
const isForeign = (host: string, app: Application): boolean =>
  isHalfName(host) && !Object.values(hostsOf(app)).some((own) => sameHost(host, own, app.namespace));

function serves(gateway: KubernetesObject, host: string): boolean {
  const { servers = [] } = (gateway['spec'] ?? {}) as { readonly servers?: readonly { readonly hosts?: readonly string[] }[] };
  const patterns = servers.flatMap(({ hosts = [] }) => hosts.map((each) => each.replace(/^[^/]*\//, '')));
  return patterns.some((pattern) => pattern === host || isWithin(host, pattern));
}

/** Names that look like a Service's and are none to Istio. */
export const halfNames = (rules: readonly HttpRule[], app: Application): readonly Problem[] =>
  [...new Set(rules.flatMap((rule) => destinationsOf(rule).map(({ destination }) => destination.host)))]
    .filter(isHalfName)
    .flatMap((host) => {
      const service = serviceOf(host, app.namespace);
      if (service === undefined || !Object.values(hostsOf(app)).some((own) => sameHost(own, host, app.namespace))) return [];
      return [
        {
          what: `The destination \`${host}\` is neither a short name nor a full one: Istio takes a host with a dot as it is, and finds no Service by it.`,
          remedy: `Write \`${fullName(service)}\`.`,
        },
      ];
    });
