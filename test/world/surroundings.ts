import { buildContext } from '../../src/domain/build/context.ts';
import type { Surroundings } from '../../src/world/surroundings.ts';

/** Of a run that keeps silent, is never cancelled, hands nothing over and builds nothing. */
export function surroundings(over: Partial<Surroundings> = {}): Surroundings {
  return {
    run: { holder: 'h', page: undefined, actor: undefined, commit: undefined },
    log: { line: () => undefined, debug: () => undefined, annotate: () => undefined },
    cancellation: { onRequest: () => () => undefined },
    handover: { save: () => undefined },
    mask: () => undefined,
    workspace: '/nowhere',
    temporary: '/nowhere',
    kubeconfigPath: '',
    dockerConfig: '',
    idToken: undefined,
    building: {
      context: buildContext({ ref: '', sha: '', repository: '', serverUrl: '', event: undefined }),
      dockerFolder: '',
      cacheAccess: {},
    },
    environment: {},
    version: '0.0.0',
    ...over,
  };
}
