import type { KubernetesObject } from '../kubernetes/object.ts';
import { deploymentSpec } from '../kubernetes/workload.ts';
import { shown } from '../units/shown.ts';

const most = 20;

/**
 * How the pods of a canary differ from stable's, other than in the image of one container and in their labels: one sentence each.
 * Values that can hold a secret are not shown.
 */
export function templateDifferences(stable: KubernetesObject, canary: KubernetesObject, container: string): readonly string[] {
  const [one, other] = [stable, canary].map((deployment) => {
    const { metadata, spec } = deploymentSpec(deployment).template ?? {};
    return { annotations: metadata?.annotations, ...spec };
  });
  const found = differences(one, other, []).filter(({ path }) => path.join(' ') !== `containers ${container} image`);
  const texts = found.slice(0, most).map((difference) => textOf(difference, stable.metadata.name, canary.metadata.name));
  return found.length > most ? [...texts, `There are ${found.length - most} more differences.`] : texts;
}

interface Difference {
  readonly path: readonly string[];
  readonly one: unknown;
  readonly other: unknown;
}

function differences(one: unknown, other: unknown, path: readonly string[]): readonly Difference[] {
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

const secretive = ['env', 'args', 'command', 'annotations', 'httpHeaders'];

function textOf({ path, one, other }: Difference, stable: string, canary: string): string {
  const where = shown(path.join('.'), 200);
  if (one === undefined) return `${where} is set in ${canary} and not in ${stable}.`;
  if (other === undefined) return `${where} is set in ${stable} and not in ${canary}.`;
  const telling = [one, other].every((value) => typeof value !== 'object') && !path.some((key) => secretive.includes(key));
  if (!telling) return `${where} is not the same in ${stable} and ${canary}.`;
  return `${where} is ${shown(String(one), 60)} in ${stable} and ${shown(String(other), 60)} in ${canary}.`;
}
