import { ConfigMap, Deployment, HorizontalPodAutoscaler, Job, Secret } from '../../domain/kubernetes/kinds.ts';
import type { Kind } from '../../domain/kubernetes/object.ts';
import { serviceLabel } from '../../domain/rollout/canary-deployment.ts';

/** Kinds of objects that are ours, beside the guardian's account. The Job first: what names it as its owner goes with it. */
export const ourKinds: readonly Kind[] = [Job, HorizontalPodAutoscaler, Deployment, ConfigMap, Secret];

/** A label selector of all that is ours of a service. */
export const ourObjects = (service: string): string => `${serviceLabel}=${service}`;
