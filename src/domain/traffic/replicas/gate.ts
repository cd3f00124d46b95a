import { annotated } from '../../kubernetes/manifest.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { PatchOperation } from '../../kubernetes/patch.ts';
import { isLeaving, podSpec, podStatus } from '../../kubernetes/pod.ts';
import { conditionOf, deploymentSpec } from '../../kubernetes/workload.ts';
import { countsText, splitAnnotation } from './split.ts';

/** A condition of the canary's pods: until a run sets it, no Service sends them anything. */
export const gate = 'wf-deploy.io/open';

interface ReadinessGate {
  readonly conditionType: string;
}

/** The canary as it is made: its pods behind the gate, none of them open. */
export function gated(canary: KubernetesObject, stable: number): KubernetesObject {
  const { template, ...spec } = deploymentSpec(canary);
  const gates = ((template?.spec?.['readinessGates'] ?? []) as readonly ReadinessGate[]).filter(
    ({ conditionType }) => conditionType !== gate,
  );
  const closed = { ...template, spec: { ...template?.spec, readinessGates: [...gates, { conditionType: gate }] } };
  return annotated(
    { ...canary, spec: { ...spec, template: closed } },
    { [splitAnnotation]: countsText({ open: 0, stable: Math.max(1, stable) }) },
  );
}

/** All that a pod needs to serve but our word: its containers are ready, and it stays. */
export const isStarted = (pod: KubernetesObject): boolean =>
  !isLeaving(pod) && conditionOf(podStatus(pod).conditions, 'ContainersReady')?.status === 'True';

export const isOpen = (pod: KubernetesObject): boolean => conditionOf(podStatus(pod).conditions, gate)?.status === 'True';

export const hasGate = (pod: KubernetesObject): boolean =>
  ((podSpec(pod)['readinessGates'] ?? []) as readonly ReadinessGate[]).some(({ conditionType }) => conditionType === gate);

/** Of its status. `at`: ISO 8601 to the second, as Kubernetes writes times. */
export function opening(pod: KubernetesObject, at: string): readonly PatchOperation[] {
  const conditions = podStatus(pod).conditions ?? [];
  const index = conditions.findIndex(({ type }) => type === gate);
  const value = { type: gate, status: 'True', reason: 'SmokePassed', lastTransitionTime: at };
  const { resourceVersion } = pod.metadata;
  return [
    ...(resourceVersion === undefined ? [] : [{ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion } as const]),
    ...(conditions.length === 0
      ? [{ op: 'add', path: '/status/conditions', value: [value] } as const]
      : [{ op: index < 0 ? 'add' : 'replace', path: `/status/conditions/${index < 0 ? '-' : index}`, value } as const]),
  ];
}

/** Which pods to open so that so many are: those that have waited first. */
export function toOpen(pods: readonly KubernetesObject[], wanted: number): readonly KubernetesObject[] {
  const present = pods.filter((pod) => !isLeaving(pod));
  const waiting = present.filter((pod) => !isOpen(pod) && hasGate(pod) && isStarted(pod));
  return waiting.slice(0, Math.max(0, wanted - present.filter(isOpen).length));
}
