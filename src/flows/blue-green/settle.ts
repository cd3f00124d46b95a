import type { BlueGreenEnding } from '../../domain/blue-green/blue-green.ts';
import { templateOf } from '../../domain/kubernetes/pod-template.ts';
import { releaseOf, withReleases } from '../../domain/rollout/good-release.ts';
import { colouredName } from '../../domain/rollout/layout.ts';
import type { LeaseChange } from '../../domain/rollout/lease-writes.ts';
import { briefText } from '../../domain/rollout/problem.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { endUnder, giveAway } from '../give-away.ts';
import type { Changes } from '../lineage/changes.ts';
import { deployedNow } from '../lineage/order.ts';
import { whereItRuns } from '../signature.ts';
import { present } from './colours.ts';
import type { Ground } from './ground.ts';
import type { BlueGreenWish } from './plan.ts';
import type { BlueGreenResult } from './result.ts';
import { recordOf, type Session } from './session.ts';

/** The last words in the Lease, and the lock given away. An unknown ending keeps its record for its successor. */
export async function settle(session: Session, ending: BlueGreenEnding, lease: 'given-away' | 'kept' = 'given-away'): Promise<void> {
  const { world, lock, to } = session;
  if (ending.outcome === 'unknown') return;
  const run = whereItRuns(world);
  const at = world.clock.now().toISOString();
  const text = 'cause' in ending ? ending.cause.text : `Users are on ${to}.`;
  await (lease === 'kept' ? endUnder : giveAway)(world, lock, async () => ({
    blueGreen: recordOf(session, 'resting'),
    ended: { epoch: lock.epoch, outcome: ending.outcome, text: text.slice(0, 500), run, at },
    ...(ending.outcome === 'promoted' ? await released(session, run, at) : {}),
  }));
}

/** What a later rollback can lead to, and which commit users have. */
async function released(session: Session, run: string, at: string): Promise<LeaseChange> {
  const { world, plan, lock, to, image, pair, leftBy } = session;
  const { actor: who, commit } = leftBy === undefined ? world.run : { actor: undefined, commit: undefined };
  const isDeployed = leftBy === undefined && plan.operation === 'deploy' && session.operation === 'deploy';
  const deployed = isDeployed ? deployedNow(world, plan.lineage, [image]) : undefined;
  const release = releaseOf(`Deployment/${colouredName(pair.service, to)}`, templateOf(await present(session, to)), {
    run: leftBy ?? run,
    at,
    who,
    commit,
  });
  return {
    lastKnownGood: image,
    releases: withReleases(lock.found?.releases ?? [], [release]),
    ...(deployed === undefined ? {} : { deployed }),
  };
}

export interface Raw {
  readonly plan: BlueGreenWish;
  readonly world: World;
  readonly started: string;
  readonly changes?: Changes | undefined;
  readonly lineage?: readonly string[];
}

const shared = ({ plan, world, started, changes, lineage = [] }: Raw) => ({
  operation: plan.operation,
  dryRun: plan.dryRun,
  changes,
  lineage,
  started,
  ended: world.clock.now().toISOString(),
  run: world.run.page,
});

export const warningsOf = ({ warnings }: Pick<Ground, 'warnings'>): readonly string[] => warnings.map(briefText);

/** Of a run that wrote nothing. `ground`: nothing was looked at without it. */
export const idleResult = (
  raw: Raw & {
    readonly ground?: Ground;
    readonly outcome: BlueGreenResult['outcome'];
    readonly reason: string;
    readonly live?: BlueGreenResult['live'];
    readonly image?: string;
    readonly images?: BlueGreenResult['images'];
    readonly remedy?: string;
  },
): BlueGreenResult => ({
  ...shared(raw),
  outcome: raw.outcome,
  succeeded: true,
  code: undefined,
  reason: raw.reason,
  remedy: raw.remedy,
  namespace: raw.ground?.namespace ?? raw.plan.namespace ?? raw.world.defaultNamespace,
  live: raw.live ?? raw.ground?.from,
  image: raw.image ?? raw.ground?.image ?? '',
  previousImage: raw.ground?.previousImage ?? '',
  images: raw.images ?? (raw.ground && { [raw.ground.container]: raw.ground.previousImage }),
  held: [],
  notes: raw.ground?.notes ?? [],
  warnings: raw.ground === undefined ? [] : warningsOf(raw.ground),
  asked: [],
  writes: [],
});

export function endedResult(
  raw: Raw & { readonly session: Session; readonly ending: BlueGreenEnding; readonly ground?: Ground; readonly asWished?: boolean },
): BlueGreenResult {
  const { session, ending, ground } = raw;
  const cause = 'cause' in ending ? ending.cause : undefined;
  const promoted = ending.outcome === 'promoted';
  const trouble = 'trouble' in ending && ending.trouble !== undefined ? [`The old colour could not be put to rest: ${ending.trouble}`] : [];
  return {
    ...shared(raw),
    outcome: outcomeOf(session, ending),
    succeeded: promoted || raw.asWished === true,
    code: cause?.code,
    reason: cause?.text ?? `Users are on ${session.to}.`,
    remedy: cause?.remedy,
    namespace: session.namespace,
    live: promoted ? session.to : ending.outcome === 'unknown' ? undefined : session.from,
    image: session.image,
    previousImage: ground?.previousImage ?? '',
    images: imagesOfUsers(session, ending),
    held: session.held,
    notes: ground?.notes ?? [],
    warnings: [...(ground === undefined ? [] : warningsOf(ground)), ...session.remarks, ...trouble],
    asked: session.asked,
    writes: session.writes,
  };
}

/** An ending that is not a good one has left users with what they had, which whoever goes on for a dead run has not looked at. */
function imagesOfUsers({ container, image, previousImage }: Session, { outcome }: BlueGreenEnding): BlueGreenResult['images'] {
  if (outcome === 'promoted') return { [container]: image };
  return outcome === 'unknown' || previousImage === undefined ? undefined : { [container]: previousImage };
}

/** A rollback that reached its end is `rolled-back`; one that did not has left users where they were. */
function outcomeOf({ operation }: Session, { outcome }: BlueGreenEnding): BlueGreenResult['outcome'] {
  if (operation === 'deploy' || outcome === 'unknown') return outcome;
  return outcome === 'promoted' ? 'rolled-back' : 'aborted';
}
