import { type BlueGreenPlan, beginBlueGreen, leftByADeadRun } from '../../domain/blue-green/blue-green.ts';
import { isSwitchOpen } from '../../domain/blue-green/record.ts';
import type { Colour } from '../../domain/rollout/layout.ts';
import { colouredName } from '../../domain/rollout/layout.ts';
import { warningText } from '../../domain/rollout/problem.ts';
import { durationText } from '../../domain/units/duration.ts';
import { environmentOf } from '../../domain/units/environment.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { giveAway } from '../give-away.ts';
import { changeLines, changesOf } from '../lineage/changes.ts';
import { deployedBefore, deployedNow, orderCheck } from '../lineage/order.ts';
import { recordDeployment, recordStanding } from '../lineage/record.ts';
import { requireStaged } from '../lineage/staging.ts';
import { lockOfRun } from '../lock-of-run.ts';
import { releasing } from '../releasing.ts';
import { drive } from './drive.ts';
import { type Ground, isThere } from './ground.ts';
import { readRecord } from './lease-now.ts';
import { mendLeft } from './left-behind.ts';
import { checkedAgain } from './lock-and-check.ts';
import type { BlueGreenWish, DeployWish } from './plan.ts';
import { preflight } from './preflight.ts';
import type { BlueGreenResult } from './result.ts';
import { openSession } from './session.ts';
import { endedResult, idleResult, settle } from './settle.ts';

/** Preflight, lock, the idle colour, the switch, the watch, release. Throws only while nothing has been written. */
export async function deploy(plan: DeployWish, world: World): Promise<BlueGreenResult> {
  const started = world.clock.now().toISOString();
  const namespace = plan.namespace ?? world.defaultNamespace;
  const raw = { plan, world, started };
  const order = orderCheck(world, plan.lineage);
  const first = await order(await deployedBefore(world, plan.service, namespace));
  if (first.is === 'superseded') return idleResult({ ...raw, outcome: 'superseded', reason: first.text });
  const left = await readRecord(world, plan, namespace);
  // What is half done is mended under the lock, and everything is looked at after that.
  const checked = isSwitchOpen(left) ? undefined : await preflight(world, plan);
  if (checked !== undefined) tellPlan(world, plan, checked);
  if (plan.dryRun)
    return checked === undefined
      ? idleResult({
          ...raw,
          outcome: 'not-started',
          reason: `A dry run: a run before ended in the phase \`${left?.phase}\`. That would be mended first. Nothing was written.`,
        })
      : await rehearsed({ ...raw, ground: checked });
  const held = await lockOfRun(world, plan, namespace);
  try {
    const found = await releasing(world, held, () => order(held.found?.deployed));
    if (found.is === 'superseded' && !isSwitchOpen(held.found?.blueGreen)) {
      await giveAway(world, held);
      return idleResult({ ...raw, outcome: 'superseded', reason: found.text });
    }
    const mended = await mendLeft(world, plan, held, namespace, leftByADeadRun);
    if (mended !== undefined) {
      await settle(mended.session, mended.ending, found.is === 'superseded' ? 'given-away' : 'kept');
      if (mended.ending.outcome === 'unknown') return endedResult({ ...raw, ...mended });
    }
    if (found.is === 'superseded') return idleResult({ ...raw, outcome: 'superseded', reason: found.text });
    const ground = await checkedAgain(world, plan, held, checked);
    const changes = await releasing(world, held, () => changesOf(world, plan.lineage, held.found?.deployed, [ground.previousImage]));
    for (const line of changeLines(changes)) world.log.line(`  ${line}`);
    const subject = { service: plan.service, environment: environmentOf(plan, namespace), lineage: plan.lineage, images: [ground.image] };
    if (isThere(ground)) {
      const deployed = deployedNow(world, plan.lineage, [ground.image]);
      await giveAway(world, held, deployed === undefined ? {} : { deployed });
      // What a dead run had brought was finished a moment ago.
      const good = mended?.ending.outcome === 'promoted' ? mended.session.image : held.found?.lastKnownGood;
      const lineage = good === ground.image ? await recordStanding(world, subject) : [];
      return idleResult({
        ...raw,
        ground,
        changes,
        lineage,
        outcome: 'promoted',
        reason: `Users are on ${ground.from} with this image already: nothing had to be switched.`,
      });
    }
    const notes = [
      ...(await releasing(world, held, () => requireStaged(world, plan.service, plan.lineage, [ground.image]))),
      ...(found.note === undefined ? [] : [found.note]),
    ];
    const session = openSession({ world, plan, lock: held }, ground);
    const ending = await drive(session, machineOf(plan, ground), beginBlueGreen());
    await settle(session, ending);
    const lineage = [...notes, ...(await onRecord())];
    return endedResult({ ...raw, changes, lineage, ground, session, ending });

    /** A cancel leaves no time to say so. */
    async function onRecord(): Promise<readonly string[]> {
      if (ending.outcome === 'promoted')
        return await recordDeployment(world, { ...subject, state: 'success', description: 'Users are on the colour that runs it.' });
      if (ending.outcome !== 'rolled-back') return [];
      const harmful = ending.cause.kind === 'harm' || ending.cause.kind === 'crash';
      return await recordDeployment(world, { ...subject, state: harmful ? 'failure' : 'error', description: ending.cause.text });
    }
  } finally {
    held.stop();
  }
}

