import { revisionLabel } from '../../domain/build/labels.ts';
import { isCommit } from '../../domain/evidence/commit.ts';
import { parseImage } from '../../domain/units/image.ts';
import type { World } from '../../ports/world.ts';

/**
 * The source tree that an image was built from, as the image itself says by its revision: what the run's commit is decides nothing, because an
 * image may be older than the commit that deploys it. `undefined`: it does not say, or its commit is not known.
 */
export async function treeOf({ registry, forge }: Pick<World, 'registry' | 'forge'>, image: string): Promise<string | undefined> {
  const ref = parseImage(image);
  if (!ref.ok || ref.value.digest === undefined) return undefined;
  const revision = (await registry.labels(ref.value))[revisionLabel];
  return isCommit(revision) ? await forge?.tree(revision) : undefined;
}
