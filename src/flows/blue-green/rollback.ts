import { beginBlueGreen } from '../../domain/blue-green/blue-green.ts';
import { type BlueGreenRecord, isSwitchOpen } from '../../domain/blue-green/record.ts';
import { Deployment } from '../../domain/kubernetes/kinds.ts';
import { type Cause, rolledBack } from '../../domain/rollout/cause.ts';
import { imageOf } from '../../domain/rollout/container-image.ts';
import type { Hold } from '../../domain/rollout/hold.ts';
import { colouredName } from '../../domain/rollout/layout.ts';
import type { World } from '../../ports/world.ts';
import { unlessForbidden } from '../canary/unless-forbidden.ts';
import type { Lock } from '../held-lock.ts';
import { notHeld, unreadableHolds } from '../hold-images.ts';
import { releasing } from '../releasing.ts';
import { whoActs } from '../signature.ts';
import { podsOfWorkload } from '../workload-pods.ts';
import { tellPlan } from './deploy.ts';
import { drive } from './drive.ts';
import { heldByHand } from './hold-back.ts';
import { readRecord } from './lease-now.ts';
import { mendLeft } from './left-behind.ts';
import { checkedAgain, lock } from './lock-and-check.ts';
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
  const cause = rolledBack({ who: whoActs(world), why: plan.reason });
  try {
    const answer = await mended(raw, held, namespace, cause);
    if (answer !== undefined) return answer;
    const ground = await checkedAgain(world, plan, held, checked);
    const pods = await unlessForbidden(podsOfWorkload(world, namespace, ground.deployments[ground.from]), []);
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

/** To take back or to finish what is half done is all that was asked for. */
const isAnswer = (record: BlueGreenRecord | undefined): record is BlueGreenRecord =>
  isSwitchOpen(record) && (record.operation === 'rollback' || record.phase !== 'retiring');

const wouldMend = ({ operation, phase, from, to }: BlueGreenRecord): string =>
  operation === 'rollback'
    ? `A dry run: a rollback is in the phase \`${phase}\`. It would be finished: users go to ${to}. Nothing was written.`
    : `A dry run: a deployment is in the phase \`${phase}\`. It would be taken back to ${from}. Nothing was written.`;

/** `undefined`: nothing was half done, or a rollback before this one had failed and is tried again. */
async function mended(
  raw: Raw & { readonly plan: RollbackWish },
  held: Lock,
  namespace: string,
  cause: Cause,
): Promise<BlueGreenResult | undefined> {
  const { plan, world } = raw;
  const record = held.found?.blueGreen;
  if (!isAnswer(record)) return undefined;
  const { hold, image } = await releasing(world, held, () => holdHarmful(world, plan, namespace, record, cause));
  const left = await mendLeft(world, plan, held, namespace, cause, hold);
  if (left === undefined) return undefined;
  const { session, ending } = left;
  if (hold === undefined) session.remarks.push(notHeld(image));
  if (record.operation === 'rollback' && record.phase === 'returning' && ending.outcome !== 'unknown') {
    await settle(session, ending, 'kept');
    return undefined;
  }
  await settle(session, ending);
  const asWished = record.operation === 'deploy' && ending.outcome !== 'unknown';
  const result = endedResult({ ...raw, session, ending, asWished });
  return asWished ? { ...result, outcome: 'rolled-back', code: undefined, remedy: undefined } : result;
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
