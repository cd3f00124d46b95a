import { type Health, withPatience } from '../../domain/kubernetes/health.ts';
import { Pod } from '../../domain/kubernetes/kinds.ts';
import { isReady } from '../../domain/kubernetes/pod.ts';
import type { Session } from './session.ts';
import { stablePodLabelsOf } from './survey.ts';

/**
 * What was seen of the canary, unless nobody hears of the nodes of its pods: then users go back once that has lasted, and only where stable
 * has a ready pod to go back to. After an outage of the API server both are marked, and which of them is well nobody knows yet.
 */
export async function waitForNodes(session: Session, seen: Health, signal: AbortSignal): Promise<Health> {
  const { world, ground } = session;
  if (seen.trouble?.cause !== 'node') {
    session.unheardSince = undefined;
    return seen;
  }
  const stable = await world.cluster.list(Pod, ground.app.namespace, { labels: stablePodLabelsOf(ground.stable) }, signal);
  const hasStable = stable.some(isReady);
  const { health, since } = withPatience(seen, hasStable ? session.unheardSince : undefined, world.clock.monotonic());
  session.unheardSince = hasStable ? since : undefined;
  return health;
}
