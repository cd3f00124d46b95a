import { diagnose } from '../../domain/kubernetes/diagnosis.ts';
import { nodePatience, type Restarts, restartedSince, restartsOf } from '../../domain/kubernetes/health.ts';
import { Deployment } from '../../domain/kubernetes/kinds.ts';
import { isLeaving, isReady } from '../../domain/kubernetes/pod.ts';
import { blame, type Cause } from '../../domain/rollout/cause.ts';
import { colouredName } from '../../domain/rollout/layout.ts';
import { durationText } from '../../domain/units/duration.ts';
import { conditions } from '../await-rollout.ts';
import { isTransient } from '../follow.ts';
import { podsOfWorkload } from '../workload-pods.ts';
import { crashWhileAsked } from './crash-while-asked.ts';
import { type Judging, startJudging } from './criteria.ts';
import { askPod } from './health.ts';
import { foreignImage } from './last-look.ts';
import type { DeployWish } from './plan.ts';
import { podsOf } from './pods.ts';
import type { Session } from './session.ts';
import { liveNow } from './switch-route.ts';

/** Looks at the new colour for as long as is wished. Answers with what speaks against it, if anything does. */
export async function watchNew(session: Session, plan: DeployWish, signal: AbortSignal): Promise<Cause | undefined> {
  const { world } = session;
  const end = world.clock.monotonic() + plan.watch;
  const watched: Watched = { restarts: {} };
  let misses = 0;
  let looks = 0;
  let silentSince: number | undefined;
  let unheard: Unheard | undefined;
  let judging: Judging | undefined;
  for (;;) {
    try {
      const seen = await look(session, plan, looks, watched, signal);
      silentSince = undefined;
      if (seen.is === 'back') return seen.cause;
      if (plan.measure !== undefined) {
        if (judging === undefined) judging = await startJudging(session, plan, plan.measure, signal);
        else {
          const cause = await judging.look(signal);
          if (cause !== undefined) return cause;
        }
      }
      misses = seen.is === 'miss' ? misses + 1 : 0;
      unheard = seen.is === 'unheard' ? stillUnheard(unheard, seen, world.clock.monotonic()) : undefined;
      if (seen.is === 'good') looks += 1;
      else world.log.line(`  ${seen.text}`);
      if (seen.is === 'miss' && misses >= plan.failureThreshold) {
        // What a look read of the pods may be from before they crashed.
        const crash = seen.kind === 'no-data' ? await crashWhileAsked(session, signal) : undefined;
        return crash ?? unhealthy(seen, plan.failureThreshold);
      }
      if (unheard !== undefined && isTooLong(unheard, plan.rolloutTimeout, world.clock.monotonic()))
        return silent(world.clock.monotonic() - unheard.since, unheard.text);
    } catch (error) {
      if (signal.aborted || !isTransient(error)) throw error;
      // What the pods do meanwhile is unknown, which is neither harm nor health: nothing is counted.
      unheard = undefined;
      silentSince ??= world.clock.monotonic();
      world.log.line(`  not looked: ${error.what}`);
      if (world.clock.monotonic() - silentSince >= plan.rolloutTimeout) return silent(world.clock.monotonic() - silentSince, error.what);
    }
    const left = end - world.clock.monotonic();
    const isSeen = silentSince === undefined && unheard === undefined;
    if (left <= 0 && isSeen && misses === 0 && (plan.measure === undefined || judging?.passed() === true)) {
      session.asked.push(`watched for ${durationText(plan.watch)}: ${looks} looks, each good in the end`);
      if (judging !== undefined) session.asked.push(judging.said());
      return undefined;
    }
    await world.clock.sleep(left > 0 ? Math.min(plan.interval, left) : plan.interval, signal);
  }
}

/** Nobody hears of the nodes of its pods, since these monotonic seconds; `whereReady`: since when users could go back to pods that are heard of. */
interface Unheard {
  readonly since: number;
  readonly whereReady: number | undefined;
  readonly text: string;
}

const stillUnheard = (before: Unheard | undefined, seen: Extract<Seen, { is: 'unheard' }>, at: number): Unheard => ({
  since: before?.since ?? at,
  whereReady: seen.otherIsReady ? (before?.whereReady ?? at) : undefined,
  text: seen.text,
});

