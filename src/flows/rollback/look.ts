import { isSwitchOpen } from '../../domain/blue-green/record.ts';
import { differenceLines } from '../../domain/kubernetes/difference-lines.ts';
import { imagesOf, withTemplate } from '../../domain/kubernetes/pod-template.ts';
import type { Revision } from '../../domain/kubernetes/revision.ts';
import type { PodTemplate } from '../../domain/kubernetes/workload.ts';
import { choose } from '../../domain/rollback/choose.ts';
import { type InFlight, inFlight, isAnswered } from '../../domain/rollback/in-flight.ts';
import { isUnfinished, type RollbackRecord } from '../../domain/rollback/record.ts';
import { presentRevision, type ShownRevision, shownRevision } from '../../domain/rollback/shown-revision.ts';
import type { GoodRelease } from '../../domain/rollout/good-release.ts';
import { digestIn, type Hold, holdOfImage, holdText } from '../../domain/rollout/hold.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import { unreadSwitch } from '../../domain/rollout/open-records.ts';
import { briefText } from '../../domain/rollout/problem.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { refuseOtherRoute } from '../canary/other-route.ts';
import { wayBackPlan } from '../canary/plan.ts';
import { halfSwitched } from '../unfinished.ts';
import { answersOf, digestsIn, doubts, surroundingsOf } from './doubts.ts';
import type { BackPlan } from './plan.ts';
import { fulfilled, furtherBack, isSameWish, recordedTarget, resumed } from './resume.ts';
import { askRegistry, namespaceOf, type Standing, standingOf } from './survey.ts';

/** The template that is gone back to, and what that means. */
export interface Target {
  readonly to: string;
  readonly template: PodTemplate;
  readonly revision: Revision | undefined;
  readonly shown: ShownRevision;
  /** The holds that going there lifts. */
  readonly lifts: readonly Hold[];
  /** A line for each field that changes. */
  readonly lines: readonly string[];
}

/** What there is, and what would be done about it. */
export interface Looked {
  readonly lease: LeaseView | undefined;
  readonly standing: Standing;
  /** What goes on or was left, and is stopped first. */
  readonly flight: InFlight | undefined;
  readonly present: ShownRevision;
  /** `undefined`: no pod template is changed beyond stopping what goes on. */
  readonly target: Target | undefined;
  /** Where there is none: what runs then, in words. */
  readonly stays: string;
  /** Where the same was pressed before: how to go on from there. */
  readonly further?: string | undefined;
  readonly warnings: readonly string[];
}

/**
 * Reads only. Throws what speaks against going there: DIGEST_HELD, IMAGE_MISSING, PREFLIGHT_FAILED. `record`: where it goes was settled
 * before, and is not asked again.
 */
export async function look(world: World, plan: BackPlan, lease: LeaseView | undefined, record?: RollbackRecord): Promise<Looked> {
  if (isSwitchOpen(lease?.blueGreen)) {
    const { what, remedy } = halfSwitched(plan.service, lease.blueGreen);
    throw new Failure('PREFLIGHT_FAILED', what, remedy);
  }
  refuseOtherRoute(wayBackPlan(plan), namespaceOf(world, plan), lease?.rollout);
  const unread = lease?.unreadableSwitch === true ? [briefText(unreadSwitch)] : [];
  const standing = await standingOf(world, plan);
  const flight = inFlight(lease);
  const releases = releasesOf(plan, lease);
  const present = presentRevision(standing.workload, standing.revisions, releases);
  const shared = { lease, standing, flight, present };
  if (isAnswered(flight, plan.to)) {
    const stays = flight?.is === 'canary' ? flight.previousImage : 'what ran before the rolling update';
    return { ...shared, target: undefined, stays, warnings: unread };
  }
  const before = record === undefined ? doneBefore(plan, lease, standing, releases) : undefined;
  const chosen =
    before ?? (record === undefined ? await targetFor(world, plan, lease, standing, releases) : recordedTarget(record, standing));
  if (chosen.is === 'refused') throw new Failure('PREFLIGHT_FAILED', chosen.what, chosen.remedy);
  if (chosen.is === 'there') {
    const further = before === undefined ? undefined : furtherBack(lease?.rollback, standing, lease?.holds);
    return { ...shared, target: undefined, stays: chosen.to, further, warnings: unread };
  }
  const { template, revision, to } = chosen;
  const surroundings = await surroundingsOf(world, plan, standing, template);
  const lifts = heldIn(lease, template, digestsIn(surroundings.answers));
  refuseHeldTarget(plan, lifts);
  const warnings = [...unread, ...doubts(standing, template, revision, surroundings)];
  const target: Target = {
    to,
    template,
    revision,
    shown: shownRevision(template, standing.revisions, releases),
    lifts,
    lines: differenceLines(standing.workload, withTemplate(standing.workload, template)),
  };
  return { ...shared, target, stays: '', warnings };
}

