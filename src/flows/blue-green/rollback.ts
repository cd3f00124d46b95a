import { beginBlueGreen } from '../../domain/blue-green/blue-green.ts';
import type { BlueGreenRecord } from '../../domain/blue-green/record.ts';
import { rolledBack } from '../../domain/rollout/cause.ts';
import type { World } from '../../ports/world.ts';
import { unlessForbidden } from '../canary/unless-forbidden.ts';
import type { Lock } from '../held-lock.ts';
import { notHeld, unreadableHolds } from '../hold-images.ts';
import { whoActs } from '../signature.ts';
import { podsOfWorkload } from '../workload-pods.ts';
import { tellPlan } from './deploy.ts';
import { drive } from './drive.ts';
import { heldByHand } from './hold-back.ts';
import { readRecord } from './lease-now.ts';
import { checkedAgain, lock } from './lock-and-check.ts';
import { isAnswer, mendByHand, resultByHand } from './mend-by-hand.ts';
import type { RollbackWish } from './plan.ts';
import { preflight } from './preflight.ts';
import type { BlueGreenResult } from './result.ts';
import { openSession } from './session.ts';
import { endedResult, idleResult, type Raw, settle } from './settle.ts';

/**
 * Users back to the other colour: scaled up first where it has no pods, and switched only when it is Available. A living deployment is
 * not waited for: it finds another epoch, and what it began is taken back. A rollback that was left half done is finished, never undone.
 * What users had is held.
 */
export async function rollback(plan: RollbackWish, world: World): Promise<BlueGreenResult> {
  const namespace = plan.namespace ?? world.defaultNamespace;
  const raw = { plan, world, started: world.clock.now().toISOString() };
  const left = await readRecord(world, plan, namespace);
  const answered = isAnswer(left);
  const checked = answered ? undefined : await preflight(world, plan);
  if (checked !== undefined) tellPlan(world, plan, checked);
  if (plan.dryRun)
    return idleResult({
      ...raw,
      ...(checked === undefined ? {} : { ground: checked }),
      outcome: 'not-started',
      reason: answered ? wouldMend(left) : 'A dry run: everything was looked at and nothing was written.',
    });
  const held = await lock(world, plan, namespace, true);
  try {
    const answer = await mended(raw, held, namespace);
    if (answer !== undefined) return answer;
    const ground = await checkedAgain(world, plan, held, checked);
    const pods = await unlessForbidden(podsOfWorkload(world, namespace, ground.deployments[ground.from]), []);
    const cause = rolledBack({ who: whoActs(world), why: plan.reason });
    const hold = heldByHand({ world, plan, namespace }, ground.previousImage, pods, cause);
    const session = openSession({ world, plan, lock: held }, ground, hold);
    if (hold === undefined) session.remarks.push(notHeld(ground.previousImage));
    if (held.found?.holds?.unreadable === true) session.remarks.push(unreadableHolds);
    const ending = await drive(session, { operation: 'rollback', checks: false, hook: false, watch: false }, beginBlueGreen());
    await settle(session, ending);
    return endedResult({ ...raw, ground, session, ending });
  } finally {
    held.stop();
  }
}

const wouldMend = ({ operation, phase, from, to }: BlueGreenRecord): string =>
  operation === 'rollback'
    ? `A dry run: a rollback is in the phase \`${phase}\`. It would be finished: users go to ${to}. Nothing was written.`
    : `A dry run: a deployment is in the phase \`${phase}\`. It would be taken back to ${from}. Nothing was written.`;

/** `undefined`: nothing was half done, or a rollback before this one had failed and is tried again. */
async function mended(raw: Raw & { readonly plan: RollbackWish }, held: Lock, namespace: string): Promise<BlueGreenResult | undefined> {
  const left = await mendByHand(raw.world, raw.plan, held, namespace);
  if (left === undefined) return undefined;
  const { session, ending } = left;
  if (session.operation === 'rollback' && held.found?.blueGreen?.phase === 'returning' && ending.outcome !== 'unknown') {
    await settle(session, ending, 'kept');
    return undefined;
  }
  await settle(session, ending);
  return resultByHand(raw, left);
}
