import type { Undo } from '../../src/domain/guardian/undo.ts';
import { gatewayApi } from '../../src/domain/traffic/gateway-api.ts';
import type { Hands } from '../../src/guardian/hands.ts';

/** A guardian's hands on a cluster and a clock of the test, that tell nobody. */
export const handsOn = (cluster: Hands['cluster'], clock: Hands['clock'], undo: Undo): Hands => ({
  cluster,
  clock,
  lens: gatewayApi,
  undo,
  pod: 'pod-1',
  me: 'guardian/pod-1',
  notifiers: [],
  log: () => undefined,
});
