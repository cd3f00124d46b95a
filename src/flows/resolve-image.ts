import type { Findings } from '../domain/rollout/problem.ts';
import { type ImageRef, imageText } from '../domain/units/image.ts';
import type { World } from '../ports/worlds/cluster.ts';

/** By digest where the registry says it, so that the same bytes run everywhere. A registry that cannot be asked is not a pass, and no reason to stop. */
export async function resolveImage(world: World, image: ImageRef | undefined): Promise<Findings & { readonly text: string }> {
  // That there is none is what `evidenceFor` tells.
  if (image === undefined) return { text: '', problems: [], warnings: [] };
  const answer = await world.registry.resolve(image);
  switch (answer.is) {
    case 'found':
      return { text: imageText({ ...image, digest: answer.digest }), problems: [], warnings: [] };
    case 'missing':
      return {
        text: imageText(image),
        problems: [{ what: `The registry has no image ${imageText(image)}.`, remedy: 'Check the tag, and that the build has pushed it.' }],
        warnings: [],
      };
    case 'not-checked':
      return {
        text: imageText(image),
        problems: [],
        warnings: [
          {
            what: `Not checked: whether ${imageText(image)} exists (${answer.reason}).`,
            remedy: 'Give the image by digest, or let this runner read the registry.',
          },
        ],
      };
  }
}
