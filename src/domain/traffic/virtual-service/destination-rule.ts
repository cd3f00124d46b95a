import { DestinationRule } from '../../kubernetes/kinds.ts';
import type { Labels } from '../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { allOf } from '../around/objects.ts';
import type { Application } from '../router.ts';
import { audienceOf, meet } from './audience.ts';
import { globalName, hostsOf, sameHost } from './host.ts';

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

/** Those of a host in the namespace of the service. A host with a wildcard is the host's only where it is written alike. */
export const destinationRulesOf = (host: string, app: Application, around: readonly KubernetesObject[]): readonly KubernetesObject[] =>
  allOf(DestinationRule, around).filter(
    (rule) => rule.metadata.namespace === app.namespace && sameHost(destinationRuleSpec(rule).host ?? '', host, app.namespace),
  );

/** Those of other namespaces for one of the hosts: Istio looks into the namespace of the caller first, and into its root namespace last. */
export const destinationRulesElsewhere = (app: Application, around: readonly KubernetesObject[]): readonly KubernetesObject[] => {
  const own = Object.values(hostsOf(app)).map((host) => globalName(host, app.namespace));
  return allOf(DestinationRule, around).filter(
    (rule) =>
      rule.metadata.namespace !== app.namespace &&
      own.includes(globalName(destinationRuleSpec(rule).host ?? '', rule.metadata.namespace ?? '')) &&
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
