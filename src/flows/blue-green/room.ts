import { inspectRoom } from '../../domain/blue-green/room.ts';
import { Node, Pod } from '../../domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { Findings } from '../../domain/rollout/problem.ts';
import { inspectQuota } from '../../domain/rollout/quota.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { unlessForbidden } from '../unless-forbidden.ts';
import type { BlueGreenWish } from './plan.ts';
import { runningTemplate } from './preflight-checks.ts';

interface Further {
  /** So many more than the idle colour has. */
  readonly pods: number;
  readonly deployment: string;
  readonly serving: KubernetesObject;
  readonly servingPods: readonly KubernetesObject[];
  /** `undefined`: they may not be read. */
  readonly quotas: readonly KubernetesObject[] | undefined;
}

/** Whether there is room for both colours: in the quotas of the namespace, and on the nodes. */
export async function roomForBoth(
  { cluster }: Pick<World, 'cluster'>,
  plan: BlueGreenWish,
  { pods, deployment, serving, servingPods, quotas }: Further,
): Promise<Findings> {
  const template = runningTemplate(serving, servingPods);
  const quota = inspectQuota(quotas ?? [], [{ template, pods }], `of ${deployment}`);
  const [nodes, everywhere] =
    pods === 0
      ? []
      : await Promise.all([unlessForbidden(cluster.list(Node, ''), undefined), unlessForbidden(cluster.list(Pod, ''), undefined)]);
  const wish = plan.operation === 'deploy' ? plan.nodeRoom : 'accept';
  const room = inspectRoom({ nodes, pods: everywhere }, template, { pods, deployment }, wish);
  return {
    problems: [...quota.problems, ...room.problems],
    warnings: [
      ...quota.warnings,
      ...room.warnings,
      ...(quotas === undefined
        ? [{ what: 'Not checked: whether both colours fit into the quotas.', remedy: 'Grant `list` of resourcequotas.' }]
        : []),
    ],
  };
}