const machineOf = ({ health, beforeSwitch, watch }: DeployWish, { port }: Ground): BlueGreenPlan => ({
  operation: 'deploy',
  checks: health.checks > 0 && port !== undefined,
  hook: beforeSwitch.length > 0,
  watch: watch > 0,
});

async function rehearsed(raw: { plan: DeployWish; world: World; started: string; ground: Ground }): Promise<BlueGreenResult> {
  const { plan, world, ground } = raw;
  const changes = await changesOf(world, plan.lineage, ground.lease?.deployed, [ground.previousImage]);
  const lineage = isThere(ground) ? [] : await requireStaged(world, plan.service, plan.lineage, [ground.image]);
  return idleResult({
    ...raw,
    changes,
    lineage,
    outcome: 'not-started',
    reason: 'A dry run: everything was looked at and nothing was written.',
  });
}

/** What is about to happen. */
export function tellPlan({ log }: World, plan: BlueGreenWish, ground: Ground): void {
  const name = (colour: Colour): string => colouredName(plan.service, colour);
  const { from, to, image, previousImage, replicas, namespace, notes, warnings } = ground;
  log.line(`blue-green ${plan.operation} of ${namespace}/${plan.service}`);
  log.line(`  users are on ${name(from)}: ${previousImage}`);
  if (plan.operation === 'deploy') {
    log.line(`  ${name(to)} gets ${image} and ${replicas} pods, ${durationText(plan.rolloutTimeout)} at most`);
    if (plan.health.checks > 0)
      log.line(`  then GET ${plan.health.path}, ${plan.health.checks} times in a row, ${durationText(plan.health.every)} apart`);
    if (plan.beforeSwitch.length > 0) log.line(`  then ${plan.beforeSwitch[0]}, which may stop everything`);
  } else log.line(`  ${name(to)} runs ${image}: ${replicas} pods of it, ${durationText(plan.rolloutTimeout)} at most`);
  log.line(`  then ${plan.switcher.kind.kind} ${plan.route} leads to ${name(to)}`);
  if (plan.operation === 'deploy' && plan.watch > 0) log.line(`  then it is watched for ${durationText(plan.watch)}`);
  log.line(`  then ${name(from)} is ${plan.keepOld ? 'scaled to 0 and kept' : 'removed'}`);
  for (const note of notes) log.line(`  ${note}`);
  for (const warning of warnings) log.line(warningText(warning));
}
