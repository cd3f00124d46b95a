import { type Restarts, restartsOf } from '../../domain/kubernetes/health.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { isReady } from '../../domain/kubernetes/pod.ts';
import type { Session } from './session.ts';

interface Serving {
  readonly serving: readonly KubernetesObject[];
  readonly restarts: Restarts;
}

/** Pods that are still coming up have no users: they may be unready, and start twice. Who waits for them judges them. */
export function beforeNewcomers(
  { canaryPods, restarts }: Pick<Session, 'canaryPods' | 'restarts'>,
  present: readonly KubernetesObject[],
): Serving {
  const had = new Set(canaryPods.map(({ metadata }) => metadata.name));
  const newcomers = present.filter(({ metadata }) => !had.has(metadata.name));
  return {
    serving: present.filter((pod) => had.has(pod.metadata.name) || isReady(pod)),
    restarts: { ...restartsOf(newcomers), ...restarts },
  };
}
