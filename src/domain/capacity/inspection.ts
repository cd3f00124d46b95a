import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Problem } from '../rollout/problem.ts';
import { type Autoscaler, isPaused, mostPods, scaledObjectOf, scaling } from './autoscaler.ts';
import { canaryAutoscalerRef, copiedMetrics, isCanaryAutoscaler } from './canary-autoscaler.ts';
import { pinFor, pinText } from './pins.ts';

export interface ScalingNames {
  readonly service: string;
  readonly namespace: string;
  readonly stableName: string;
  readonly canaryName: string;
}

/** Of one namespace. `scaledObject` is the one for stable, which its HPA was made of: a paused one has none. */
export interface ScalingObjects {
  readonly hpas: readonly KubernetesObject[];
  readonly scaledObject: KubernetesObject | undefined;
  /** The one for the canary. KEDA makes no HPA of it before there is a Deployment: then it wakes up in the middle of the run. */
  readonly canaryScaledObject?: KubernetesObject | undefined;
}

export const autoscalerOf = ({ hpas, scaledObject }: ScalingObjects, stableName: string): Autoscaler => {
  const [hpa] = scaling(hpas, stableName);
  if (hpa !== undefined && scaledObjectOf(hpa) === undefined) return { is: 'hpa', object: hpa };
  return scaledObject === undefined ? { is: 'none' } : { is: 'keda', object: scaledObject };
};

/** Whether each size has one that sets it, and no two. */
export function scalingProblems({ hpas, canaryScaledObject }: ScalingObjects, names: ScalingNames): readonly Problem[] {
  const { service, namespace, stableName, canaryName } = names;
  const onStable = scaling(hpas, stableName);
  const onCanary = scaling(hpas, canaryName).filter((hpa) => !isCanaryAutoscaler(hpa, service));
  const own = canaryAutoscalerRef(names).name;
  const foreign = hpas.find((hpa) => hpa.metadata.name === own && !isCanaryAutoscaler(hpa, service));
  const keda = canaryScaledObject === undefined || isStill(canaryScaledObject) ? undefined : canaryScaledObject;
  const told = onCanary.some((hpa) => scaledObjectOf(hpa) === keda?.metadata.name);
  const deletion = ({ kind, metadata }: KubernetesObject, owner: string | undefined): string => {
    const what = owner === undefined ? `${kind.toLowerCase()} ${metadata.name}` : `scaledobject ${owner}`;
    return `kubectl delete ${what} --namespace ${namespace}`;
  };
  return [
    ...(onStable.length < 2
      ? []
      : [
          {
            what: `${onStable.length} autoscalers set the size of Deployment ${stableName}: ${listed(onStable)}. None of them scales it then (AmbiguousSelector).`,
            remedy: 'Keep one of them, and delete the others.',
          },
        ]),
    ...[...onCanary, ...(keda === undefined || told ? [] : [keda])].map((scaler) => ({
      what: `${scaler.kind} ${scaler.metadata.name} sets the size of the canary, Deployment ${canaryName}: it and the rollout, which scales the canary for its share of the traffic, would undo each other's work.`,
      remedy: `Delete it: ${deletion(scaler, scaledObjectOf(scaler))}. While the canary carries half of the traffic or more, it is given a copy of stable's autoscaler.`,
    })),
    ...(foreign === undefined || onCanary.includes(foreign)
      ? []
      : [
          {
            what: `HorizontalPodAutoscaler ${own} is not one of wf-deploy's (label wf-deploy.io/service), and the canary's would have its name.`,
            remedy: 'Give it another name.',
          },
        ]),
  ];
}

/** Paused where it is. Paused at a number of pods, KEDA sets this number. */
const isStill = (object: KubernetesObject): boolean =>
  isPaused(object) && !('autoscaling.keda.sh/paused-replicas' in (object.metadata.annotations ?? {}));

const listed = (hpas: readonly KubernetesObject[]): string => hpas.map(({ metadata }) => metadata.name).join(', ');

export interface ScalingSurvey {
  readonly autoscaler: Autoscaler;
  /** Pods of stable now. */
  readonly pods: number;
  /** An autoscaler of the canary's own would change its share. */
  readonly shareIsPods?: boolean;
  /** Of the canary's pods. */
  readonly containers: readonly string[];
  /** What a metric may name when it means stable. */
  readonly stable: readonly string[];
}

/** Whether the canary gets a copy of stable's autoscaler. */
export const isCopied = ({ autoscaler, ...names }: Omit<ScalingSurvey, 'pods'>): boolean =>
  autoscaler.is === 'hpa' && copiedMetrics(autoscaler.object, names).metrics.length > 0;

/** What a rollout is going to do about stable's autoscaler, one sentence each. */
export function scalingNotes({ autoscaler, pods, shareIsPods, ...names }: ScalingSurvey): readonly string[] {
  if (autoscaler.is === 'none') return [];
  const { name } = autoscaler.object.metadata;
  const pin = pinFor(autoscaler, pods);
  const kept = pin === undefined ? [] : [`While the canary has traffic, stable is not scaled down: ${pinText(pin)}.`];
  if (autoscaler.is === 'keda') {
    const held = isPaused(autoscaler.object) ? `ScaledObject ${name} is paused, so that KEDA leaves stable's size alone.` : undefined;
    return [...(held === undefined ? kept : [held]), `The canary has no autoscaler: KEDA scales stable alone (ScaledObject ${name}).`];
  }
  if (shareIsPods === true)
    return [
      ...kept,
      `The canary has no autoscaler: its pods are its share, which falls where HorizontalPodAutoscaler ${name} gives stable more.`,
    ];
  const { metrics, leftOut } = copiedMetrics(autoscaler.object, names);
  const left = leftOut.map((what) => `Left out of the canary's autoscaler: ${what}.`);
  const copy = `From 50 % on the canary has a copy of HorizontalPodAutoscaler ${name}, up to ${mostPods(autoscaler)} pods.`;
  return [
    ...kept,
    ...(metrics.length === 0 ? [`The canary has no autoscaler: no metric of stable's says anything about it.`] : [copy]),
    ...left,
  ];
}
