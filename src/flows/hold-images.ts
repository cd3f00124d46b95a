import type { KubernetesObject } from '../domain/kubernetes/object.ts';
import { imagesOf } from '../domain/kubernetes/pod-template.ts';
import type { PodTemplate } from '../domain/kubernetes/workload.ts';
import { runningDigest } from '../domain/rollback/running-digest.ts';
import { type Hold, type Holds, heldAs, withHold } from '../domain/rollout/hold.ts';

export interface Holding {
  readonly holds: Holds;
  /** Images that are not to come again. */
  readonly images: readonly string[];
  /** Digests that are to run from now on: never held. */
  readonly wanted: readonly (string | undefined)[];
  /** That run the images: they say the digest behind a tag. */
  readonly pods: readonly KubernetesObject[];
  readonly hold: Omit<Hold, 'digest' | 'image'>;
}

export interface HeldNow {
  readonly holds: Holds;
  readonly held: readonly string[];
  readonly warnings: readonly string[];
}

export const notHeld = (image: string): string =>
  `Not held: the digest of ${image} is not known, so another run could bring it again. Deploy by digest.`;

export const unreadableHolds =
  'The annotation wf-deploy.io/holds of the Lease cannot be read and was left as it is: until it is mended, every deployment stops.';

/** What a person takes back is held. Holds that cannot be read stay as they are: a list that could be read again would let through what else was held. */
export function holdImages({ holds, images, wanted, pods, hold }: Holding): HeldNow {
  if (holds.unreadable) return { holds, held: [], warnings: [unreadableHolds] };
  let list = holds.list.filter(({ digest }) => !wanted.includes(digest));
  const held: string[] = [];
  const warnings: string[] = [];
  for (const image of new Set(images)) {
    const digest = runningDigest(image, pods);
    if (digest === undefined) warnings.push(notHeld(image));
    else if (!wanted.includes(digest)) {
      list = [...withHold({ list, unreadable: false }, { ...hold, ...heldAs(image, digest) })];
      if (!held.includes(digest)) held.push(digest);
    }
  }
  return { holds: { list, unreadable: false }, held, warnings };
}

/** What the second template does not run any more. */
export const takenBackBy = (present: PodTemplate, target: PodTemplate): readonly string[] => {
  const kept = Object.values(imagesOf(target));
  return Object.values(imagesOf(present)).filter((image) => !kept.includes(image));
};
