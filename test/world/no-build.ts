import { buildContext } from '../../src/domain/build/context.ts';
import type { BuildSurroundings } from '../../src/world/surroundings.ts';

export const surroundingsOfNoBuild: BuildSurroundings = {
  context: buildContext({ ref: '', sha: '', repository: '', serverUrl: '', event: undefined }),
  dockerFolder: '',
  cacheAccess: {},
};
