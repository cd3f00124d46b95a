import { VirtualService } from '../../kubernetes/kinds.ts';
import type { Application } from '../router.ts';
import type { RuleForm } from '../rules/form.ts';
import type { Leg } from '../weights/split.ts';
import { hostsOf, sameHost, serviceOf, sideNames } from './host.ts';
import { matchesOf, ruleText } from './match.ts';
import { type Destination, destinationsOf, type HttpRule, type RouteDestination } from './shape.ts';

/** Whose destination it is. By two hosts a subset of one of them is still its host's; by subsets both have to agree. */
export function armOf({ host, subset }: Destination, app: Application): Leg['arm'] {
  const { subsets, namespace } = app;
  const hosts = hostsOf(app);
  for (const arm of ['stable', 'canary'] as const) {
    if (sameHost(host, hosts[arm], namespace) && (subsets === undefined || subset === subsets[arm])) return arm;
  }
  return 'other';
}

export const destinationsFor = (rule: Pick<HttpRule, 'route'>, app: Application, arm: Leg['arm']): readonly RouteDestination[] =>
  destinationsOf(rule).filter(({ destination }) => armOf(destination, app) === arm);

/** A lone destination gets everything. Beside others one without a weight gets nothing. */
export const weightOf = ({ weight = 0 }: RouteDestination, of: readonly RouteDestination[]): number => (of.length === 1 ? 100 : weight);

export const nameOf = ({ host, subset }: Destination): string => (subset === undefined ? host : `${host}/${subset}`);

export const form: RuleForm<HttpRule> = {
  kind: VirtualService,
  field: 'http',
  destinations: 'route',
  target: 'destination',
  // A signed 32-bit integer.
  largestWeight: 2_147_483_647,
  caveat: 'old versions of Istio refuse weights that do not sum to 100: choose other stages there',
  sides: sideNames,
  // Without a port Istio takes the only one of the Service, or else the one that was called.
  canaryPortsOf: (rule, app) =>
    destinationsFor(rule, app, 'canary').flatMap(({ destination: { host, port } }) => {
      const service = serviceOf(host, app.namespace);
      return service?.name === app.canaryService && service.namespace === app.namespace ? (port?.number ?? []) : [];
    }),
  legsOf: (rule, app) =>
    destinationsOf(rule).map((each, _, all) => ({
      arm: armOf(each.destination, app),
      weight: weightOf(each, all),
      name: nameOf(each.destination),
    })),
  weighted: (rule, weights) => ({
    ...rule,
    route: destinationsOf(rule).map((each, index) => {
      const weight = weights[index];
      return weight === undefined ? each : { ...each, weight };
    }),
  }),
  text: ruleText,
  asksForHeaders: (rule) => matchesOf(rule).every(({ headers = {} }) => Object.keys(headers).length > 0),
  mirrorsToCanary: ({ mirror, mirrors = [] }, app) =>
    [...(mirror === undefined ? [] : [mirror]), ...mirrors.map(({ destination }) => destination)].some(
      (destination) => armOf(destination, app) === 'canary',
    ),
};
