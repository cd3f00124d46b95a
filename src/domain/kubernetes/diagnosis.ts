import { containerTroubles } from './container-trouble.ts';
import { eventsAbout, newestMessage } from './event.ts';
import { foreignClause } from './foreign-clause.ts';
import type { KubernetesObject } from './object.ts';
import { isLeaving, isReady, isUnheard, podStatus } from './pod.ts';
import { type Condition, conditionOf } from './workload.ts';

/** Why pods do not become, or do not stay, ready. `fatal`: waiting longer will not mend it. `what` and `remedy` are sentences. */
export interface Diagnosis {
  readonly cause: (typeof causes)[number];
  readonly fatal: boolean;
  readonly pod?: string;
  readonly container?: string;
  readonly what: string;
  readonly remedy: string;
}

/** The worst first. `absent`: pods that had served are not there any more, be it that they were evicted or that somebody deleted them. */
const causes = [
  'image-pull',
  'config',
  'quota',
  'out-of-memory',
  'crash-loop',
  'exited',
  'unschedulable',
  'node',
  'probe',
  'absent',
] as const;

/** What pods that were ready say by ending. */
const endings: readonly Diagnosis['cause'][] = ['out-of-memory', 'crash-loop', 'exited'];

/** The worst crash of pods that were ready. One that was evicted has failed by no fault of its own. */
export function crashAmong(pods: readonly KubernetesObject[]): Diagnosis | undefined {
  const trouble = diagnose(
    pods.filter((pod) => podStatus(pod).phase !== 'Failed'),
    [],
  );
  return trouble !== undefined && endings.includes(trouble.cause) ? trouble : undefined;
}

/**
 * The worst of all that is wrong; which one that is depends on nothing but the input, and not on its order. Pods that are ready
 * or being deleted are not looked at. Events only ever add to what the statuses say: they may be absent.
 */
export function diagnose(
  pods: readonly KubernetesObject[],
  deploymentConditions: readonly Condition[],
  events: readonly KubernetesObject[] = [],
): Diagnosis | undefined {
  const unready = pods.filter((pod) => !isLeaving(pod) && !isReady(pod));
  return worst([...replicaFailure(deploymentConditions), ...unready.flatMap((pod) => podTroubles(pod, eventsAbout(pod, events)))]);
}

export const worst = (found: readonly Diagnosis[]): Diagnosis | undefined =>
  found.toSorted(
    (one, other) =>
      Number(other.fatal) - Number(one.fatal) ||
      causes.indexOf(one.cause) - causes.indexOf(other.cause) ||
      compare(one.pod, other.pod) ||
      compare(one.container, other.container) ||
      compare(one.what, other.what),
  )[0];

// By code unit: an order of the machine's language would not be the same everywhere.
const compare = (one = '', other = ''): number => (one < other ? -1 : Number(one > other));

function replicaFailure(conditions: readonly Condition[]): readonly Diagnosis[] {
  const failure = conditionOf(conditions, 'ReplicaFailure');
  if (failure?.status !== 'True') return [];
  const message = foreignClause(failure.message ?? failure.reason);
  const quota = /quota/i.test(message);
  return [
    {
      cause: quota ? 'quota' : 'config',
      fatal: true,
      what: `Pods cannot be created: ${message}.`,
      remedy: quota
        ? 'Raise the ResourceQuota, or lower the requests and limits of the pods.'
        : 'Mend what the API server names: a missing service account, a limit of the namespace, or an admission rule.',
    },
  ];
}

function podTroubles(pod: KubernetesObject, events: readonly KubernetesObject[]): readonly Diagnosis[] {
  const { name } = pod.metadata;
  const { phase, reason, message, conditions } = podStatus(pod);
  const unhealthy = newestMessage(events, ['Unhealthy']);
  const containers = containerTroubles(pod).map((trouble) =>
    unhealthy !== undefined && (trouble.cause === 'crash-loop' || trouble.cause === 'exited')
      ? { ...trouble, what: `${trouble.what} Its probe said: ${unhealthy}.` }
      : trouble,
  );
  if (containers.length > 0) return containers;
  if (phase === 'Failed') {
    const why = foreignClause(reason, message);
    return [
      {
        cause: 'exited',
        fatal: false,
        pod: name,
        what: `Pod ${name} failed: ${why}.`,
        remedy: 'Read its events; an evicted pod is made again elsewhere.',
      },
    ];
  }
  const scheduled = conditionOf(conditions, 'PodScheduled');
  if (scheduled?.status === 'False') {
    const why = foreignClause(scheduled.message ?? newestMessage(events, ['FailedScheduling']) ?? scheduled.reason);
    return [
      {
        cause: 'unschedulable',
        fatal: false,
        pod: name,
        what: `Pod ${name} has no node: ${why}.`,
        remedy: 'Give the cluster room, or lower the requests. An autoscaler may be adding a node at this moment.',
      },
    ];
  }
  if (isUnheard(pod)) return [unheard(pod)];
  const mount = newestMessage(events, ['FailedMount', 'FailedAttachVolume']);
  const starting =
    conditionOf(conditions, 'ContainersReady')?.status !== 'True' &&
    !(podStatus(pod).containerStatuses ?? []).some(({ state }) => state?.running);
  if (mount !== undefined && starting) {
    const remedy = 'Check that the ConfigMaps, Secrets and claims of its volumes exist and can be attached to its node.';
    return [{ cause: 'config', fatal: false, pod: name, what: `Pod ${name} cannot get its volumes: ${mount}.`, remedy }];
  }
  if (starting && unhealthy === undefined) return [];
  const why = unhealthy ?? foreignClause(conditionOf(conditions, 'Ready')?.message ?? 'no probe has reported yet');
  const remedy = "Ask the probe's path by hand in the pod, and compare its port, its delays and what the service waits for at the start.";
  return [{ cause: 'probe', fatal: false, pod: name, what: `Pod ${name} runs but is not ready: ${why}.`, remedy }];
}

/** Not fatal: it is as ready again as it was, once its node is heard of. */
export const unheard = ({ metadata: { name } }: KubernetesObject): Diagnosis => ({
  cause: 'node',
  fatal: false,
  pod: name,
  what: `Pod ${name} was well by its own last word, but the control plane does not hear of its node.`,
  remedy: 'Look at `kubectl get nodes`: a node that is gone, cut off, or not yet back after an outage of the API server.',
});
