import { wishText } from '../../domain/rollback/to.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { giveAway } from '../give-away.ts';
import type { Lock } from '../held-lock.ts';
import { patiently } from '../patiently.ts';
import { type Looked, look, openRollback } from './look.ts';
import type { BackPlan } from './plan.ts';
import { resumed } from './resume.ts';

/**
 * For the `post` step: where its run was going stands in its record, and what was asked for may mean something else by now. Only where the
 * run had not written it yet it is asked anew. What cannot be finished leaves the lock to the next run.
 */
export async function lookAgain(world: World, plan: BackPlan, lock: Lock): Promise<Looked> {
  const open = openRollback(plan, lock.found);
  const record = open?.asked === wishText(plan.to) ? open : undefined;
  try {
    const looked = await patiently(world, { seconds: plan.rolloutTimeout }, () => look(world, plan, lock.found, record));
    // While a canary or a rolling update goes on, the workload is on its way between the two by our own hand.
    if (record === undefined || looked.flight !== undefined || resumed(record, looked.standing) !== undefined) return looked;
    throw new Failure(
      'ROLLBACK_UNCONFIRMED',
      `Deployment ${plan.stableDeployment} was changed by somebody else after this rollback to ${record.to} had begun: it was left as it is.`,
      'Look at who changed it. To go back all the same, run this action again.',
    );
  } catch (error) {
    if (error instanceof Failure) await giveAway(world, lock);
    throw error;
  }
}
