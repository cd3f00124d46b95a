/** Where two values are not the same. `undefined`: not there. In the path, items of a list go by their name where all have one. */
export interface Difference {
  readonly path: readonly string[];
  readonly one: unknown;
  readonly other: unknown;
}

export function differences(one: unknown, other: unknown, path: readonly string[] = []): readonly Difference[] {
  if (one === other) return [];
  const [left, right] = [members(one), members(other)];
  if (left === undefined || right === undefined || Array.isArray(one) !== Array.isArray(other)) return [{ path, one, other }];
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) => differences(left.get(key), right.get(key), [...path, key]));
}

/** Of a list, its items by name where all have one: their order then says nothing. */
function members(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (Array.isArray(value)) {
    const names = value.map((item: unknown) =>
      typeof item === 'object' && item !== null && 'name' in item ? String(item.name) : undefined,
    );
    const named = !names.includes(undefined) && new Set(names).size === names.length;
    return new Map(value.map((item, index) => [named ? String(names[index]) : String(index), item]));
  }
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
}

/** Fields that people put secrets into. */
const secretive = ['env', 'args', 'command', 'annotations', 'httpHeaders'];
/** The annotations among them that are ours or Kubernetes' own, and hold none. */
const open = /^(?:wf-deploy\.io\/|kubernetes\.io\/change-cause$|kubectl\.kubernetes\.io\/restartedAt$)/;

/** Whether both values are plain, and no such thing as a field for secrets. */
export const isTelling = ({ path, one, other }: Difference): boolean =>
  [one, other].every((value) => typeof value !== 'object') &&
  (!path.some((key) => secretive.includes(key)) || open.test(path.at(-1) ?? ''));
