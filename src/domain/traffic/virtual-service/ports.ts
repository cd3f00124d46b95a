import { Service } from '../../kubernetes/kinds.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type ServicePort, serviceSpec } from '../../kubernetes/workload.ts';
import type { Problem } from '../../rollout/problem.ts';
import { oneOf, stableServiceName } from '../around/objects.ts';
import type { Application } from '../router.ts';
import { rulesOf } from '../rules/form.ts';
import { form } from './form.ts';
import { matchesOf } from './match.ts';
import { reach } from './reach.ts';
import { destinationsOf, type HttpRule, specOf } from './shape.ts';

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

/**
 * By subsets: ports of the Service that no rule is for. Where no rule is left for a port, Istio makes one of its own to all pods; and the
 * rules for requests say nothing about connections. A port for metrics is nobody's way to the service, so nothing is refused.
 */
export function portsBesides(route: KubernetesObject, app: Application, around: readonly KubernetesObject[]): readonly Problem[] {
  const service = oneOf(Service, stableServiceName(app), around);
  if (app.subsets === undefined || service === undefined || !reach(route).mesh) return [];
  const { tcp = [], tls = [] } = specOf(route);
  const takes = (rules: readonly Pick<HttpRule, 'match'>[], wanted: number) =>
    rules.some((rule) => matchesOf(rule).some(({ port = wanted }) => port === wanted));
  const besides = (serviceSpec(service).ports ?? []).filter(
    (each) => !takes(isConnections(each) ? [...tcp, ...tls] : rulesOf(form, route), each.port),
  );
  if (besides.length === 0) return [];
  const listed = besides.map(({ port, name }) => (name === undefined ? `${port}` : `${port} (${name})`)).join(', ');
  return [
    {
      what: `No rule of ${app.route} is for port ${listed} of Service ${service.metadata.name}: calls to it reach the canary's pods at weight 0.`,
      remedy:
        'Nothing, if nobody calls it there. Otherwise give it a rule with `port` in its match: with the same split, or to the subset of stable.',
    },
  ];
}

/** As Istio takes a port: by `appProtocol`, by its name up to the first hyphen, and otherwise by what it sees. */
const isConnections = ({ name = '', appProtocol = name, protocol }: ServicePort): boolean =>
  protocol === 'UDP' || /^(?:tcp|tls|https|mongo|mysql|redis|udp)(?:-|$)/i.test(appProtocol);
