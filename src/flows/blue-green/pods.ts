import { Pod } from '../../domain/kubernetes/kinds.ts';
import { selectorText } from '../../domain/kubernetes/labels.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { Colour } from '../../domain/rollout/layout.ts';
import { selectorOf } from '../await-workload.ts';
import { present } from './colours.ts';
import type { Session } from './session.ts';

/** The pods of a colour. */
export async function podsOf(session: Session, colour: Colour, signal?: AbortSignal): Promise<readonly KubernetesObject[]> {
  const deployment = await present(session, colour, signal);
  return await session.world.cluster.list(Pod, session.namespace, { labels: selectorText(selectorOf(deployment)) }, signal);
}
