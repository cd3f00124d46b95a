import { buildKeyLabel, isBuildKey, revisionLabel } from '../../domain/build/labels.ts';
import { isCommit } from '../../domain/evidence/commit.ts';
import { parseImage } from '../../domain/units/image.ts';
import type { World } from '../../ports/worlds/cluster.ts';

/** What an image was built from: the tree of its commit, and the key of tree and inputs. */
export interface ImageSource {
  readonly tree: string | undefined;
  readonly key: string | undefined;
  /** Why the image itself could not be read; then it is not known whether it says more. */
  readonly unread?: string;
}

const unknown: ImageSource = { tree: undefined, key: undefined };

/**
 * The source that an image was built from, as the image itself says by its revision: what the run's commit is decides nothing, because an
 * image may be older than the commit that deploys it. Nothing where it does not say, its commit is not known, or its key is none.
 */
export async function sourceOf({ registry, forge }: Pick<World, 'registry' | 'forge'>, image: string): Promise<ImageSource> {
  const ref = parseImage(image);
  if (!ref.ok || ref.value.digest === undefined) return unknown;
  const said = await registry.labels(ref.value);
  if (said.is === 'not-checked') return { ...unknown, unread: said.reason };
  const { [revisionLabel]: revision, [buildKeyLabel]: key } = said.labels;
  if (!isCommit(revision) || (key !== undefined && !isBuildKey(key))) return unknown;
  const tree = await forge?.tree(revision);
  return tree === undefined ? unknown : { tree, key };
}