const releasesOf = ({ stableDeployment }: BackPlan, lease: LeaseView | undefined): readonly GoodRelease[] =>
  (lease?.releases ?? []).filter(({ workload }) => workload === `Deployment/${stableDeployment}`);

/** What a rollback whose run is gone was about to do is done, unless something else is asked for by name. */
async function targetFor(
  world: World,
  plan: BackPlan,
  lease: LeaseView | undefined,
  standing: Standing,
  releases: readonly GoodRelease[],
): Promise<ReturnType<typeof choose>> {
  const open = openRollback(plan, lease);
  const again = open !== undefined && isSameWish(open, plan.to) ? resumed(open, standing) : undefined;
  if (again !== undefined) return again;
  const image = plan.to.kind === 'image' ? plan.to.image : undefined;
  const asked = image !== undefined && image.digest === undefined ? await askRegistry(world, image) : undefined;
  return choose(plan.to, {
    ...standing,
    releases,
    holds: lease?.holds,
    container: plan.container,
    now: world.clock.now().toISOString(),
    digest: asked?.is === 'found' ? asked.digest : undefined,
    digests: plan.to.kind === 'last-known-good' ? await releasedDigests(world, lease, releases) : new Map(),
  });
}

/** With `force` it is meant: back to what was taken back. */
const doneBefore = (
  plan: BackPlan,
  lease: LeaseView | undefined,
  standing: Standing,
  releases: readonly GoodRelease[],
): ReturnType<typeof fulfilled> =>
  plan.force && plan.to.kind === 'previous' ? undefined : fulfilled(lease?.rollback, plan.to, standing, releases);

export const openRollback = ({ stableDeployment }: BackPlan, lease: LeaseView | undefined): RollbackRecord | undefined =>
  isUnfinished(lease?.rollback) && lease.rollback.deployment === stableDeployment ? lease.rollback : undefined;

/** A hold is of a digest, and a release may name its images by tags. Asked only where something is held. */
async function releasedDigests(
  world: World,
  lease: LeaseView | undefined,
  releases: readonly GoodRelease[],
): Promise<ReadonlyMap<string, string>> {
  if (lease?.holds === undefined || lease.holds.list.length === 0) return new Map();
  const tags = releases.flatMap(({ images }) => Object.values(images)).filter((image) => digestIn(image) === undefined);
  return digestsIn(await answersOf(world, tags));
}

/** The holds that going there would lift. */
const heldIn = (lease: LeaseView | undefined, template: PodTemplate, digests: ReadonlyMap<string, string>): readonly Hold[] =>
  Object.values(imagesOf(template)).flatMap((image) => {
    const hold = holdOfImage(lease?.holds, image, digests.get(image));
    return hold === undefined ? [] : [hold];
  });

function refuseHeldTarget({ force }: BackPlan, [held]: readonly Hold[]): void {
  if (held === undefined || force) return;
  throw new Failure(
    'DIGEST_HELD',
    `That would bring back what was taken back before: ${holdText(held)}`,
    'Name another revision or image in `to` (`last-known-good` skips what is held). To go there after all, set `force: true` with a reason: that lifts the hold.',
  );
}
