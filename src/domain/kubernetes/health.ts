import { containerTroubles, ended } from './container-trouble.ts';
import { type Diagnosis, unheard, worst } from './diagnosis.ts';
import type { KubernetesObject } from './object.ts';
import { containerStatuses, isLeaving, isReady, isUnheard, podStatus } from './pod.ts';

/** Restarts so far by `pod/container`, init containers included. */
export type Restarts = Readonly<Record<string, number>>;

export interface Health {
  /** Pods that are ready and not being deleted. */
  readonly readyEndpoints: number;
  /** Fatal, but for nodes that are waited for: a pod under traffic that does any of this harms its users. */
  readonly trouble?: Diagnosis;
}

/**
 * Seconds that nodes which the control plane does not hear of are waited for, where others are heard of. A kubelet writes all its pods anew
 * every 10 s; one that is silent has been so for 40 s (node-monitor-grace-period) before its pods are marked.
 */
export const nodePatience = 20;

/** What a look at pods says, given when the first of an unbroken row of looks missed their nodes. */
export function withPatience(seen: Health, since: number | undefined, at: number): { readonly health: Health; readonly since?: number } {
  const { trouble } = seen;
  if (trouble?.cause !== 'node') return { health: seen };
  const first = since ?? at;
  return { since: first, health: at - first < nodePatience ? { ...seen, trouble: { ...trouble, fatal: false } } : seen };
}

export const restartsOf = (pods: readonly KubernetesObject[]): Restarts =>
  Object.fromEntries(
    pods.flatMap((pod) => containerStatuses(pod).map(({ name, restartCount = 0 }) => [`${pod.metadata.name}/${name}`, restartCount])),
  );

/** `isServing`: what a pod has to be to count. What needs no statistics: a restart since `baseline` was taken, out of memory, a crash loop, an image error, no ready pod. */
export function health(pods: readonly KubernetesObject[], baseline: Restarts, isServing = isReady): Health {
  const present = pods.filter((pod) => !isLeaving(pod));
  // Containers that end by themselves are started again in their pod: one that failed as a whole was evicted, or its node went down.
  const living = present.filter((pod) => podStatus(pod).phase !== 'Failed');
  const readyEndpoints = present.filter((pod) => isServing(pod)).length;
  const found = present.flatMap((pod) => [
    ...containerTroubles(pod).filter(({ cause, fatal }) => fatal || cause === 'out-of-memory'),
    ...newRestarts(pod, baseline),
  ]);
  const trouble =
    worst(found) ??
    (readyEndpoints === 0
      ? (worst([...living.flatMap(containerTroubles), ...living.filter(isUnheard).map(unheard)]) ?? nonReady(living, baseline))
      : undefined);
  return { readyEndpoints, ...(trouble === undefined ? {} : { trouble: { ...trouble, fatal: true } }) };
}

/** The worst of what pods went through since `baseline` was taken, however well they are now. */
export const restartedSince = (pods: readonly KubernetesObject[], baseline: Restarts): Diagnosis | undefined =>
  worst(pods.filter((pod) => !isLeaving(pod)).flatMap((pod) => newRestarts(pod, baseline)));

const newRestarts = (pod: KubernetesObject, baseline: Restarts): readonly Diagnosis[] =>
  containerStatuses(pod).flatMap((status) => {
    const before = baseline[`${pod.metadata.name}/${status.name}`] ?? 0;
    if ((status.restartCount ?? 0) <= before) return [];
    const who = `Container \`${status.name}\` of pod ${pod.metadata.name}`;
    const last = status.state?.terminated ?? status.lastState?.terminated;
    const finding =
      last === undefined
        ? ({
            cause: 'exited',
            fatal: true,
            what: `${who} was restarted.`,
            remedy: 'Read the end of its log (kubectl logs --previous).',
          } as const)
        : ended(last, status, who, false);
    return [{ ...finding, pod: pod.metadata.name, container: status.name }];
  });

/** Pods that were not there when the baseline was taken have come for others: nobody saw the image fail. */
const nonReady = (pods: readonly KubernetesObject[], baseline: Restarts): Diagnosis => ({
  cause: pods.some((pod) => Object.keys(restartsOf([pod])).some((container) => Object.hasOwn(baseline, container))) ? 'probe' : 'absent',
  fatal: true,
  what: pods.length === 0 ? 'The canary has no pod any more.' : `None of the canary's ${pods.length} pods is ready.`,
  remedy: 'Read the log and the events of the pods.',
});
