import { type BlueGreenRecord, isSwitchOpen } from '../../domain/blue-green/record.ts';
import { Deployment } from '../../domain/kubernetes/kinds.ts';
import { type Cause, rolledBack } from '../../domain/rollout/cause.ts';
import { imageOf } from '../../domain/rollout/container-image.ts';
import { type Hold, holding } from '../../domain/rollout/hold.ts';
import { colouredName } from '../../domain/rollout/layout.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Lock } from '../held-lock.ts';
import { notHeld } from '../hold-images.ts';
import { patiently } from '../patiently.ts';
import { releasing } from '../releasing.ts';
import { whoActs } from '../signature.ts';
import { unlessForbidden } from '../unless-forbidden.ts';
import { podsOfWorkload } from '../workload-pods.ts';
import { heldByHand } from './hold-back.ts';
import { type Mended, mendLeft } from './left-behind.ts';
import type { RollbackWish } from './plan.ts';
import type { BlueGreenResult } from './result.ts';
import { endedResult, type Raw } from './settle.ts';

/** To take back or to finish what is half done is all that a person asks for who wants users back. */
export const isAnswer = (record: BlueGreenRecord | undefined): record is BlueGreenRecord =>
  isSwitchOpen(record) && (record.operation === 'rollback' || record.phase !== 'retiring');

/**
 * A deployment that is under way, or was left, is taken back, and a rollback is finished. What harms is held before anything else is
 * written: killed right after that, the digest does not come again. `undefined`: nothing of the kind is half done.
 */
export async function mendByHand(world: World, plan: RollbackWish, lock: Lock, namespace: string): Promise<Mended | undefined> {
  const record = lock.found?.blueGreen;
  if (!isAnswer(record)) return undefined;
  const cause = rolledBack({ who: whoActs(world), why: plan.reason });
  const { hold, image } = await releasing(world, lock, () => holdHarmful(world, plan, namespace, record, cause));
  const written = hold !== undefined && (await holdFirst(world, plan, lock, hold));
  const left = await mendLeft(world, plan, lock, namespace, cause, hold);
  if (left === undefined) return undefined;
  if (written && !left.session.held.includes(hold.digest)) left.session.held.push(hold.digest);
  if (hold === undefined) left.session.remarks.push(notHeld(image));
  return left;
}

/** A deployment that was taken back is what was asked for: `rolled-back`, and no failure. */
export function resultByHand(raw: Raw, { session, ending }: Mended): BlueGreenResult {
  const asWished = session.operation === 'deploy' && ending.outcome !== 'unknown';
  const result = endedResult({ ...raw, session, ending, asWished });
  return asWished ? { ...result, outcome: 'rolled-back', code: undefined, remedy: undefined } : result;
}

/** The way back is not blocked by what is only written about it: the record of the way back has the hold too. */
async function holdFirst(world: World, plan: RollbackWish, lock: Lock, hold: Hold): Promise<boolean> {
  const change = holding(lock.found?.holds, hold);
  if (change.holds === undefined) return false;
  try {
    const patience = { seconds: plan.rolloutTimeout, signal: lock.lost };
    await patiently(world, patience, () => lock.record(change));
    return true;
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'LOCK_LOST') throw error;
    world.log.line(`  The hold is not written yet: ${error.what}`);
    return false;
  }
}

/** What a deployment was bringing, or what a rollback was leading away from. */
async function holdHarmful(
  world: World,
  plan: RollbackWish,
  namespace: string,
  { operation, from, to, container, image: brought }: BlueGreenRecord,
  cause: Cause,
): Promise<{ readonly hold: Hold | undefined; readonly image: string }> {
  const name = colouredName(plan.service, operation === 'deploy' ? to : from);
  const deployment = await world.cluster.get({ kind: Deployment, namespace, name });
  const image = operation === 'deploy' ? brought : ((deployment && imageOf(deployment, container)) ?? name);
  // A deployment that was killed early has not given the colour its image yet: its pods say nothing of it.
  const runsIt = deployment !== undefined && imageOf(deployment, container) === image;
  const pods = runsIt ? await unlessForbidden(podsOfWorkload(world, namespace, deployment), []) : [];
  return { hold: heldByHand({ world, plan, namespace }, image, pods, cause), image };
}
