import { Secret } from '../../domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import { remembered } from '../../domain/kubernetes/restored.ts';
import { type Journal, journalName, journalSecret, readJournal } from '../../domain/rolling/journal.ts';
import type { RollingRecord } from '../../domain/rolling/record.ts';
import { epochOf } from '../../domain/rollout/lease.ts';
import type { LeaseChange } from '../../domain/rollout/lease-writes.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Lock } from '../held-lock.ts';
import { patiently } from '../patiently.ts';
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

/** The service that it is of. */
export interface JournalPlace {
  readonly service: string;
  readonly namespace: string;
}

const refOf = ({ service, namespace }: JournalPlace) => ({ kind: Secret, namespace, name: journalName(service) });

/** One that was left over is written over. */
export async function keepJournal(world: World, place: JournalPlace, journal: Journal, epoch: number, signal?: AbortSignal): Promise<void> {
  const object = journalSecret(place.service, place.namespace, journal, epoch);
  await world.cluster.write({ do: 'apply', ref: refOf(place), object }, signal);
}

/** `undefined`: there is none, so nothing was written yet, or everything was taken back. Throws when there is one that cannot be read. */
export async function findJournal(world: World, { service, namespace }: JournalPlace): Promise<Journal | undefined> {
  const secret = await world.cluster.get(refOf({ service, namespace }));
  if (secret === undefined) return undefined;
  const journal = readJournal(secret);
  if (journal !== undefined) return journal;
  throw new Failure(
    'CLUSTER_REFUSED',
    `Secret ${namespace}/${journalName(service)} does not hold what a run before has remembered for its way back.`,
    'See what the run before has changed, mend that by hand, delete this Secret, and start again.',
  );
}

/**
 * The last words: once they are in the Lease nothing is half done, and what was there before is not needed any more. Only then, and before
 * the lock is given away, it is forgotten. Answers with what the Lease says after that. Throws what kept the words from being written.
 */
export async function lastWords(
  world: World,
  lock: Lock,
  place: JournalPlace,
  { rolling, ...words }: LeaseChange,
  seconds: number,
): Promise<LeaseChange> {
  const patience = { seconds, signal: lock.lost };
  const said = (phase: RollingRecord['phase']): LeaseChange => (rolling === undefined ? {} : { rolling: { ...rolling, phase } });
  await patiently(world, patience, () => lock.record({ ...words, ...said('settled') }));
  try {
    await patiently(world, patience, () => forgetJournal(world, place, lock.epoch));
    return said('resting');
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    world.log.line(`  Secret ${place.namespace}/${journalName(place.service)} is left for the next run to delete: ${error.what}`);
    return {};
  }
}

/** Never that of a successor, however late this run comes. */
async function forgetJournal(world: World, place: JournalPlace, epoch: number): Promise<void> {
  const secret = await world.cluster.get(refOf(place));
  if (secret === undefined || epochOf(secret) > epoch) return;
  const { uid, resourceVersion } = secret.metadata;
  await remove(world, refOf(place), { uid, version: resourceVersion });
}
