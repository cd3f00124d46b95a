import type { KubernetesObject } from './object.ts';

export const ourManager = 'wf-deploy';

/** The field manager other than ours that wrote an object last, status aside. `undefined` when there is none. */
export function foreignManager(object: KubernetesObject): string | undefined {
  const writers = (object.metadata.managedFields ?? []).filter(
    ({ manager, subresource }) => manager !== undefined && manager !== ourManager && subresource === undefined,
  );
  const latest = [...writers].sort((one, other) => (other.time ?? '').localeCompare(one.time ?? ''))[0];
  return latest?.manager;
}
