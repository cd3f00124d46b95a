import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { selfTest } from '../measure.ts';
import { type Arms, selectorsOf } from './criteria.ts';
import type { BlueGreenWish } from './plan.ts';

/** Every query is run on the colour that has the users: a misspelt metric is a problem now, and not a new colour that seems to be without errors. */
export async function testMetrics(world: World, plan: BlueGreenWish, arms: Arms, serving: readonly KubernetesObject[]) {
  const nothing: { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } = { problems: [], warnings: [] };
  if (plan.operation !== 'deploy' || plan.measure === undefined) return nothing;
  const { source, criteria } = plan.measure;
  const selectors = selectorsOf(plan.measure, arms, { from: serving, to: [] });
  if (!selectors.ok)
    return {
      ...nothing,
      problems: [{ what: `The old colour cannot be measured: its selector ${selectors.problem}.`, remedy: selectors.remedy }],
    };
  return await selfTest(world.metrics, { source, criteria, namespace: arms.namespace }, selectors.value);
}
