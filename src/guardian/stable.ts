import { keepsChanging, mostConflicts } from '../domain/kubernetes/conflicts.ts';
import { Deployment } from '../domain/kubernetes/kinds.ts';
import { nameOf, type ObjectRef } from '../domain/kubernetes/object.ts';
import { readyOfTemplate, rolloutStatus } from '../domain/kubernetes/rollout-status.ts';
import { takingBack } from '../domain/manifests/record.ts';
import { imageOf } from '../domain/rollout/container-image.ts';
import { fence } from '../domain/rollout/fence.ts';
import { Failure } from '../failure.ts';
import { type Hands, hold } from './hands.ts';
import type { Held } from './state.ts';

export const stableRef = ({ undo }: Hands): ObjectRef => ({ kind: Deployment, namespace: undo.app.namespace, name: undo.stableDeployment });

/**
 * Whether users may go to stable: it is Available, or has as many ready pods as the dead run asked for where it was going back from a canary
 * that harms. Throws DRIFT where it runs what the rollout set: a late write, or somebody else's, has undone what was given back.
 */
export async function mayServe(hands: Hands, { found: { rollout: record, template } }: Held): Promise<boolean> {
  const stable = await hands.cluster.get(stableRef(hands));
  if (stable === undefined) return false;
  if (record !== undefined && takingBack(stable, record, template?.undo) !== undefined)
    throw new Failure('DRIFT', `${nameOf(stableRef(hands))} runs ${record.image} again.`, 'See in its managedFields who wrote it.');
  if (rolloutStatus(stable).is === 'available') return true;
  const enough = record?.enough ?? Number.POSITIVE_INFINITY;
  return record !== undefined && imageOf(stable, record.container) === record.previousImage && readyOfTemplate(stable) >= enough;
}

/**
 * Only what this rollout set is taken back: a stable that runs anything else keeps it. It gets the new epoch all the same, because the
 * dead run's write may still be under way. The Lease is asked between what is read and what is written: whoever has it by then has promoted,
 * perhaps, and no epoch keeps this write from stable.
 */
export async function restoreStable(hands: Hands, held: Held): Promise<void> {
  const { rollout: record, template } = held.found;
  if (record === undefined) return;
  for (let attempt = 1; ; attempt += 1) {
    const stable = await hands.cluster.get(stableRef(hands));
    const back = stable === undefined ? undefined : takingBack(stable, record, template?.undo);
    const operations = back ?? (stable === undefined ? undefined : fence(stable, held.epoch));
    if (operations === undefined) return;
    await hold(hands, held, {});
    try {
      await hands.cluster.write({ do: 'patch', ref: stableRef(hands), operations });
      return hands.log(`Deployment ${hands.undo.stableDeployment}: ${back === undefined ? `epoch ${held.epoch}` : record.previousImage}`);
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
      if (attempt >= mostConflicts) throw keepsChanging(nameOf(stableRef(hands)), 'DRIFT');
    }
  }
}
