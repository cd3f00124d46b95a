import { Deployment } from '../domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../domain/kubernetes/object.ts';
import { colouredName, colours } from '../domain/rollout/layout.ts';
import type { World } from '../ports/worlds/cluster.ts';
import { unlessForbidden } from './unless-forbidden.ts';

export interface Pair {
  readonly blue: KubernetesObject | undefined;
  readonly green: KubernetesObject | undefined;
}

/** The Deployments that blue-green has in the place of one called `name`. What may not be read counts as not there. */
export async function readPair({ cluster }: Pick<World, 'cluster'>, namespace: string, name: string): Promise<Pair> {
  const [blue, green] = await Promise.all(
    colours.map((colour) => unlessForbidden(cluster.get({ kind: Deployment, namespace, name: colouredName(name, colour) }), undefined)),
  );
  return { blue, green };
}
