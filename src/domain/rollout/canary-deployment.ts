import { Deployment } from '../kubernetes/kinds.ts';
import { type LabelSelector, type Labels, selectorOf } from '../kubernetes/labels.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { deploymentSpec, type PodTemplate, podLabels } from '../kubernetes/workload.ts';

export const serviceLabel = 'wf-deploy.io/service';
export const trackLabel = 'wf-deploy.io/track';

export interface Clone {
  /** The service whose canary it is. */
  readonly service: string;
  readonly canaryName: string;
  /** The container that gets the new image: one of the pod template's. */
  readonly container: string;
  readonly image: string;
  readonly replicas: number;
}

/**
 * The canary Deployment to apply: stable's spec with its whole pod template, annotations included, so that what is tested is
 * what will be promoted. Other than in stable are the image, the size, and the labels, `canaryLabels` among them: those by which the
 * canary's share reaches its pods (the selector of its Service, or the labels of its subset).
 */
export function cloneOf(stable: KubernetesObject, canaryLabels: Labels, clone: Clone): KubernetesObject {
  const { replicas: _replicas, paused: _paused, selector: _selector, template, ...spec } = deploymentSpec(stable);
  const { namespace } = stable.metadata;
  return {
    apiVersion: Deployment.apiVersion,
    kind: Deployment.kind,
    metadata: { name: clone.canaryName, ...(namespace === undefined ? {} : { namespace }), labels: ourLabels(clone.service) },
    spec: {
      ...spec,
      replicas: clone.replicas,
      selector: cloneSelector(stable, canaryLabels, clone.service),
      template: templateOf(template, cloneLabels(stable, canaryLabels, clone.service), clone),
    },
  };
}

/** Made by wf-deploy as the canary of this service, so it may be made again. */
export const isOurs = (deployment: KubernetesObject, service: string): boolean =>
  deployment.metadata.labels?.[serviceLabel] === service && deployment.metadata.labels[trackLabel] === 'canary';

/** What the clone's pods are labelled with: stable's labels, where the way to the canary does not want others. */
export const cloneLabels = (stable: KubernetesObject, canaryLabels: Labels, service: string): Labels => ({
  ...podLabels(stable),
  ...canaryLabels,
  ...ourLabels(service),
});

/**
 * Stable's selector with the values that the clone's pods have, and our two labels. It holds nothing of the canary's Service
 * or subset beyond that: a selector cannot be changed later, and theirs may.
 */
export function cloneSelector(stable: KubernetesObject, canaryLabels: Labels, service: string): LabelSelector {
  const { matchLabels = {}, matchExpressions } = selectorOf(stable);
  const labels = cloneLabels(stable, canaryLabels, service);
  const own = Object.fromEntries(Object.entries(matchLabels).map(([key, value]) => [key, labels[key] ?? value]));
  return { matchLabels: { ...own, ...ourLabels(service) }, ...(matchExpressions === undefined ? {} : { matchExpressions }) };
}

const ourLabels = (service: string): Labels => ({ [serviceLabel]: service, [trackLabel]: 'canary' });

function templateOf(template: PodTemplate | undefined, labels: Labels, { container, image }: Clone): PodTemplate {
  const { creationTimestamp: _, ...metadata } = template?.metadata ?? {};
  const containers = template?.spec?.containers?.map((each) => (each.name === container ? { ...each, image } : each));
  return {
    ...template,
    metadata: { ...metadata, labels },
    spec: { ...template?.spec, ...(containers === undefined ? {} : { containers }) },
  };
}