const isTooLong = ({ since, whereReady }: Unheard, rolloutTimeout: number, at: number): boolean =>
  at - since >= rolloutTimeout || (whereReady !== undefined && at - whereReady >= nodePatience);

type Seen =
  | { readonly is: 'good' }
  | { readonly is: 'miss'; readonly kind: 'harm' | 'no-data'; readonly text: string }
  /** Nobody hears of the nodes of its pods. `otherIsReady`: users can go back to pods that are heard of. */
  | { readonly is: 'unheard'; readonly otherIsReady: boolean; readonly text: string }
  | { readonly is: 'back'; readonly cause: Cause };

/** Restarts of each pod when it was first seen. */
interface Watched {
  restarts: Restarts;
}

async function look(session: Session, plan: DeployWish, count: number, watched: Watched, signal: AbortSignal): Promise<Seen> {
  const { world, namespace, pair, to, lock, port } = session;
  const name = colouredName(pair.service, to);
  const [{ live, epoch }, deployment] = await Promise.all([
    liveNow(session, signal),
    world.cluster.get({ kind: Deployment, namespace, name }, signal),
  ]);
  if (live.is !== 'one' || live.colour !== to || epoch !== lock.epoch)
    return {
      is: 'back',
      cause: {
        kind: 'drift',
        code: 'DRIFT',
        text: `${plan.switcher.kind.kind} ${plan.route} was changed after the switch: it leads to ${live.is === 'one' ? live.colour : 'no single colour'}.`,
        remedy: 'Only one writer can move traffic: keep others from writing the route while a switch is watched.',
      },
    };
  const foreign = deployment && foreignImage(session, to, deployment);
  if (foreign !== undefined)
    return {
      is: 'back',
      cause: { kind: 'drift', code: 'DRIFT', text: foreign, remedy: 'Deploy that image by this workflow, which asks and watches it too.' },
    };
  const pods = deployment === undefined ? [] : await podsOfWorkload(world, namespace, deployment, signal);
  const trouble = diagnose(
    pods.filter((pod) => !isLeaving(pod)),
    deployment === undefined ? [] : conditions(deployment),
  );
  const ready = pods.filter(isReady);
  watched.restarts = { ...restartsOf(pods), ...watched.restarts };
  const crash = trouble?.fatal === true ? trouble : restartedSince(pods, watched.restarts);
  if (crash !== undefined)
    return { is: 'back', cause: { kind: 'crash', code: 'ROLLOUT_FAILED', text: crash.what, remedy: crash.remedy, ...blame(crash) } };
  if (ready.length === 0 && trouble?.cause === 'node')
    return { is: 'unheard', otherIsReady: (await podsOf(session, session.from, signal)).some(isReady), text: trouble.what };
  if (ready.length === 0)
    return {
      is: 'back',
      cause: {
        kind: 'crash',
        code: 'ROLLOUT_FAILED',
        text: `Deployment ${name} has no ready pod any more.${trouble === undefined ? '' : ` ${trouble.what}`}`,
        remedy: trouble?.remedy ?? 'Read the log and the events of its pods.',
        ...blame(trouble),
      },
    };
  if (port === undefined || plan.health.checks === 0) return { is: 'good' };
  const asked = ready[count % ready.length]?.metadata.name ?? '';
  const answer = await askPod(world, { namespace, pods: [asked], port, health: plan.health, signal });
  return answer.is === 'good' ? { is: 'good' } : { is: 'miss', kind: answer.is === 'bad' ? 'harm' : 'no-data', text: answer.text };
}

/** A bad answer is harm. None may be the way to the pod as well: users go back, and the image is not held for it. */
const unhealthy = ({ kind, text }: Extract<Seen, { is: 'miss' }>, times: number): Cause => ({
  kind,
  code: kind === 'harm' ? 'SMOKE_FAILED' : 'NO_DATA',
  text: `The new colour was not healthy after the switch${times === 1 ? '' : `, ${times} looks in a row`}: ${text}.`,
  remedy: 'Compare the logs of the new version with the old one at the time shown. Users are back on the old colour.',
});

const silent = (seconds: number, reason: string): Cause => ({
  kind: 'no-data',
  code: 'NO_DATA',
  text: `The new colour could not be looked at for ${durationText(Math.round(seconds))}: ${reason}`,
  remedy: 'See that the API server answers this runner.',
});
