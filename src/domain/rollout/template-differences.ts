import { type Difference, differences, isTelling } from '../kubernetes/difference.ts';
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
  const found = differences(one, other).filter(({ path }) => path.join(' ') !== `containers ${container} image`);
  const texts = found.slice(0, most).map((difference) => textOf(difference, stable.metadata.name, canary.metadata.name));
  return found.length > most ? [...texts, `There are ${found.length - most} more differences.`] : texts;
}

function textOf(difference: Difference, stable: string, canary: string): string {
  const { path, one, other } = difference;
  const where = shown(path.join('.'), 200);
  if (one === undefined) return `${where} is set in ${canary} and not in ${stable}.`;
  if (other === undefined) return `${where} is set in ${stable} and not in ${canary}.`;
  if (!isTelling(difference)) return `${where} is not the same in ${stable} and ${canary}.`;
  return `${where} is ${shown(String(one), 60)} in ${stable} and ${shown(String(other), 60)} in ${canary}.`;
}
