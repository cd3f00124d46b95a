import { containersOf } from '../kubernetes/pod-template.ts';
import type { PodTemplate } from '../kubernetes/workload.ts';

/** A ConfigMap or Secret of the namespace. */
export interface ConfigRef {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
}

/** On the pod template: which configuration its pods were started with. */
export const configChecksumKey = 'wf-deploy.io/config-checksum';

interface Source {
  readonly configMapRef?: { readonly name?: string };
  readonly secretRef?: { readonly name?: string };
}

interface Variable {
  readonly valueFrom?: { readonly configMapKeyRef?: { readonly name?: string }; readonly secretKeyRef?: { readonly name?: string } };
}

interface Volume {
  readonly configMap?: { readonly name?: string };
  readonly secret?: { readonly secretName?: string };
  readonly projected?: {
    readonly sources?: readonly { readonly configMap?: { readonly name?: string }; readonly secret?: { readonly name?: string } }[];
  };
}

/** Every ConfigMap and Secret that pods of this template read their settings from: as variables, or as files. */
export function configReferences(template: PodTemplate): readonly ConfigRef[] {
  const containers = containersOf(template);
  const sources = containers.flatMap((container) => (container['envFrom'] ?? []) as readonly Source[]);
  const variables = containers.flatMap((container) => (container['env'] ?? []) as readonly Variable[]);
  const volumes = (template.spec?.['volumes'] ?? []) as readonly Volume[];
  const projected = volumes.flatMap((volume) => volume.projected?.sources ?? []);
  const of = (kind: ConfigRef['kind'], names: readonly (string | undefined)[]): readonly ConfigRef[] =>
    [...new Set(names)].flatMap((name) => (name === undefined || name === '' ? [] : [{ kind, name }]));
  return [
    ...of('ConfigMap', [
      ...sources.map(({ configMapRef }) => configMapRef?.name),
      ...variables.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
      ...volumes.map(({ configMap }) => configMap?.name),
      ...projected.map(({ configMap }) => configMap?.name),
    ]),
    ...of('Secret', [
      ...sources.map(({ secretRef }) => secretRef?.name),
      ...variables.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
      ...volumes.map(({ secret }) => secret?.secretName),
      ...projected.map(({ secret }) => secret?.name),
    ]),
  ];
}

/**
 * What the annotation says: each configuration that is applied and that this template reads, with the beginning of its digest.
 * `undefined` when it reads none of them: then nothing is said, and what was said stays.
 */
export function configChecksum(template: PodTemplate, digests: ReadonlyMap<string, string>): string | undefined {
  const parts = configReferences(template).flatMap(({ kind, name }) => {
    const digest = digests.get(`${kind}/${name}`);
    return digest === undefined ? [] : [`${kind}/${name}=${digest.slice(0, 16)}`];
  });
  return parts.length === 0 ? undefined : parts.toSorted().join(',');
}
