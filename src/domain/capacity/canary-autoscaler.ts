import { Deployment, HorizontalPodAutoscaler } from '../kubernetes/kinds.ts';
import { type LabelSelector, selectorText } from '../kubernetes/labels.ts';
import type { KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import { isOurs, serviceLabel, trackLabel } from '../rollout/canary-deployment.ts';
import { shown } from '../units/shown.ts';
import { hpaSpec, type Metric } from './autoscaler.ts';

export interface CanaryAutoscalerNames {
  readonly service: string;
  readonly namespace: string;
  readonly canaryName: string;
  /** What a metric may name when it means stable: its Deployment and its Services. */
  readonly stable: readonly string[];
  /** Of the canary's pods. */
  readonly containers: readonly string[];
}

/** The canary's own while it carries half of the traffic or more. Named for the service, so that a successor finds it. */
export const canaryAutoscalerRef = ({ service, namespace }: Pick<CanaryAutoscalerNames, 'service' | 'namespace'>): ObjectRef => ({
  kind: HorizontalPodAutoscaler,
  namespace,
  name: `wf-deploy-${service}`,
});

/** A label of both kinds as the canary Deployment has it. */
export const isCanaryAutoscaler = (hpa: KubernetesObject, service: string): boolean => isOurs(hpa, service);

/**
 * Stable's autoscaler for the canary: never fewer pods than its share of the traffic needs, never more than stable might have. It belongs
 * to the canary Deployment and goes with it at the latest. `undefined` when no metric is left that says anything about the canary.
 */
export function canaryAutoscaler(
  stable: KubernetesObject,
  names: CanaryAutoscalerNames,
  pods: number,
  canary: KubernetesObject,
): KubernetesObject | undefined {
  const { maxReplicas = pods, behavior } = hpaSpec(stable);
  const { metrics } = copiedMetrics(stable, names);
  if (metrics.length === 0) return undefined;
  const { name, namespace } = canaryAutoscalerRef(names);
  const { uid = '' } = canary.metadata;
  return {
    apiVersion: HorizontalPodAutoscaler.apiVersion,
    kind: HorizontalPodAutoscaler.kind,
    metadata: {
      name,
      namespace,
      labels: { [serviceLabel]: names.service, [trackLabel]: 'canary' },
      ownerReferences: [{ apiVersion: Deployment.apiVersion, kind: Deployment.kind, name: names.canaryName, uid }],
    },
    spec: {
      scaleTargetRef: { apiVersion: Deployment.apiVersion, kind: Deployment.kind, name: names.canaryName },
      minReplicas: pods,
      maxReplicas: Math.max(maxReplicas, pods),
      metrics,
      ...(behavior === undefined ? {} : { behavior }),
    },
  };
}

export interface CopiedMetrics {
  readonly metrics: readonly Metric[];
  /** One phrase each, with the reason. */
  readonly leftOut: readonly string[];
}

/** Which metrics of stable's autoscaler mean the same for the canary. */
export function copiedMetrics(stable: KubernetesObject, names: Pick<CanaryAutoscalerNames, 'stable' | 'containers'>): CopiedMetrics {
  const { metrics = [] } = hpaSpec(stable);
  const judged = metrics.map((metric) => ({ metric, reason: foreignTo(metric, names) }));
  return {
    metrics: judged.filter(({ reason }) => reason === undefined).map(({ metric }) => metric),
    leftOut: judged.flatMap(({ metric, reason }) => (reason === undefined ? [] : [`${metricText(metric)}, ${reason}`])),
  };
}

interface MetricDetails {
  readonly name?: string;
  readonly container?: string;
  readonly metric?: { readonly name?: string; readonly selector?: LabelSelector };
  readonly describedObject?: { readonly kind?: string; readonly name?: string };
}

/** The details lie in a field that is called as the type, with a small first letter. */
const detailsOf = (metric: Metric): MetricDetails =>
  (metric[metric.type.charAt(0).toLowerCase() + metric.type.slice(1)] ?? {}) as MetricDetails;

const known = ['Resource', 'ContainerResource', 'Pods', 'Object', 'External'];

/** Why a metric is none of the canary's; `undefined` when it is. */
function foreignTo(metric: Metric, { stable, containers }: Pick<CanaryAutoscalerNames, 'stable' | 'containers'>): string | undefined {
  const { container, describedObject, metric: measured } = detailsOf(metric);
  if (!known.includes(metric.type)) return 'a kind of metric that is not known here';
  if (metric.type === 'ContainerResource' && !containers.includes(container ?? '')) return 'the canary has no such container';
  if (metric.type === 'Object' && stable.includes(describedObject?.name ?? ''))
    return `which is measured on ${shown(`${describedObject?.kind} ${describedObject?.name}`)} of stable`;
  // What it counts is the traffic of both sides, which the canary's pods alone would be held against.
  if (metric.type === 'Object' && routing.includes(describedObject?.kind ?? ''))
    return `which is measured on ${shown(`${describedObject?.kind} ${describedObject?.name}`)}, before stable and the canary part`;
  const named = namedIn(measured?.selector, stable);
  return named === undefined ? undefined : `whose selector names stable (${shown(named)})`;
}

const routing = ['Ingress', 'HTTPRoute', 'GRPCRoute', 'Gateway', 'VirtualService'];

/** What in a selector chooses stable: a label, or one of several values that it may have. */
function namedIn({ matchLabels = {}, matchExpressions = [] }: LabelSelector = {}, stable: readonly string[]): string | undefined {
  const choosing = [
    ...Object.entries(matchLabels).map(([key, value]) => ({ matchLabels: { [key]: value }, values: [value] })),
    ...matchExpressions
      .filter(({ operator }) => operator === 'In')
      .map((each) => ({ matchExpressions: [each], values: each.values ?? [] })),
  ];
  const found = choosing.find(({ values }) => values.some((value) => stable.includes(value)));
  return found === undefined ? undefined : selectorText(found);
}

function metricText(metric: Metric): string {
  const { name, container, metric: measured } = detailsOf(metric);
  const what = shown(measured?.name ?? name ?? 'without a name');
  return `${shown(metric.type)} metric \`${what}\`${container === undefined ? '' : ` of container \`${shown(container)}\``}`;
}
