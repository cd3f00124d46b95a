import { digestIn, holdOf, holdText } from '../domain/rollout/hold.ts';
import { type LeaseView, leaseName } from '../domain/rollout/lease.ts';
import type { Problem } from '../domain/rollout/problem.ts';
import { parseImage } from '../domain/units/image.ts';
import { shown } from '../domain/units/shown.ts';
import { Failure } from '../failure.ts';
import type { World } from '../ports/worlds/cluster.ts';

export interface Deploying {
  readonly service: string;
  readonly namespace: string;
  /** As it was just read: before anything else, and again once it is ours and somebody else was there in between. */
  readonly lease: LeaseView | undefined;
  /** Every image that the pods will have. One by tag is resolved first. */
  readonly images: readonly string[];
  /** Those of them that run there already under this very text: a registry that cannot be asked about their tag stops nothing. */
  readonly present?: readonly string[];
}

/**
 * Nothing that was rolled back comes again by itself: whatever deploys asks here before its first write. Throws DIGEST_HELD for a digest
 * that is held, and where nobody can say what is held; REGISTRY_UNCHECKED for a tag that cannot be told from one.
 */
export async function refuseHeld(
  world: Pick<World, 'registry'>,
  { service, namespace, lease, images, present = [] }: Deploying,
): Promise<void> {
  const holds = lease?.holds;
  if (holds === undefined || (holds.list.length === 0 && !holds.unreadable)) return;
  const name = `Lease ${namespace}/${leaseName(service)}`;
  if (holds.unreadable) {
    throw new Failure(
      'DIGEST_HELD',
      `The annotation wf-deploy.io/holds of ${name} cannot be read: nobody can say which digests are held.`,
      'See who edited it, and put back the JSON list. Removing the annotation lifts every hold.',
    );
  }
  for (const image of new Set(images)) {
    const digest = digestIn(image) ?? (await resolved(world, image, name, present.includes(image)));
    const hold = holdOf(holds, digest);
    if (hold === undefined) continue;
    throw new Failure(
      'DIGEST_HELD',
      `${shown(image, 300)} was not deployed: ${holdText(hold)}`,
      'Deploy an image of a later commit. To deploy this one after all, lift the hold first: `operation: unhold` of actions/rollback, with a reason.',
    );
  }
}

/** An image that the registry does not have cannot be a held one; its pods could not start either. */
async function resolved({ registry }: Pick<World, 'registry'>, text: string, lease: string, present: boolean): Promise<string | undefined> {
  const image = parseImage(text);
  const answer = image.ok ? await registry.resolve(image.value) : ({ is: 'not-checked', reason: image.problem } as const);
  if (answer.is === 'found') return answer.digest;
  if (answer.is === 'missing' || present) return undefined;
  throw new Failure(
    'REGISTRY_UNCHECKED',
    `Digests are held in ${lease}, and it could not be found out whether ${shown(text, 300)} is one of them: ${answer.reason}.`,
    'Give the image by digest, or let this runner read the registry.',
  );
}

/** On a way back: only a hold that is known to be one stops it. Answers with what could not be found out. */
export async function refuseKnownHeld(world: Pick<World, 'registry'>, deploying: Deploying): Promise<readonly Problem[]> {
  if (deploying.lease?.holds?.unreadable === true)
    return [
      {
        what: 'Not checked: whether that was taken back before (the annotation wf-deploy.io/holds cannot be read).',
        remedy: 'See who edited it.',
      },
    ];
  try {
    await refuseHeld(world, deploying);
    return [];
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'REGISTRY_UNCHECKED')) throw error;
    return [{ what: `Not checked: whether that was taken back before. ${error.what}`, remedy: error.remedy }];
  }
}
