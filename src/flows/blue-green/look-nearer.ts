import { HorizontalPodAutoscaler } from '../../domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { Findings } from '../../domain/rollout/problem.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { resolveImage } from '../resolve-image.ts';
import { unlessForbidden } from '../unless-forbidden.ts';
import { podsOfWorkload } from '../workload-pods.ts';
import type { BlueGreenWish } from './plan.ts';
import { roomForBoth } from './room.ts';
import type { Sides } from './sides.ts';
import type { Survey } from './survey.ts';
import { testMetrics } from './test-metrics.ts';

/** What can be looked at only once it is known who has the users. */
export interface Nearer {
  /** `text` is empty on a way back: the other colour is taken as it is. */
  readonly image: Findings & { readonly text: string };
  readonly autoscalers: readonly KubernetesObject[];
  readonly room: Findings;
  readonly metrics: Findings;
}

export async function lookNearer(
  world: World,
  plan: BlueGreenWish,
  { namespace, quotas }: Pick<Survey, 'namespace' | 'quotas'>,
  { from, to, serving, idle, replicas, before }: Sides,
): Promise<Nearer> {
  const image = await resolveImage(world, plan.operation === 'deploy' ? plan.image : undefined);
  const [servingPods, autoscalers] = await Promise.all([
    unlessForbidden(podsOfWorkload(world, namespace, serving), []),
    unlessForbidden(world.cluster.list(HorizontalPodAutoscaler, namespace), []),
  ]);
  const further = { pods: Math.max(0, replicas - before.replicas), deployment: idle.metadata.name, serving, servingPods, quotas };
  const room = await roomForBoth(world, plan, further);
  const metrics = await testMetrics(world, plan, { service: plan.service, namespace, route: plan.route, from, to }, servingPods);
  return { image, autoscalers, room, metrics };
}
