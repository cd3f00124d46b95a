import { crashAmong } from '../../domain/kubernetes/diagnosis.ts';
import type { Cause } from '../../domain/rollout/cause.ts';
import { runs } from '../await-rollout.ts';
import { explain } from '../explain.ts';
import { unlessFailed } from '../unless-forbidden.ts';
import { deploymentOf } from './colours.ts';
import { podsOf } from './pods.ts';
import type { Session } from './session.ts';

/**
 * Why nobody answered: new pods that were ready have crashed meanwhile. `undefined`: none has, or they cannot be looked at, and a connection
 * that breaks says nothing about the version.
 */
export async function crashWhileAsked(session: Session, signal: AbortSignal): Promise<Cause | undefined> {
  const { world, namespace, to, image } = session;
  const pods = await unlessFailed(podsOf(session, to, signal), []);
  const trouble = crashAmong(pods.filter((pod) => runs(pod, image)));
  if (trouble === undefined) return undefined;
  const details = await explain(world, { namespace, workload: deploymentOf(session, to).name, diagnosis: trouble });
  return { kind: 'crash', code: 'ROLLOUT_FAILED', text: `${trouble.what}${details}`, remedy: trouble.remedy };
}
