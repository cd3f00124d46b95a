import { Pod } from '../../domain/kubernetes/kinds.ts';
import { isReady } from '../../domain/kubernetes/pod.ts';
import { imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import { beginRolling, type RollingEnding } from '../../domain/rolling/rolling.ts';
import { workloadName } from '../../domain/rolling/workload-ref.ts';
import type { Cause } from '../../domain/rollout/cause.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { awaitWorkload } from '../await-workload.ts';
import { causeOf } from '../cause-of.ts';
import type { Lock } from '../held-lock.ts';
import { runSmoke } from '../smoke.ts';
import { drive } from '../stage/drive.ts';
import { rollingPlanOf, type StageGround } from '../stage/ground.ts';
import type { UpdatePlan } from '../stage/plan.ts';
import type { Session } from '../stage/session.ts';
import { settle } from '../stage/settle.ts';
import { goBack, open } from '../stage/update.ts';

/** One part in one cluster while its release goes on. The fields without `readonly` are what it came to. */
export interface PartRun {
  readonly name: string;
  readonly world: World;
  readonly plan: UpdatePlan;
  readonly there: boolean;
  /** `undefined`: nothing of it is written, or the lock was given away. */
  lock: Lock | undefined;
  ground: StageGround;
  session: Session | undefined;
  /** Why it did not come to what was wanted. */
  reason: string | undefined;
}

/** Rolls it out, by the same machine as actions/stage: what goes wrong goes back at once. What is there already is only asked how it is. */
export async function rollPart(run: PartRun): Promise<RollingEnding> {
  try {
    const ending = run.there ? await health(run) : await rollOut(run);
    if ('cause' in ending) run.reason = ending.cause.text;
    return ending;
  } catch (error) {
    const cause = causeOf(error);
    run.reason = cause.text;
    // Before its first write, a part gives its lock away by itself.
    if (run.session === undefined) run.lock = undefined;
    return { outcome: error instanceof Failure && run.session === undefined ? 'rolled-back' : 'unknown', cause };
  }
}

async function rollOut(run: PartRun): Promise<RollingEnding> {
  const { world, plan, lock } = run;
  if (lock === undefined) throw new Failure('INTERNAL', `${run.name} has no lock.`, 'Report it with the log.');
  const opened = await open(world, plan, run.ground, lock);
  run.session = opened.session;
  if ('ending' in opened) return opened.ending;
  run.ground = opened.session.ground;
  const rolling = rollingPlanOf(plan, run.ground);
  const ending = await drive(opened.session, rolling, beginRolling(rolling));
  if (ending.outcome !== 'promoted') await close(run, ending);
  // The way back is in the journal: what was written and seen is not needed any more, and a release has many parts.
  opened.session.written.clear();
  opened.session.newPods = [];
  return drifted(opened.session) ?? ending;
}

/** What was there before is forgotten, and the lock is given away. */
export async function keepPart(run: PartRun): Promise<void> {
  if (run.session !== undefined) await close(run, { outcome: 'promoted' });
}

/** Answers with why it is not known how the part stands; `undefined`: it is as it was. */
export async function returnPart(run: PartRun, cause: Cause): Promise<string | undefined> {
  const { world, plan, lock, session } = run;
  if (session === undefined || lock === undefined) return undefined;
  try {
    const back = await goBack(world, plan, lock, session.journal, cause);
    await settle(back.session, back.ending);
    lock.stop();
    run.lock = undefined;
    session.writes.push(...back.session.writes);
    session.left.push(...back.session.left);
    const unsure = drifted(back.session) ?? back.ending;
    run.reason = unsure.outcome === 'unknown' ? unsure.cause.text : cause.text;
    return unsure.outcome === 'unknown' ? `${run.name}: ${unsure.cause.text}` : undefined;
  } catch (error) {
    const { text } = causeOf(error);
    run.reason = text;
    return `${run.name}: ${text}`;
  }
}

async function close(run: PartRun, ending: RollingEnding): Promise<void> {
  if (run.session === undefined) return;
  await settle(run.session, ending);
  run.session.lock.stop();
  run.lock = undefined;
}

/** What others changed in the middle is theirs, and nobody here can say how the service stands. */
function drifted({ drifts }: Session): Extract<RollingEnding, { cause: Cause }> | undefined {
  if (drifts.length === 0) return undefined;
  const cause = { kind: 'drift', code: 'DRIFT', text: drifts.join(' '), remedy: 'See who else deploys this service.' } as const;
  return { outcome: 'unknown', cause };
}

/** As a new pod would be asked: a release that changes nothing of a service still says whether it answers. */
async function health({ world, plan, ground }: PartRun): Promise<RollingEnding> {
  const asked = ground.steps.find(({ waits, workload }) => waits && workload !== undefined);
  if (plan.smoke.length === 0 || asked?.workload === undefined || ground.port === undefined) return { outcome: 'promoted' };
  const { namespace, port } = ground;
  const awaited = await awaitWorkload(world, { namespace, ref: asked.workload, workload: asked.after, seconds: plan.rolloutTimeout });
  const pod = awaited.is === 'available' ? awaited.pods.find(isReady) : undefined;
  const who = workloadName(asked.workload);
  if (pod === undefined)
    throw new Failure('SMOKE_FAILED', `No pod of ${who} was ready to be asked.`, `Read the events of its ${Pod.resource}.`);
  const [image = ''] = Object.values(imagesOf(templateOf(asked.after)));
  await runSmoke(world, {
    pod: { namespace, name: pod.metadata.name },
    port,
    checks: plan.smoke,
    image,
    asked: { who, remedy: 'It is as the release wants it, and was not touched: see what it lacks.' },
  });
  world.log.line('as wanted already, and it answers');
  return { outcome: 'promoted' };
}
