import { Secret } from '../../domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import { remembered } from '../../domain/kubernetes/restored.ts';
import { type Journal, journalName, journalSecret, readJournal } from '../../domain/rolling/journal.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { remove } from '../remove.ts';
import type { Step } from './ground.ts';

/** What has to be remembered of a run's steps. What does not change needs no way back. */
export const journalOf = (key: string, steps: readonly Step[]): Journal => ({
  key,
  entries: steps
    .filter(({ changes }) => changes)
    .map(({ change, workload, present, after }) => ({
      ref: change.ref,
      before: present === undefined ? undefined : sized(remembered(present), change.do === 'apply' ? change.manifest : {}),
      images: workload === undefined ? undefined : imagesOf(templateOf(after)),
    })),
});

/** Where the run does not say how many pods there are, neither does its way back: an autoscaler may have changed it since. */
function sized(before: KubernetesObject, manifest: Readonly<Record<string, unknown>>): KubernetesObject {
  const spec = before['spec'] as Readonly<Record<string, unknown>> | undefined;
  const wished = manifest['spec'] as Readonly<Record<string, unknown>> | undefined;
  if (spec?.['replicas'] === undefined || wished?.['replicas'] !== undefined) return before;
  const { replicas: _, ...others } = spec;
  return { ...before, spec: others };
}

const refOf = (service: string, namespace: string) => ({ kind: Secret, namespace, name: journalName(service) });

export async function keepJournal(world: World, service: string, namespace: string, journal: Journal, signal?: AbortSignal): Promise<void> {
  await world.cluster.write({ do: 'apply', ref: refOf(service, namespace), object: journalSecret(service, namespace, journal) }, signal);
}

/** `undefined`: there is none, so nothing was written yet, or everything was taken back. Throws when there is one that cannot be read. */
export async function findJournal(world: World, service: string, namespace: string): Promise<Journal | undefined> {
  const secret = await world.cluster.get(refOf(service, namespace));
  if (secret === undefined) return undefined;
  const journal = readJournal(secret);
  if (journal !== undefined) return journal;
  throw new Failure(
    'CLUSTER_REFUSED',
    `Secret ${namespace}/${journalName(service)} does not hold what a run before has remembered for its way back.`,
    'See what the run before has changed, mend that by hand, delete this Secret, and start again.',
  );
}

/** Before the lock is given away: afterwards it may be another run's. */
export async function forgetJournal(world: World, service: string, namespace: string): Promise<void> {
  await remove(world, refOf(service, namespace));
}
