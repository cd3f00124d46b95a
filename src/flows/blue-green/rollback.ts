import { type BlueGreenEnding, beginBlueGreen } from '../../domain/blue-green/blue-green.ts';
import type { BlueGreenRecord } from '../../domain/blue-green/record.ts';
import { rolledBack } from '../../domain/rollout/cause.ts';
import { imageOf } from '../../domain/rollout/container-image.ts';
import { isSameImage } from '../../domain/rollout/same-image.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { giveAway } from '../give-away.ts';
import { isAsChecked, type Lock } from '../held-lock.ts';
import { notHeld, unreadableHolds } from '../hold-images.ts';
import { lockOfRun } from '../lock-of-run.ts';
import { releasing } from '../releasing.ts';
import { whoActs } from '../signature.ts';
import { unlessForbidden } from '../unless-forbidden.ts';
import { podsOfWorkload } from '../workload-pods.ts';
import { present } from './colours.ts';
import { tellPlan } from './deploy.ts';
import { drive } from './drive.ts';
import { heldByHand } from './hold-back.ts';
import { leaseNow } from './lease-now.ts';
import { type LedBack, ledBack, seenForLedBack } from './led-back.ts';
import { checkedAgain } from './lock-and-check.ts';
import { isAnswer, mendByHand, resultByHand } from './mend-by-hand.ts';
import type { RollbackWish } from './plan.ts';
import { preflight } from './preflight.ts';
import type { BlueGreenResult } from './result.ts';
import { openSession, type Session } from './session.ts';
import { endedResult, idleResult, type Raw, settle } from './settle.ts';

/**
 * Users back to the other colour: scaled up first where it has no pods, and switched only when it is Available. A living deployment is
 * not waited for: it finds another epoch, and what it began is taken back. A rollback that was left half done is finished, never undone.
 * What users had is held.
 */
export async function rollback(plan: RollbackWish, world: World): Promise<BlueGreenResult> {
  const namespace = plan.namespace ?? world.defaultNamespace;
  const raw = { plan, world, started: world.clock.now().toISOString() };
  const lease = await leaseNow(world, plan, namespace);
  const left = lease?.blueGreen;
  const answered = isAnswer(left);
  const seen = answered ? { lease } : await seenForLedBack(world, plan, namespace, lease);
  const there = ledBack(plan, namespace, seen);
  if (there !== undefined) return nothingToDo(raw, there);
  const checked = answered ? undefined : await preflight(world, plan, seen);
  if (checked !== undefined) tellPlan(world, plan, checked);
  if (plan.dryRun)
    return idleResult({
      ...raw,
      ...(checked === undefined ? {} : { ground: checked }),
      outcome: 'not-started',
      reason: answered ? wouldMend(left) : 'A dry run: everything was looked at and nothing was written.',
    });
  const held = await lockOfRun(world, plan, namespace, { takeOver: true });
  try {
    const answer = await mended(raw, held, namespace);
    if (answer !== undefined) return answer;
    // Whoever pressed at the same time may have led them back meanwhile.
    const since = isAsChecked(held, checked?.lease)
      ? undefined
      : await releasing(world, held, async () => ledBack(plan, namespace, await seenForLedBack(world, plan, namespace, held.found)));
    if (since !== undefined) {
      await giveAway(world, held);
      return nothingToDo(raw, since);
    }
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

function nothingToDo(raw: Raw & { readonly plan: RollbackWish }, { reason, ...there }: LedBack): BlueGreenResult {
  const { plan, world } = raw;
  world.log.line(there.remedy === undefined ? reason : `${reason}\n→ ${there.remedy}`);
  return plan.dryRun
    ? idleResult({ ...raw, ...there, outcome: 'not-started', reason: `A dry run: ${reason}` })
    : idleResult({ ...raw, ...there, outcome: 'nothing-to-do', reason });
}

const wouldMend = ({ operation, phase, from, to }: BlueGreenRecord): string =>
  operation === 'rollback'
    ? `A dry run: a rollback is in the phase \`${phase}\`. It would be finished: users go to ${to}. Nothing was written.`
    : `A dry run: a deployment is in the phase \`${phase}\`. It would be taken back to ${from}. Nothing was written.`;

/**
 * `undefined`: nothing was half done, or a rollback before this one had failed and is tried again, or users are to have another image than
 * they have now.
 */
async function mended(raw: Raw & { readonly plan: RollbackWish }, held: Lock, namespace: string): Promise<BlueGreenResult | undefined> {
  const left = await mendByHand(raw.world, raw.plan, held, namespace);
  if (left === undefined) return undefined;
  const { plan, world } = raw;
  const { session, ending } = left;
  const failedBefore = session.operation === 'rollback' && held.found?.blueGreen?.phase === 'returning';
  if (ending.outcome !== 'unknown' && (failedBefore || plan.image !== undefined)) {
    await settle(session, ending, 'kept');
    if (failedBefore || !(await releasing(world, held, () => haveWish(session, ending, plan)))) return undefined;
    await giveAway(world, held);
  } else await settle(session, ending);
  const result = resultByHand(raw, left);
  return ending.outcome === 'unknown' ? result : { ...result, images: await imagesNow(session, result) };
}

/** What the colour runs that has the users. Its ending stands, whether or not it could be looked at once more. */
async function imagesNow(session: Session, { live }: BlueGreenResult): Promise<BlueGreenResult['images']> {
  const { container } = session;
  try {
    const image = live && imageOf(await present(session, live), container);
    return image === undefined ? undefined : { [container]: image };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    session.world.log.line(`Not read: which image users have now. ${error.what}`);
    return undefined;
  }
}

async function haveWish(session: Session, { outcome }: BlueGreenEnding, { image }: RollbackWish): Promise<boolean> {
  const deployment = await present(session, outcome === 'promoted' ? session.to : session.from);
  return image !== undefined && isSameImage(imageOf(deployment, session.container) ?? '', image);
}
