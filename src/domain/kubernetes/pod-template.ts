import type { KubernetesObject } from './object.ts';
import type { PatchOperation } from './patch.ts';
import type { Container, PodTemplate } from './workload.ts';

/** Where the pod template of a workload is, as the keys that lead to it. A CronJob keeps it in the template of its Jobs. */
export const templateKeys = (kind: string): readonly string[] =>
  kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template'] : ['spec', 'template'];

export const templateOf = (workload: KubernetesObject): PodTemplate =>
  templateKeys(workload.kind).reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key], workload) ??
  {};

/** The same workload with another pod template. */
export const withTemplate = (workload: KubernetesObject, template: PodTemplate): KubernetesObject =>
  withAt(workload, templateKeys(workload.kind), template) as KubernetesObject;

function withAt(value: unknown, [key, ...rest]: readonly string[], last: unknown): unknown {
  if (key === undefined) return last;
  const fields = (value ?? {}) as Readonly<Record<string, unknown>>;
  return { ...fields, [key]: withAt(fields[key], rest, last) };
}

/**
 * The patch that replaces the whole pod template and nothing else. It fails as a conflict when the workload is no longer the one that
 * was read.
 */
export const setTemplate = (workload: KubernetesObject, template: PodTemplate): readonly PatchOperation[] => [
  ...unchanged(workload),
  { op: 'replace', path: `/${templateKeys(workload.kind).join('/')}`, value: template },
];

/** The guard of a patch: nobody wrote the object since it was read. */
export const unchanged = ({ metadata: { resourceVersion } }: KubernetesObject): readonly PatchOperation[] =>
  resourceVersion === undefined ? [] : [{ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion }];

/** Init containers and sidecars too: in one pod, no two have the same name. */
export const containersOf = ({ spec = {} }: PodTemplate): readonly Container[] => [
  ...(spec.initContainers ?? []),
  ...(spec.containers ?? []),
];

/** The images of a pod template, by container. */
export const imagesOf = (template: PodTemplate): Readonly<Record<string, string>> =>
  Object.fromEntries(containersOf(template).map(({ name, image = '' }) => [name, image]));

/** The same template with other images, by container, and further annotations. */
export function changedTemplate(
  template: PodTemplate,
  images: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>> = {},
): PodTemplate {
  const changed = (containers: readonly Container[]): readonly Container[] =>
    containers.map((container) => {
      const image = Object.hasOwn(images, container.name) ? images[container.name] : undefined;
      return image === undefined ? container : { ...container, image };
    });
  const { metadata = {}, spec = {} } = template;
  return {
    ...template,
    metadata: Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations: { ...metadata.annotations, ...annotations } },
    spec: {
      ...spec,
      ...(spec.containers === undefined ? {} : { containers: changed(spec.containers) }),
      ...(spec.initContainers === undefined ? {} : { initContainers: changed(spec.initContainers) }),
    },
  };
}
