import { VirtualService } from '../../kubernetes/kinds.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Findings, Problem } from '../../rollout/problem.ts';
import { allOf } from '../around/objects.ts';
import type { Application } from '../router.ts';
import { rulesOf } from '../rules/form.ts';
import { audienceOf, meet } from './audience.ts';
import { form } from './form.ts';
import { globalName, hostsOf, isWithin, resolved } from './host.ts';
import { matchesOf } from './match.ts';
import { gatewaysOf, reach } from './reach.ts';
import { destinationsOf, type HttpRule } from './shape.ts';

/**
 * Other VirtualServices for the same requests. In the mesh Istio takes one for a host and leaves the others out; at a gateway it merges
 * their rules. One without hosts is a delegate, and one without http rules splits connections.
 */
export function rivalFindings(route: KubernetesObject, app: Application, around: readonly KubernetesObject[]): Findings {
  const found = allOf(VirtualService, around)
    .filter((other) => !isSame(other, route) && meet(audienceOf(route), audienceOf(other)) && rulesOf(form, other).length > 0)
    .map((other) => rivalry(route, other, app));
  return { problems: found.flatMap(({ problems }) => problems), warnings: found.flatMap(({ warnings }) => warnings) };
}

const isSame = ({ metadata: one }: KubernetesObject, { metadata: other }: KubernetesObject): boolean =>
  one.name === other.name && one.namespace === other.namespace;

const none: Findings = { problems: [], warnings: [] };
const problem = (found: Problem): Findings => ({ ...none, problems: [found] });
const warning = (found: Problem): Findings => ({ ...none, warnings: [found] });

function rivalry(route: KubernetesObject, other: KubernetesObject, app: Application): Findings {
  const gateways = gatewaysOf(route).filter((name) => gatewaysOf(other).includes(name));
  const mesh = reach(route).mesh && reach(other).mesh;
  if (gateways.length === 0 && !mesh) return none;
  const name = `VirtualService ${other.metadata.namespace}/${other.metadata.name}`;
  const own = reach(route).hosts.map((host) => resolved(host, app.namespace));
  const of = (host: string) => resolved(host, other.metadata.namespace ?? '');
  const shared = reach(other).hosts.filter((host) => own.includes(of(host)));
  if (shared.length > 0) {
    const hosts = listed(shared);
    return mesh
      ? inTheMesh(name, hosts, other, app)
      : atTheGateway(name, `${hosts} by the gateway ${listed(gateways)}`, [route, other], app);
  }
  // The narrower host wins, so a wider one of another takes nothing away.
  const narrower = reach(other).hosts.filter((host) => own.some((wide) => isWithin(of(host), wide)));
  return narrower.length === 0 || !leadsHere(other, app) ? none : warning(within(name, listed(narrower), app));
}

function inTheMesh(name: string, hosts: string, other: KubernetesObject, app: Application): Findings {
  const audience = audienceOf(other);
  if (audience === 'all' || audience.includes(app.namespace)) {
    return problem({
      what: `${name} is for ${hosts} in the mesh too, beside ${app.route}: Istio takes the older of them and leaves the other out, so a weight may be without effect.`,
      remedy: 'Put all http rules of the host into one of them, and take the host out of the other.',
    });
  }
  return warning({
    what: `Callers of namespace ${audience.join(', ')} may follow ${name} for ${hosts}, and not the weights of ${app.route}: it is for them alone.`,
    remedy: 'Give it the same split by hand, or take it away, if these callers are to meet the canary.',
  });
}

/** Rules for every request come last, whatever object they are of. The order of the others nobody sets. */
function atTheGateway(name: string, what: string, both: readonly KubernetesObject[], app: Application): Findings {
  if (both.every((each) => rulesOf(form, each).some(isForAll))) {
    return problem({
      what: `${name} serves ${what} too, beside ${app.route}, and both have a rule for every request: Istio merges them and one hides the other, so a weight may be without effect.`,
      remedy: 'Leave the rule for every request in one of them.',
    });
  }
  return warning({
    what: `${name} serves ${what} too, beside ${app.route}: Istio merges their rules in an order that nobody sets, so requests that rules of both match may not follow the weights.`,
    remedy: 'See that no request is matched by both, or put the rules into one of them.',
  });
}

const within = (name: string, hosts: string, app: Application): Problem => ({
  what: `Requests for ${hosts} follow ${name}, whose host is the narrower one, and not the weights of ${app.route}.`,
  remedy: `Give it the same split by hand, or take the host out of it, so that ${app.route} has it.`,
});

const isForAll = (rule: HttpRule): boolean =>
  matchesOf(rule).some(({ name: _, uri, ...rest }) => Object.keys(rest).length === 0 && (uri === undefined || uri.prefix === '/'));

function leadsHere(other: KubernetesObject, app: Application): boolean {
  const own = Object.values(hostsOf(app)).map((host) => globalName(host, app.namespace));
  const hosts = rulesOf(form, other).flatMap((rule) => destinationsOf(rule).map(({ destination }) => destination.host));
  return hosts.some((host) => own.includes(resolved(host, other.metadata.namespace ?? '')));
}

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
