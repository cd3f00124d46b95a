import { wayBackOf } from '../../domain/rolling/change.ts';
import type { Journal } from '../../domain/rolling/journal.ts';
import { isOpen } from '../../domain/rolling/record.ts';
import { beginGoingBack, beginRolling, leftByADeadRun, type RollingEnding } from '../../domain/rolling/rolling.ts';
import type { Cause } from '../../domain/rollout/cause.ts';
import type { World } from '../../ports/world.ts';
import type { Lock } from '../held-lock.ts';
import { drive } from './drive.ts';
import { rollingPlanOf, type StageGround } from './ground.ts';
import { findJournal, journalOf } from './keep-journal.ts';
import { checkedAgain, lock, releasing } from './lock-and-check.ts';
import type { DeployPlan } from './plan.ts';
import { preflight } from './preflight.ts';
import type { DeployResult } from './result.ts';
import { entriesFor, openSession, type Session } from './session.ts';
import { endedResult, idleResult, settle } from './settle.ts';
import { tellPlan } from './tell-plan.ts';

/** Preflight, lock, rolling update, release. Throws only while nothing has been written. */
export async function deploy(plan: DeployPlan, world: World): Promise<DeployResult> {
  const started = world.clock.now().toISOString();
  const checked = await preflight(world, plan);
  tellPlan(world, plan, checked);
  const before = { plan, world, started };
  if (plan.dryRun)
    return idleResult({
      ...before,
      ground: checked,
      outcome: 'not-started',
      reason: 'A dry run: everything was rehearsed on the API server and nothing was written.',
    });
  if (isThere(checked))
    return idleResult({
      ...before,
      ground: checked,
      outcome: 'promoted',
      reason: 'Everything is as wanted already: nothing had to be done.',
    });
  const held = await lock(world, plan, checked.namespace);
  try {
    const ground = await checkedAgain(world, plan, held, checked);
    const opened = await open(world, plan, ground, held);
    if ('ending' in opened) return endedResult({ ...before, ...opened });
    const session = opened.session;
    const ending = await drive(session, rollingPlanOf(plan, session.ground), beginRolling(rollingPlanOf(plan, session.ground)));
    await settle(session, ending);
    return endedResult({ ...before, session, ending });
  } finally {
    held.stop();
  }
}

/** Nothing is to be written, and nobody left anything half done. */
export const isThere = ({ steps, lease }: StageGround): boolean =>
  !isOpen(lease?.rolling) &&
  steps.every(({ changes, waits, workload, after }) => !changes && (!waits || workload?.of.status(after).is === 'available'));

export type Opened = { readonly session: Session } | { readonly session: Session; readonly ending: RollingEnding };

/** What a dead run left is finished when it wanted the same, and otherwise taken back first. */
export async function open(world: World, plan: DeployPlan, ground: StageGround, held: Lock): Promise<Opened> {
  const fresh = (found: StageGround): Opened => {
    const journal = journalOf(found.key, found.steps);
    return { session: openSession({ world, plan, ground: found, lock: held, journal, entries: entriesFor(found, journal), kept: false }) };
  };
  const record = held.found?.rolling;
  const journal = isOpen(record) ? await releasing(held, () => findJournal(world, plan.service, ground.namespace)) : undefined;
  if (!isOpen(record) || journal === undefined) return fresh(ground);
  if (record.phase === 'writing' && journal.key === ground.key) {
    world.log.line(`A run before was rolling out the same and ended in the middle (${record.run}): going on.`);
    return { session: openSession({ world, plan, ground, lock: held, journal, entries: entriesFor(ground, journal), kept: true }) };
  }
  world.log.line(`A run before ended in the middle (${record.run}): what it changed is taken back first.`);
  const { session, ending } = await goBack(world, plan, held, journal, leftByADeadRun);
  if (ending.outcome === 'unknown') {
    await settle(session, ending);
    return { session, ending };
  }
  return fresh(await releasing(held, () => preflight(world, plan)));
}

/** From a journal alone: with nothing but what was remembered. */
export async function goBack(
  world: World,
  plan: DeployPlan,
  held: Lock,
  journal: Journal,
  cause: Cause,
): Promise<{ readonly session: Session; readonly ending: RollingEnding }> {
  const namespace = plan.namespace ?? world.defaultNamespace;
  const ground: StageGround = {
    namespace,
    steps: [],
    key: journal.key,
    port: undefined,
    lease: held.found,
    skipped: [],
    warnings: [],
    notes: [],
  };
  const session = openSession({ world, plan, ground, lock: held, journal, entries: journal.entries, kept: true });
  const steps = { steps: journal.entries.map(() => ({ waits: false })), wayBack: wayBackOf(journal.entries), smoke: false };
  return { session, ending: await drive(session, steps, beginGoingBack(steps, cause)) };
}
