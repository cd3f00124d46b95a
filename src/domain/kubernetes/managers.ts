import { shown } from '../units/shown.ts';
import type { KubernetesObject } from './object.ts';
import type { PatchOperation } from './patch.ts';

export const ourManager = 'wf-deploy';

/** The field manager other than ours that wrote an object last, status aside. `undefined` when there is none. */
export function foreignManager(object: KubernetesObject): string | undefined {
  const writers = (object.metadata.managedFields ?? []).filter(
    ({ manager, subresource }) => manager !== undefined && manager !== ourManager && subresource === undefined,
  );
  const latest = [...writers].sort((one, other) => (other.time ?? '').localeCompare(one.time ?? ''))[0];
  return latest?.manager;
}

/**
 * The field manager other than ours that wrote a part of an object last. `pointer` is a JSON Pointer. Who only labelled the object since is not
 * meant, nor blamed; where nobody is said to have that part, it is the one that wrote last. A size may be written through `scale`.
 */
export function foreignWriter(object: KubernetesObject, pointer: string): string | undefined {
  const managedFields = (object.metadata.managedFields ?? [])
    .filter((entry) => owns(entry['fieldsV1'], keysOf(pointer)))
    .map(({ subresource: _, ...entry }) => entry);
  return foreignManager({ ...object, metadata: { ...object.metadata, managedFields } }) ?? foreignManager(object);
}

/** Who wrote the pod template of a workload last, for people. */
export const templateWriter = (workload: KubernetesObject): string =>
  shown(foreignWriter(workload, '/spec/template') ?? 'an unknown writer');

const keysOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => `f:${part.replaceAll('~1', '/').replaceAll('~0', '~')}`);

/** A list or map that is owned as a whole ends the way early: `{}`. */
function owns(fields: unknown, [key, ...rest]: readonly string[]): boolean {
  if (typeof fields !== 'object' || fields === null) return false;
  if (key === undefined) return true;
  if (Object.hasOwn(fields, key)) return ownsBelow((fields as Readonly<Record<string, unknown>>)[key], rest);
  return false;
}

const ownsBelow = (fields: unknown, rest: readonly string[]): boolean =>
  owns(fields, rest) || (typeof fields === 'object' && fields !== null && Object.keys(fields).length === 0);

/** The field manager that wrote an object last, status aside; of several in the same second, ours. `undefined`: nobody is on record. */
export function lastManager(object: KubernetesObject): string | undefined {
  const writers = (object.metadata.managedFields ?? []).filter(
    ({ manager, subresource }) => manager !== undefined && subresource === undefined,
  );
  const newest = writers.reduce((latest, { time = '' }) => (time > latest ? time : latest), '');
  const last = writers.filter(({ time = '' }) => time === newest);
  return (last.find(({ manager }) => manager === ourManager) ?? last[0])?.manager;
}

/** With these a person writes, who means it. Everything else is taken for a controller that writes what it always writes. */
export const isPersonsTool = (manager: string): boolean =>
  /^(?:kubectl\b|k9s$|node-fetch$|Mozilla$|dashboard$|headlamp|openlens|freelens|Lens)/i.test(manager);

/**
 * The patch that makes what we own by having created an object into what we own by having applied it. Without it, a field that is left out
 * of a later apply would stay, because its creator still owns it. `undefined`: it was applied already, or is not from us.
 */
export function appliedByUs({ metadata: { managedFields = [] } }: KubernetesObject): readonly PatchOperation[] | undefined {
  const ours = managedFields.filter(({ manager, subresource }) => manager === ourManager && subresource === undefined);
  if (ours.length === 0 || ours.some(({ operation }) => operation === 'Apply')) return undefined;
  const value = managedFields.map((entry) => (ours.includes(entry) ? { ...entry, operation: 'Apply' } : entry));
  return [{ op: 'replace', path: '/metadata/managedFields', value }];
}
