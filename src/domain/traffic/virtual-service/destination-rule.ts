import { DestinationRule } from '../../kubernetes/kinds.ts';
import type { Labels } from '../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { allOf } from '../around/objects.ts';
import type { Application } from '../router.ts';
import { audienceOf, meet } from './audience.ts';
import { globalName, hostsOf, isHalfName, isWithin, resolved, sameHost } from './host.ts';

// As in shape.ts: the API server has checked these.

export interface Subset {
  readonly name: string;
  readonly labels?: Labels;
  readonly trafficPolicy?: TrafficPolicy;
}

export interface TrafficPolicy {
  readonly loadBalancer?: { readonly consistentHash?: object };
  readonly portLevelSettings?: readonly TrafficPolicy[];
}

interface DestinationRuleSpec {
  readonly host?: string;
  readonly subsets?: readonly Subset[];
  readonly trafficPolicy?: TrafficPolicy;
}

export const destinationRuleSpec = (rule: KubernetesObject): DestinationRuleSpec => (rule['spec'] ?? {}) as DestinationRuleSpec;

const namedBy = (rule: KubernetesObject): string => resolved(destinationRuleSpec(rule).host ?? '', rule.metadata.namespace ?? '');

/** Those of a host in the namespace of the service: those that name it, or else the narrowest of those with a wildcard. */
export function destinationRulesOf(host: string, app: Application, around: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const name = globalName(host, app.namespace);
  const own = allOf(DestinationRule, around).filter(({ metadata }) => metadata.namespace === app.namespace);
  const narrowest = Math.max(0, ...own.map(namedBy).map((wide) => (isWithin(name, wide) ? wide.length : 0)));
  const naming = own.filter((rule) => namedBy(rule) === name);
  return naming.length > 0 ? naming : own.filter((rule) => isWithin(name, namedBy(rule)) && namedBy(rule).length === narrowest);
}

/** One whose host is half the name of the service: Istio takes it for no Service. */
export const halfNamedRule = (host: string, app: Application, around: readonly KubernetesObject[]): KubernetesObject | undefined =>
  allOf(DestinationRule, around).find((rule) => {
    const { host: its = '' } = destinationRuleSpec(rule);
    return rule.metadata.namespace === app.namespace && isHalfName(its) && sameHost(its, host, app.namespace);
  });

/** Those of other namespaces for one of the hosts: Istio looks into the namespace of the caller first, and into its root namespace last. */
export const destinationRulesElsewhere = (app: Application, around: readonly KubernetesObject[]): readonly KubernetesObject[] => {
  const own = Object.values(hostsOf(app)).map((host) => globalName(host, app.namespace));
  return allOf(DestinationRule, around).filter(
    (rule) =>
      rule.metadata.namespace !== app.namespace &&
      // One with a wildcard mostly sets what is the same for all, such as mutual TLS.
      (own.includes(namedBy(rule)) || (hashes(rule) && own.some((name) => isWithin(name, namedBy(rule))))) &&
      meet('all', audienceOf(rule)),
  );
};

export const subsetsOf = (rules: readonly KubernetesObject[], name: string): readonly Subset[] =>
  rules.flatMap((rule) => (destinationRuleSpec(rule).subsets ?? []).filter((subset) => subset.name === name));

/** What the subset of a side selects by. `undefined` without subsets, and where no DestinationRule has it. */
export function subsetLabels(app: Application, arm: 'stable' | 'canary', around: readonly KubernetesObject[]): Labels | undefined {
  if (app.subsets === undefined) return undefined;
  const [found] = subsetsOf(destinationRulesOf(hostsOf(app)[arm], app, around), app.subsets[arm]);
  return found === undefined ? undefined : (found.labels ?? {});
}

/** Whether it pins callers to pods. */
export function hashes(rule: KubernetesObject): boolean {
  const { trafficPolicy, subsets = [] } = destinationRuleSpec(rule);
  const policies = [trafficPolicy, ...subsets.map((subset) => subset.trafficPolicy)].flatMap((policy) =>
    policy === undefined ? [] : [policy, ...(policy.portLevelSettings ?? [])],
  );
  return policies.some(({ loadBalancer }) => loadBalancer?.consistentHash !== undefined);
}
