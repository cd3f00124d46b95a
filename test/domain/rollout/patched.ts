import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import type { PatchOperation } from '../../../src/domain/kubernetes/patch.ts';

/** An object after a JSON Patch, as the API server carries it out; `undefined` when a test fails. */
export function patched(object: KubernetesObject, operations: readonly PatchOperation[]): KubernetesObject | undefined {
  const changed = structuredClone(object) as unknown as Record<string, unknown>;
  for (const operation of operations) {
    const parts = operation.path
      .slice(1)
      .split('/')
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = parts.pop() ?? '';
    const parent = parts.reduce<Record<string, unknown>>((value, part) => value[part] as Record<string, unknown>, changed);
    if (operation.op === 'test') {
      if (JSON.stringify(parent[last]) !== JSON.stringify(operation.value)) return undefined;
    } else if (operation.op === 'remove') delete parent[last];
    else if (last === '-' && Array.isArray(parent)) parent.push(operation.value);
    else parent[last] = operation.value;
  }
  return changed as unknown as KubernetesObject;
}
