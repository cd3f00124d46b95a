import { Deployment, DestinationRule } from '../../kubernetes/kinds.ts';
import { type Labels, selectorText, selects } from '../../kubernetes/labels.ts';
import { manifestOf } from '../../kubernetes/manifest.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { podLabels } from '../../kubernetes/workload.ts';
import { yamlText } from '../../kubernetes/yaml.ts';
import { isOurs } from '../../rollout/canary-deployment.ts';
import type { Problem } from '../../rollout/problem.ts';
import { oneOf, stableDeployment } from '../around/objects.ts';
import type { Application } from '../router.ts';
import {
  destinationRuleSpec,
  destinationRulesElsewhere,
  destinationRulesOf,
  halfNamedRule,
  hashes,
  type Subset,
  subsetLabels,
  subsetsOf,
} from './destination-rule.ts';
import { hostsOf } from './host.ts';
import type { Destination } from './shape.ts';

/** Of each subset that a split rule sends to: it has to exist, once, and to select the pods of its side alone. */
export function subsetProblems(named: readonly Destination[], app: Application, around: readonly KubernetesObject[]): readonly Problem[] {
  const subsets = new Map(
    named.flatMap(({ host, subset }) => (subset === undefined ? [] : [[`${host}/${subset}`, { host, subset }] as const])),
  );
  const problems = [...subsets.values()].flatMap(({ host, subset }) => existence(host, subset, app, around));
  return problems.length > 0 ? problems : selection(app, around);
}

function existence(host: string, subset: string, app: Application, around: readonly KubernetesObject[]): readonly Problem[] {
  const rules = destinationRulesOf(host, app, around);
  const found = subsetsOf(rules, subset);
  const names = rules.map(({ metadata }) => metadata.name).join(' and ');
  if (found.length > 1) {
    return [
      {
        what: `The subset \`${subset}\` of host ${host} is defined ${found.length} times (DestinationRule ${names}): which pods it means cannot be told.`,
        remedy: 'Define it in one DestinationRule of the host.',
      },
    ];
  }
  if (found.length === 1) return [];
  const half = rules.length > 0 ? undefined : halfNamedRule(host, app, around);
  const yaml = withSubset(rules[0], half, host, app, around);
  const missing =
    half === undefined ? '' : `: \`${destinationRuleSpec(half).host}\` of ${half.metadata.name} is neither a short name nor a full one`;
  const where =
    rules.length === 0 ? `no DestinationRule of namespace ${app.namespace} is for host ${host}${missing}` : `${names} does not define it`;
  return [
    {
      what: `The subset \`${subset}\` of host ${host} is not there: ${where}. Requests for it would be answered with 503.`,
      remedy: `${half === undefined ? 'Define it' : 'Name the host there as the rules do, and define it'}, by a label that only the pods of its side have${yaml === undefined ? '.' : ':'}`,
      ...(yaml === undefined ? {} : { yaml }),
    },
  ];
}

/**
 * The DestinationRule with both subsets, told apart by the label `version`, if stable's pods have that. One with a wildcard stays as it is,
 * and what it says is said again for the host alone, because the narrower one counts.
 */
function withSubset(
  rule: KubernetesObject | undefined,
  half: KubernetesObject | undefined,
  host: string,
  app: Application,
  around: readonly KubernetesObject[],
): string | undefined {
  const { subsets: names } = app;
  if (names === undefined) return undefined;
  const isWide = rule !== undefined && (destinationRuleSpec(rule).host ?? '').startsWith('*');
  const base: KubernetesObject = (isWide ? undefined : (rule ?? half)) ?? {
    apiVersion: DestinationRule.apiVersion,
    kind: DestinationRule.kind,
    metadata: { name: app.service, namespace: app.namespace },
    spec: { ...(rule === undefined ? {} : destinationRuleSpec(rule)) },
  };
  const spec = { ...destinationRuleSpec(base), ...(base === rule ? {} : { host }) };
  const present = spec.subsets ?? [];
  const isThere = (name: string) => present.some((subset) => subset.name === name);
  const stable = stableDeployment(app, around);
  const version = stable === undefined ? undefined : podLabels(stable)['version'];
  const wanted: readonly Subset[] = [
    { name: names.stable, labels: { version: version ?? '' } },
    { name: names.canary, labels: { version: names.canary } },
  ];
  const added = wanted.filter(({ name }) => !isThere(name));
  if (added.length > 0 && (version === undefined || version === names.canary)) return undefined;
  return yamlText(manifestOf(base, { spec: { ...spec, subsets: [...present, ...added] } }));
}

