import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import type { PatchOperation } from '../../../src/domain/kubernetes/patch.ts';
import { sameValue } from '../same-value.ts';

type Place = Record<string, unknown> | unknown[];

/** An object after a JSON Patch, as the API server carries it out; `undefined` when it cannot be: a test fails, or there is no such place. */
export function patched(object: KubernetesObject, operations: readonly PatchOperation[]): KubernetesObject | undefined {
  const changed = structuredClone(object);
  return operations.every((operation) => carriedOut(changed as unknown as Place, operation)) ? changed : undefined;
}

function carriedOut(object: Place, operation: PatchOperation): boolean {
  const parts = operation.path
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = parts.pop() ?? '';
  const parent = parts.reduce<unknown>((value, part) => (isPlace(value) ? (value as Record<string, unknown>)[part] : undefined), object);
  if (!isPlace(parent)) return false;
  return Array.isArray(parent) ? inList(parent, last, operation) : inMap(parent, last, operation);
}

const isPlace = (value: unknown): value is Place => typeof value === 'object' && value !== null;

function inMap(map: Record<string, unknown>, key: string, operation: PatchOperation): boolean {
  if (operation.op === 'test') return sameValue(map[key] ?? null, operation.value);
  if (operation.op === 'remove') return key in map && delete map[key];
  // A `replace` of a key that is not there adds it: the API server is not strict about that one.
  map[key] = operation.value;
  return true;
}

function inList(list: unknown[], key: string, operation: PatchOperation): boolean {
  if (operation.op === 'add' && key === '-') return list.push(operation.value) > 0;
  const index = Number(key);
  if (!/^\d+$/.test(key) || index > list.length || (index === list.length && operation.op !== 'add')) return false;
  if (operation.op === 'test') return sameValue(list[index], operation.value);
  if (operation.op === 'replace') list[index] = operation.value;
  else if (operation.op === 'add') list.splice(index, 0, operation.value);
  else list.splice(index, 1);
  return true;
}
