import type { Application } from '../router.ts';
import * as weights from '../weights/split.ts';
import { hostsOf, sameHost } from './host.ts';
import { type Destination, destinationsOf, type HttpRule, type RouteDestination } from './shape.ts';

/** Whose destination it is. By two hosts a subset of one of them is still its host's; by subsets both have to agree. */
export function armOf({ host, subset }: Destination, app: Application): weights.Leg['arm'] {
  const { subsets, namespace } = app;
  const hosts = hostsOf(app);
  for (const arm of ['stable', 'canary'] as const) {
    if (sameHost(host, hosts[arm], namespace) && (subsets === undefined || subset === subsets[arm])) return arm;
  }
  return 'other';
}

/** A lone destination gets everything. Beside others one without a weight gets nothing. */
export const weightOf = ({ weight = 0 }: RouteDestination, of: readonly RouteDestination[]): number => (of.length === 1 ? 100 : weight);

export function legsOf(rule: HttpRule, app: Application) {
  const destinations = destinationsOf(rule);
  return destinations.map((each) => ({
    arm: armOf(each.destination, app),
    weight: weightOf(each, destinations),
    name: nameOf(each.destination),
  }));
}

export const nameOf = ({ host, subset }: Destination): string => (subset === undefined ? host : `${host}/${subset}`);

export const isSplit = (rule: HttpRule, app: Application): boolean => weights.isSplit(legsOf(rule, app));
export const percentOf = (rule: HttpRule, app: Application): number => weights.percentOf(legsOf(rule, app));

export const destinationsFor = (rule: HttpRule, app: Application, arm: weights.Leg['arm']): readonly RouteDestination[] =>
  destinationsOf(rule).filter(({ destination }) => armOf(destination, app) === arm);

/** The same rule with another split; any rule that is no split rule as it is. */
export function withPercent(rule: HttpRule, app: Application, percent: number): HttpRule {
  const legs = legsOf(rule, app);
  const wanted = weights.weightsFor(legs, percent);
  if (!weights.isSplit(legs)) return rule;
  const route = destinationsOf(rule).map((each, index) => (legs[index]?.arm === 'other' ? each : { ...each, weight: wanted[index] ?? 0 }));
  return { ...rule, route };
}