function selection(app: Application, around: readonly KubernetesObject[]): readonly Problem[] {
  const [stable, canary] = [subsetLabels(app, 'stable', around), subsetLabels(app, 'canary', around)];
  const deployment = stableDeployment(app, around);
  if (app.subsets === undefined || stable === undefined || canary === undefined || deployment === undefined) return [];
  const existing = oneOf(Deployment, app.deployments?.canary, around);
  const users = existing === undefined || isOurs(existing, app.service) ? undefined : existing;
  const own = podLabels(deployment);
  const its: Labels = users === undefined ? { ...own, ...canary } : podLabels(users);
  const of = (name: string, labels: Labels) => `The subset \`${name}\` (${selectorText({ matchLabels: labels }) || 'without labels'})`;
  const remedy = 'Give the pods of both sides a label with different values, and select by it in the subsets.';
  const matches = (labels: Labels, pods: Labels) => selects({ matchLabels: labels }, pods);
  const { metadata } = deployment;
  const told = selectorText({ matchLabels: own });
  return [
    ...(matches(stable, own)
      ? []
      : [{ what: `${of(app.subsets.stable, stable)} does not select the pods of stable, Deployment ${metadata.name} (${told}).`, remedy }]),
    ...(matches(canary, own)
      ? [{ what: `${of(app.subsets.canary, canary)} selects the pods of stable, Deployment ${metadata.name} (${told}).`, remedy }]
      : []),
    ...(matches(canary, its)
      ? []
      : [
          { what: `${of(app.subsets.canary, canary)} does not select the pods of the canary, Deployment ${users?.metadata.name}.`, remedy },
        ]),
    ...(matches(stable, its)
      ? [{ what: `${of(app.subsets.stable, stable)} selects the pods of the canary too: it would get traffic at weight 0.`, remedy }]
      : []),
  ];
}

/** What a DestinationRule does beside: each host once, and one that is for both hosts once. */
export function policyWarnings(app: Application, around: readonly KubernetesObject[]): readonly Problem[] {
  const hosts = hostsOf(app);
  const of = [...new Set([hosts.stable, hosts.canary])].map((host) => ({ host, rules: destinationRulesOf(host, app, around) }));
  const merged = of.filter(({ rules }) => rules.length > 1);
  const hashing = new Set(of.flatMap(({ rules }) => rules.filter(hashes).map(({ metadata }) => metadata.name)));
  return [
    ...merged.map(({ host, rules }) => ({
      what: `${rules.length} DestinationRules are for host ${host} (${rules.map(({ metadata }) => metadata.name).join(', ')}). Istio merges them: of their traffic policies only one holds, and which one depends on their age.`,
      remedy: 'Put all subsets and policies of the host into one.',
    })),
    ...[...hashing].map((name) => ({
      what: `DestinationRule ${name} pins callers to pods by consistentHash: the pods of one side are loaded unevenly, so a canary of few pods may be measured on few users.`,
      remedy: 'Allow for it in `min-requests` and the time of the stages, or leave consistentHash out during rollouts.',
    })),
  ];
}

/** What callers elsewhere go by: told once, and not looked into. */
export function elsewhereWarnings(app: Application, around: readonly KubernetesObject[]): readonly Problem[] {
  const rules = destinationRulesElsewhere(app, around);
  if (rules.length === 0) return [];
  const names = rules.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(', ');
  return [
    {
      what: `Not checked: DestinationRule ${names}, for the same host and outside of namespace ${app.namespace}. Callers to whom Istio gives it go by its subsets and policies.`,
      remedy: `See that it has the same subsets and pins nobody, or put everything into one of namespace ${app.namespace}.`,
    },
  ];
}
