import type { Diagnosis } from '../kubernetes/diagnosis.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { containerStatuses, isLeaving, isReady, podSpec } from '../kubernetes/pod.ts';

/** When each pod that has started and is not ready was first seen so: monotonic seconds, by its name. */
export type UnreadySince = Readonly<Record<string, number>>;

/** What a pod is waiting for is over when its startup probes have passed: from then on it says itself that it could serve. */
export const unreadySince = (before: UnreadySince, pods: readonly KubernetesObject[], at: number): UnreadySince =>
  Object.fromEntries(
    pods
      .filter((pod) => !isLeaving(pod) && !isReady(pod) && hasStarted(pod))
      .map(({ metadata }) => [metadata.name, before[metadata.name] ?? at]),
  );

interface Probe {
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly failureThreshold?: number;
}

/**
 * A pod whose startup probe passed and whose readiness probe has failed ever since, for a minute and for five times what that probe
 * allows itself: it will not become ready by waiting. Without a startup probe nobody can tell a slow start from a broken one.
 */
export function neverReady(since: UnreadySince, pods: readonly KubernetesObject[], at: number): Diagnosis | undefined {
  for (const pod of pods) {
    const first = since[pod.metadata.name];
    if (first === undefined || at - first < patience(pod)) continue;
    return {
      cause: 'probe',
      fatal: true,
      pod: pod.metadata.name,
      what: `Pod ${pod.metadata.name} has started and has not been ready for ${Math.floor(at - first)} s.`,
      remedy: "Ask the probe's path by hand in the pod, and see what the service waits for.",
    };
  }
  return undefined;
}

const patience = (pod: KubernetesObject): number => Math.max(60, ...readinessProbes(pod).map((probe) => 5 * allowance(probe)));

const allowance = ({ initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 }: Probe): number =>
  initialDelaySeconds + periodSeconds * failureThreshold;

const readinessProbes = (pod: KubernetesObject): readonly Probe[] =>
  (podSpec(pod).containers ?? []).flatMap((container) =>
    container['readinessProbe'] === undefined ? [] : [container['readinessProbe'] as Probe],
  );

/** Every container runs, and each has a startup probe that has passed. */
function hasStarted(pod: KubernetesObject): boolean {
  const containers = podSpec(pod).containers ?? [];
  const statuses = containerStatuses(pod);
  return (
    containers.length > 0 &&
    containers.every((container) => {
      const status = statuses.find(({ name }) => name === container.name) as
        | { readonly started?: boolean; readonly state?: object }
        | undefined;
      return container['startupProbe'] !== undefined && status?.started === true && 'running' in (status.state ?? {});
    })
  );
}
