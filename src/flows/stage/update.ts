import { wayBackOf } from '../../domain/rolling/change.ts';
import type { Journal } from '../../domain/rolling/journal.ts';
import { isAtRest, isOpen } from '../../domain/rolling/record.ts';
import { beginGoingBack, beginRolling, leftByADeadRun, type RollingEnding } from '../../domain/rolling/rolling.ts';
import type { Cause } from '../../domain/rollout/cause.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { giveAway } from '../give-away.ts';
import type { Lock } from '../held-lock.ts';
import { changeLines, changesOf } from '../lineage/changes.ts';
import { deployedBefore, deployedNow, isOnRecord, orderCheck } from '../lineage/order.ts';
import { requireStaged } from '../lineage/staging.ts';
import { lockOfRun } from '../lock-of-run.ts';
import { releasing } from '../releasing.ts';
import { drive } from './drive.ts';
import { emptyGround, imagesIn, rollingPlanOf, type StageGround } from './ground.ts';
import { findJournal, journalOf } from './keep-journal.ts';
import { deployedImages, recordAsFound, recordEnding } from './lineage.ts';
import { checkedAgain } from './lock-and-check.ts';
import type { UpdatePlan } from './plan.ts';
import { preflight } from './preflight.ts';
import type { UpdateResult } from './result.ts';
import { entriesFor, openSession, type Session } from './session.ts';
import { endedResult, idleResult, settle, supersededResult } from './settle.ts';
import { tellPlan } from './tell-plan.ts';

/** Preflight, lock, rolling update, release. Throws only while nothing has been written. */
export async function update(plan: UpdatePlan, world: World): Promise<UpdateResult> {
  const run = { plan, world, started: world.clock.now().toISOString() };
  const order = orderCheck(world, plan.lineage);
  const first = await order(await deployedBefore(world, plan.service, plan.namespace ?? world.defaultNamespace));
  if (first.is === 'superseded') return supersededResult(run, first.text);
  const checked = await preflight(world, plan);
  const changes = await changesOf(world, plan.lineage, checked.lease?.deployed, imagesIn(checked.steps).present);
  tellPlan(world, plan, checked, changeLines(changes));
  const before = { ...run, changes };
  const there = isThere(checked);
  const staging = there ? [] : await requireStaged(world, plan.service, plan.lineage, deployedImages(checked));
  if (plan.dryRun)
    return idleResult({
      ...before,
      ground: checked,
      lineage: staging,
      outcome: 'not-started',
      reason: 'A dry run: everything was rehearsed on the API server and nothing was written.',
    });
  const idle = { outcome: 'promoted', reason: 'Everything is as wanted already: nothing had to be done.' } as const;
  if (there && isOnRecord(world, plan.lineage, checked.lease?.deployed))
    return idleResult({ ...before, ground: checked, ...idle, lineage: await recordAsFound(world, plan, checked) });
  const held = await lockOfRun(world, plan, checked.namespace);
  try {
    const found = await releasing(world, held, () => order(held.found?.deployed));
    if (found.is === 'superseded') {
      await giveAway(world, held);
      return supersededResult(run, found.text);
    }
    const ground = await releasing(world, held, () => checkedAgain(world, plan, held, checked));
    const notes = [...staging, ...(found.note === undefined ? [] : [found.note])];
    if (there && isThere(ground)) {
      const deployed = deployedNow(world, plan.lineage, imagesIn(ground.steps).images, held.found?.deployed);
      await giveAway(world, held, deployed === undefined ? {} : { deployed });
      return idleResult({ ...before, ground, ...idle, lineage: [...notes, ...(await recordAsFound(world, plan, ground))] });
    }
    if (there)
      notes.push(...(await releasing(world, held, () => requireStaged(world, plan.service, plan.lineage, deployedImages(ground)))));
    const opened = await open(world, plan, ground, held);
    if ('ending' in opened) return endedResult({ ...before, lineage: notes, ...opened });
    const session = opened.session;
    const ending = await drive(session, rollingPlanOf(plan, session.ground), beginRolling(rollingPlanOf(plan, session.ground)));
    await settle(session, ending);
    const lineage = [...notes, ...(await recordEnding(world, plan, session.ground, ending))];
    return endedResult({ ...before, lineage, session, ending });
  } finally {
    held.stop();
  }
}

/** Nothing is to be written, and nobody left anything half done or to be tidied up. */
export const isThere = ({ steps, lease }: StageGround): boolean =>
  isAtRest(lease?.rolling) &&
  steps.every(({ changes, waits, workload, after }) => !changes && (!waits || workload?.of.status(after).is === 'available'));

export type Opened = { readonly session: Session } | { readonly session: Session; readonly ending: RollingEnding };

/** What a dead run left is finished when it wanted the same, and otherwise taken back first. */
export async function open(world: World, plan: UpdatePlan, ground: StageGround, held: Lock): Promise<Opened> {
  const fresh = (found: StageGround): Opened => {
    const journal = journalOf(found.key, found.steps);
    return { session: openSession({ world, plan, ground: found, lock: held, journal, entries: entriesFor(found, journal), kept: false }) };
  };
  const record = held.found?.rolling;
  const journal = isOpen(record)
    ? await releasing(world, held, () => findJournal(world, { service: plan.service, namespace: ground.namespace }))
    : undefined;
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
  return fresh(await releasing(world, held, () => preflight(world, plan)));
}

/** From a journal alone: with nothing but what was remembered. */
export async function goBack(
  world: World,
  plan: UpdatePlan,
  held: Lock,
  journal: Journal,
  cause: Cause,
): Promise<{ readonly session: Session; readonly ending: RollingEnding }> {
  const namespace = plan.namespace ?? world.defaultNamespace;
  const ground = emptyGround(namespace, { key: journal.key, lease: held.found });
  const told = held.found?.told ?? [];
  const session = openSession({ world, plan, ground, lock: held, journal, entries: journal.entries, kept: true, told });
  const steps = { steps: journal.entries.map(() => ({ waits: false })), wayBack: wayBackOf(journal.entries), smoke: false };
  return { session, ending: await drive(session, steps, beginGoingBack(steps, cause)) };
}
