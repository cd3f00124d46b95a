import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { Colour } from '../../domain/rollout/layout.ts';
import { podsOfWorkload } from '../workload-pods.ts';
import { present } from './colours.ts';
import type { Session } from './session.ts';

/** The pods of a colour. */
export async function podsOf(session: Session, colour: Colour, signal?: AbortSignal): Promise<readonly KubernetesObject[]> {
  return await podsOfWorkload(session.world, session.namespace, await present(session, colour, signal), signal);
}
