import type { BuildContext } from '../../domain/build/context.ts';
import type { Images } from '../images.ts';
import type { SourceTree } from '../source-tree.ts';
import type { Workspace } from './workspace.ts';

/** The ports of a flow that builds images. */
export interface BuildWorld extends Workspace {
  readonly context: BuildContext;
  readonly images: Images;
  readonly sourceTree: SourceTree;
  /** Whether this run may use the cache of the platform. */
  readonly hasPlatformCache: boolean;
}
