import type { PodTemplate } from '../kubernetes/workload.ts';
import { settingsOf } from '../manifests/references.ts';

/** On the pod template: which configuration its pods were started with. */
export const configChecksumKey = 'wf-deploy.io/config-checksum';

/**
 * What the annotation says: each configuration that is applied and that this template reads, with the beginning of its digest.
 * `undefined` when it reads none of them: then nothing is said, and what was said stays.
 */
export function configChecksum(template: PodTemplate, digests: ReadonlyMap<string, string>): string | undefined {
  const parts = settingsOf(template).flatMap(({ kind, name }) => {
    const digest = digests.get(`${kind}/${name}`);
    return digest === undefined ? [] : [`${kind}/${name}=${digest.slice(0, 16)}`];
  });
  return parts.length === 0 ? undefined : parts.toSorted().join(',');
}
