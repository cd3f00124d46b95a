import { Deployment } from '../kubernetes/kinds.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { PatchOperation } from '../kubernetes/patch.ts';
import { deploymentSpec, type PodTemplate } from '../kubernetes/workload.ts';
import { serviceLabel, trackLabel } from '../rollout/canary-deployment.ts';
import { imageOf } from '../rollout/container-image.ts';
import { fingerprint } from '../units/fingerprint.ts';
import { renamed } from './references.ts';

/** On a pod template that came from manifests: which one it is. */
export const templateAnnotation = 'wf-deploy.io/template';

/** The track of the copies that a template names. */
export const configurationTrack = 'configuration';

/** What a Deployment runs. `template`: the fingerprint of a template from manifests; missing where only the image counts. */
export interface Release {
  readonly image: string;
  readonly template?: string;
}

/** Everything of a release that is written into the cluster. */
export interface NewTemplate {
  readonly template: PodTemplate;
  readonly fingerprint: string;
  /** The ConfigMaps and Secrets of the manifests, each under a name of its content: nobody's configuration is written over. */
  readonly copies: readonly KubernetesObject[];
}

/** Longest name of an object, without the dash and the fingerprint. */
const longestName = 253 - 15;

/** The manifests' template as it will run: with the image, and with the configuration under its own names. */
export function newTemplate(
  template: PodTemplate,
  configs: readonly KubernetesObject[],
  release: {
    readonly service: string;
    readonly namespace: string;
    readonly container: string;
    readonly image: string;
    readonly stable: KubernetesObject;
  },
): NewTemplate {
  const copies = new Map(configs.map((config) => [`${config.kind} ${config.metadata.name}`, copyOf(config, release)]));
  const pointed = renamed(template, ({ kind, name }) => copies.get(`${kind} ${name}`)?.metadata.name ?? name);
  const containers = pointed.spec?.containers?.map((each) => (each.name === release.container ? { ...each, image: release.image } : each));
  const spec = { ...pointed.spec, ...(containers === undefined ? {} : { containers }) };
  const mark = fingerprint({ ...pointed, spec });
  const { creationTimestamp: _, ...metadata } = pointed.metadata ?? {};
  return {
    template: { ...pointed, metadata: { ...metadata, annotations: { ...metadata.annotations, [templateAnnotation]: mark } }, spec },
    fingerprint: mark,
    copies: [...copies.values()],
  };
}

/** Immutable, so that what was tested is what is promoted; owned by stable, so that it goes with the service at the latest. */
function copyOf(
  { apiVersion, kind, metadata, ...content }: KubernetesObject,
  { service, namespace, stable }: { readonly service: string; readonly namespace: string; readonly stable: KubernetesObject },
): KubernetesObject {
  const { immutable: _, ...data } = content;
  return {
    apiVersion,
    kind,
    metadata: {
      name: `${metadata.name.slice(0, longestName).replace(/[-.]+$/, '')}-${fingerprint(data)}`,
      namespace,
      labels: { ...metadata.labels, [serviceLabel]: service, [trackLabel]: configurationTrack },
      ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ownerReferences: [
        { apiVersion: Deployment.apiVersion, kind: Deployment.kind, name: stable.metadata.name, uid: stable.metadata.uid ?? '' },
      ],
    },
    ...data,
    immutable: true,
  };
}

export const fingerprintOf = (template: PodTemplate | undefined): string | undefined =>
  template?.metadata?.annotations?.[templateAnnotation];

export const isRelease = (deployment: KubernetesObject, container: string, { image, template }: Release): boolean =>
  imageOf(deployment, container) === image && (template === undefined || fingerprintOf(deploymentSpec(deployment).template) === template);

/** The whole pod template, guarded by the version that was read. */
export const setTemplate = (deployment: KubernetesObject, template: PodTemplate): readonly PatchOperation[] => {
  const { resourceVersion } = deployment.metadata;
  return [
    ...(resourceVersion === undefined ? [] : [{ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion } as const]),
    { op: 'replace', path: '/spec/template', value: template },
  ];
};

/** A template with another image in one container. */
export const withImage = (template: PodTemplate, container: string, image: string): PodTemplate => ({
  ...template,
  spec: {
    ...template.spec,
    containers: (template.spec?.containers ?? []).map((each) => (each.name === container ? { ...each, image } : each)),
  },
});
