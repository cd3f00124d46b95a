import { beginBlueGreen } from '../../domain/blue-green/blue-green.ts';
import { isSwitchOpen } from '../../domain/blue-green/record.ts';
import { Pod } from '../../domain/kubernetes/kinds.ts';
import { selectorText } from '../../domain/kubernetes/labels.ts';
import { rolledBack } from '../../domain/rollout/cause.ts';
import type { World } from '../../ports/world.ts';
import { selectorOf } from '../await-workload.ts';
import { unlessForbidden } from '../canary/unless-forbidden.ts';
import { releasing } from '../releasing.ts';
import { lock, tellPlan } from './deploy.ts';
import { drive } from './drive.ts';
import type { Ground } from './ground.ts';
import { heldByHand } from './hold-back.ts';
import { readRecord } from './lease-now.ts';
import { mendLeft } from './left-behind.ts';
import type { RollbackWish } from './plan.ts';
import { preflight } from './preflight.ts';
import type { BlueGreenResult } from './result.ts';
import { openSession } from './session.ts';
import { endedResult, idleResult, settle } from './settle.ts';

/**
 * Users back to the other colour: scaled up first where it has no pods, and switched only when it is Available. A living deployment is
 * not waited for: it finds another epoch, and what it began is taken back. What users had is held.
 */
export async function rollback(plan: RollbackWish, world: World): Promise<BlueGreenResult> {
  const namespace = plan.namespace ?? world.defaultNamespace;
  const raw = { plan, world, started: world.clock.now().toISOString() };
  const left = await readRecord(world, plan, namespace);
  const goesOn = isSwitchOpen(left) && left.phase !== 'retiring';
  const checked = goesOn ? undefined : await preflight(world, plan);
  if (checked !== undefined) tellPlan(world, plan, checked);
  if (plan.dryRun)
    return idleResult({
      ...raw,
      ...(checked === undefined ? {} : { ground: checked }),
      outcome: 'not-started',
      reason: goesOn
        ? `A dry run: a deployment is in the phase \`${left.phase}\`. It would be taken back to ${left.from}. Nothing was written.`
        : 'A dry run: everything was looked at and nothing was written.',
    });
  const held = await lock(world, plan, namespace, true);
  const cause = rolledBack({ who: world.run.actor ?? world.run.holder, why: plan.reason });
  try {
    const record = held.found?.blueGreen;
    if (isSwitchOpen(record) && record.phase !== 'retiring') {
      const hold = heldByHand({ world, plan, namespace }, record.image, [], cause);
      const mended = await mendLeft(world, plan, held, namespace, cause, hold);
      if (mended !== undefined) {
        await settle(mended.session, mended.ending);
        const asWished = mended.ending.outcome !== 'unknown';
        const result = endedResult({ ...raw, ...mended, asWished });
        return asWished ? { ...result, outcome: 'rolled-back', code: undefined, remedy: undefined } : result;
      }
    }
    const ground = await releasing(held, () => preflight(world, plan));
    const hold = heldByHand({ world, plan, namespace }, ground.previousImage, await podsOf(world, ground), cause);
    const session = openSession({ world, plan, lock: held }, ground, hold);
    const ending = await drive(session, { checks: false, hook: false, watch: false }, beginBlueGreen());
    await settle(session, ending);
    return endedResult({ ...raw, ground, session, ending });
  } finally {
    held.stop();
  }
}

const podsOf = (world: World, { namespace, deployments, from }: Ground) =>
  unlessForbidden(world.cluster.list(Pod, namespace, { labels: selectorText(selectorOf(deployments[from])) }), []);
