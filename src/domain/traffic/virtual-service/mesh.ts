import { IstioGateway, Namespace, Service } from '../../kubernetes/kinds.ts';
import { manifestOf } from '../../kubernetes/manifest.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { deploymentSpec, serviceSpec } from '../../kubernetes/workload.ts';
import { yamlText } from '../../kubernetes/yaml.ts';
import type { Problem } from '../../rollout/problem.ts';
import { allOf, oneOf, stableDeployment, stableServiceName } from '../around/objects.ts';
import type { Application } from '../router.ts';
import { fullName, hostsOf, isHalfName, sameHost, serviceOf } from './host.ts';
import { destinationsOf, type HttpRule, specOf } from './shape.ts';

interface Findings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

const problem = (found: Problem): Findings => ({ problems: [found], warnings: [] });
const warning = (found: Problem): Findings => ({ problems: [], warnings: [found] });

/** Whose requests the rules are for. */
export function reach(route: KubernetesObject) {
  const { hosts = [], gateways = [] } = specOf(route);
  return { hosts, gateways: gateways.filter((name) => name !== 'mesh'), mesh: gateways.length === 0 || gateways.includes('mesh') };
}

/** Whether the callers of the service are among those whose requests the rules split. */
export function meshFindings(route: KubernetesObject, app: Application, around: readonly KubernetesObject[]): readonly Findings[] {
  return [...injection(route, app, around), ...publicHosts(route, app, around), ...callersBesides(route, app)];
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
  return [reach(route).gateways.length === 0 ? problem(found) : warning(found)];
}

function isInjectedItself(deployment: KubernetesObject | undefined): boolean {
  if (deployment === undefined) return false;
  const { labels = {}, annotations = {} } = deploymentSpec(deployment).template?.metadata ?? {};
  return [labels, annotations].some((each) => each['sidecar.istio.io/inject'] === 'true') || 'istio.io/rev' in labels;
}

function publicHosts(route: KubernetesObject, app: Application, around: readonly KubernetesObject[]): readonly Findings[] {
  const { hosts, gateways } = reach(route);
  const outside = hosts.filter((host) => host.includes('.') && (serviceOf(host, app.namespace) === undefined || isForeign(host, app)));
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
  return patterns.some((pattern) => pattern === '*' || pattern === host || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1))));
}

/** Callers inside the mesh that name the Service, and to whom the rules say nothing. */
function callersBesides(route: KubernetesObject, app: Application): readonly Findings[] {
  const { hosts, mesh } = reach(route);
  const own = hostsOf(app).stable;
  const named = hosts.some((host) => sameHost(host, own, app.namespace));
  if (mesh && named) return [];
  const why = named ? 'spec.gateways does not contain `mesh`' : `spec.hosts does not contain \`${own}\``;
  const spec = specOf(route);
  const mended = {
    ...spec,
    hosts: named ? hosts : [...hosts, own],
    ...(mesh ? {} : { gateways: [...(spec.gateways ?? []), 'mesh'] }),
  };
  const base = { remedy: 'Take them in:', yaml: yamlText(manifestOf(route, { spec: mended })) };
  return app.subsets === undefined
    ? [warning({ what: `Calls inside the mesh to \`${own}\` are not split, they all go to stable: ${why}.`, ...base })]
    : [problem({ what: `Calls inside the mesh to \`${own}\` would reach the canary's pods at weight 0: ${why}.`, ...base })];
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

/** Rules without a port that send everything to one: requests for the others, gRPC for one, end up there too. */
export function portWarnings(
  splits: readonly { readonly rule: HttpRule; readonly text: string }[],
  app: Application,
  around: readonly KubernetesObject[],
): readonly Problem[] {
  const service = oneOf(Service, stableServiceName(app), around);
  const ports = service === undefined ? [] : (serviceSpec(service).ports ?? []).map(({ port }) => port);
  return splits.flatMap(({ rule, text }) => {
    const to = [...new Set(destinationsOf(rule).flatMap(({ destination }) => destination.port?.number ?? []))];
    const others = ports.filter((port) => !to.includes(port));
    if (to.length === 0 || others.length === 0 || (rule.match ?? []).some(({ port }) => port !== undefined)) return [];
    return [
      {
        what: `${text} names no port and sends to port ${to.join(', ')}: calls to port ${others.join(', ')} of Service ${service?.metadata.name} would end up there too.`,
        remedy: 'Give each port a rule of its own, with `port` in its match and the same split.',
      },
    ];
  });
}
