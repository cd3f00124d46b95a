/** Where two values are not the same. `undefined`: not there. In the path, items of a list go by their name where all have one. */
export interface Difference {
  readonly path: readonly string[];
  readonly one: unknown;
  readonly other: unknown;
}

export function differences(one: unknown, other: unknown): readonly Difference[] {
  const found: Difference[] = [];
  collect(one, other, [], found);
  return found;
}

/** @param path where the two are; as it was when this is done. Objects are compared thousands of times in a release. */
function collect(one: unknown, other: unknown, path: string[], found: Difference[]): void {
  if (one === other) return;
  const [left, right] = [members(one), members(other)];
  if (left === undefined || right === undefined || Array.isArray(one) !== Array.isArray(other)) {
    found.push({ path: [...path], one, other });
    return;
  }
  const below = (key: string): void => {
    path.push(key);
    collect(left.of(key), right.of(key), path, found);
    path.pop();
  };
  for (const key of left.keys) below(key);
  for (const key of right.keys) if (!left.has(key)) below(key);
}

interface Members {
  readonly keys: readonly string[];
  readonly has: (key: string) => boolean;
  readonly of: (key: string) => unknown;
}

/** Of a list, its items by name where all have one: their order then says nothing. */
function members(value: unknown): Members | undefined {
  if (Array.isArray(value)) {
    const names = value.map((item: unknown) =>
      typeof item === 'object' && item !== null && 'name' in item ? String(item.name) : undefined,
    );
    const named = !names.includes(undefined) && new Set(names).size === names.length;
    const items = new Map(value.map((item, index) => [named ? String(names[index]) : String(index), item]));
    return { keys: [...items.keys()], has: (key) => items.has(key), of: (key) => items.get(key) };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const has = (key: string): boolean => Object.hasOwn(value, key);
  return { keys: Object.keys(value), has, of: (key) => (has(key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined) };
}

/** Fields that people put secrets into. */
const secretive = ['env', 'args', 'command', 'annotations', 'httpHeaders'];
/** The annotations among them that are ours or Kubernetes' own, and hold none. */
const open = /^(?:wf-deploy\.io\/|kubernetes\.io\/change-cause$|kubectl\.kubernetes\.io\/restartedAt$)/;

/** Whether both values are plain, and no such thing as a field for secrets. */
export const isTelling = ({ path, one, other }: Difference): boolean =>
  [one, other].every((value) => typeof value !== 'object') &&
  (!path.some((key) => secretive.includes(key)) || open.test(path.at(-1) ?? ''));
