import { isCommit, shortCommit } from '../../domain/evidence/commit.ts';
import type { Comparison } from '../../domain/evidence/comparison.ts';
import type { DeployedRecord } from '../../domain/evidence/deployed.ts';
import { type Order, orderOf } from '../../domain/evidence/order.ts';
import { Lease } from '../../domain/kubernetes/kinds.ts';
import { leaseName, readLease } from '../../domain/rollout/lease.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Lineage } from './fields.ts';

/** The commit that is deployed: that of the inputs, or the run's own. */
export function commitOf({ run }: Pick<World, 'run'>, { commit }: Pick<Lineage, 'commit'>): string | undefined {
  return commit ?? (isCommit(run.commit) ? run.commit : undefined);
}

/**
 * Whether this run may still deploy. Asked before the preflight, so that an old run ends quietly whatever else has changed since, and again at the
 * lock, where it counts. Throws COMMIT_UNORDERED, or a FORGE_* code where the forge gives no answer. Without a token nothing is asked.
 */
export function orderCheck(world: World, lineage: Lineage) {
  const commit = commitOf(world, lineage);
  const known = new Map<string, Comparison>();
  return async (deployed: DeployedRecord | undefined): Promise<Extract<Order, { is: 'in-order' | 'superseded' }>> => {
    const { forge } = world;
    const newest = deployed?.newest;
    if (forge === undefined || newest === undefined || newest === commit) return { is: 'in-order' };
    if (lineage.order === 'any')
      return { is: 'in-order', note: `Order: not asked here (\`order: any\`). The newest commit on record stays ${shortCommit(newest)}.` };
    if (commit === undefined)
      throw new Failure(
        'COMMIT_UNORDERED',
        'It is not known which commit this run deploys.',
        'Give `commit`, or leave `github-token` out.',
      );
    const comparison = known.get(newest) ?? (await forge.compare(newest, commit));
    known.set(newest, comparison);
    const order = orderOf({ commit, reason: lineage.reason, allowUnordered: lineage.allowUnordered }, newest, comparison);
    if (order.is === 'refused') throw new Failure('COMMIT_UNORDERED', order.what, order.remedy);
    return order;
  };
}

export type OrderCheck = ReturnType<typeof orderCheck>;

/** What the Lease says was deployed, before anything is held. Without a forge nobody asks. */
export async function deployedBefore(world: World, service: string, namespace: string): Promise<DeployedRecord | undefined> {
  if (world.forge === undefined) return undefined;
  const lease = await world.cluster.get({ kind: Lease, namespace, name: leaseName(service) });
  return lease === undefined ? undefined : readLease(lease).deployed;
}

/**
 * What the Lease says from now on. `undefined`: the commit is not known, and what it says stays. @param before what it says now: where order is not
 * asked, its newest commit stays, or those who are held to it could be shut out by a commit that was never meant for them.
 */
export function deployedNow(
  world: World,
  lineage: Lineage,
  images: readonly string[],
  before?: DeployedRecord | undefined,
): DeployedRecord | undefined {
  const commit = commitOf(world, lineage);
  if (commit === undefined) return undefined;
  return { commit, newest: lineage.order === 'any' ? before?.newest : commit, images: [...new Set(images)] };
}

/** Whether the Lease says of this run's commit already what it would say afterwards. */
export function isOnRecord(world: World, lineage: Lineage, deployed: DeployedRecord | undefined): boolean {
  const commit = commitOf(world, lineage);
  return world.forge === undefined || commit === undefined || commit === (lineage.order === 'any' ? deployed?.commit : deployed?.newest);
}
