import { differenceLines } from '../../domain/kubernetes/difference-lines.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { imagesOf, templateOf, withTemplate } from '../../domain/kubernetes/pod-template.ts';
import type { Revision } from '../../domain/kubernetes/revision.ts';
import type { PodTemplate } from '../../domain/kubernetes/workload.ts';
import { choose } from '../../domain/rollback/choose.ts';
import { type InFlight, inFlight, isAnswered } from '../../domain/rollback/in-flight.ts';
import { isUnfinished, type RollbackRecord } from '../../domain/rollback/record.ts';
import { overwrittenSettings } from '../../domain/rollback/settings.ts';
import { presentRevision, type ShownRevision, shownRevision } from '../../domain/rollback/shown-revision.ts';
import type { GoodRelease } from '../../domain/rollout/good-release.ts';
import { digestIn, type Hold, holdOf, holdText } from '../../domain/rollout/hold.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import { ownerOf, rollingChange } from '../../domain/rollout/ownership.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/world.ts';
import type { BackPlan } from './plan.ts';
import { fulfilled, isSameWish, recordedTarget, resumed } from './resume.ts';
import { askAboutText, askRegistry, missingSettings, namespaceOf, type Standing, standingOf } from './survey.ts';

/** The template that is gone back to, and what that means. */
export interface Target {
  readonly to: string;
  readonly template: PodTemplate;
  readonly revision: Revision | undefined;
  readonly shown: ShownRevision;
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
  readonly warnings: readonly string[];
}

/**
 * Reads only. Throws what speaks against going there: DIGEST_HELD, IMAGE_MISSING, PREFLIGHT_FAILED. `record`: where it goes was settled
 * before, and is not asked again.
 */
export async function look(world: World, plan: BackPlan, lease: LeaseView | undefined, record?: RollbackRecord): Promise<Looked> {
  const standing = await standingOf(world, plan);
  const flight = inFlight(lease);
  const releases = releasesOf(plan, lease);
  const present = presentRevision(standing.workload, standing.revisions, releases);
  const shared = { lease, standing, flight, present };
  if (isAnswered(flight, plan.to)) {
    const stays = flight?.is === 'canary' ? flight.previousImage : 'what ran before the rolling update';
    return { ...shared, target: undefined, stays, warnings: [] };
  }
  const chosen = record === undefined ? await targetFor(world, plan, lease, standing, releases) : recordedTarget(record, standing);
  if (chosen.is === 'refused') throw new Failure('PREFLIGHT_FAILED', chosen.what, chosen.remedy);
  if (chosen.is === 'there') return { ...shared, target: undefined, stays: chosen.to, warnings: [] };
  const { template, revision, to } = chosen;
  refuseHeldTarget(plan, lease, template);
  const warnings = await doubts(world, plan, standing, template, revision);
  const target: Target = {
    to,
    template,
    revision,
    shown: shownRevision(template, standing.revisions, releases),
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
  const again =
    open === undefined
      ? fulfilled(lease?.rollback, plan.to, standing, releases)
      : isSameWish(open, plan.to)
        ? resumed(open, standing)
        : undefined;
  if (again !== undefined) return again;
  const image = plan.to.kind === 'image' ? plan.to.image : undefined;
  const asked = image !== undefined && image.digest === undefined ? await askRegistry(world, image) : undefined;
  return choose(plan.to, {
    ...standing,
    releases,
    holds: lease?.holds,
    container: plan.container,
    digest: asked?.is === 'found' ? asked.digest : undefined,
  });
}

export const openRollback = ({ stableDeployment }: BackPlan, lease: LeaseView | undefined): RollbackRecord | undefined =>
  isUnfinished(lease?.rollback) && lease.rollback.deployment === stableDeployment ? lease.rollback : undefined;

/** The holds that going there would lift. */
export const heldIn = (lease: LeaseView | undefined, template: PodTemplate): readonly Hold[] =>
  Object.values(imagesOf(template)).flatMap((image) => {
    const hold = holdOf(lease?.holds, digestIn(image));
    return hold === undefined ? [] : [hold];
  });

function refuseHeldTarget({ force }: BackPlan, lease: LeaseView | undefined, template: PodTemplate): void {
  const [held] = heldIn(lease, template);
  if (held === undefined || force) return;
  throw new Failure(
    'DIGEST_HELD',
    `That would bring back what was taken back before: ${holdText(held)}`,
    'Name another revision or image in `to` (`last-known-good` skips what is held). To go there after all, set `force: true` with a reason: that lifts the hold.',
  );
}

/** What may not work. Only an image that is known to be gone stops a way back. */
async function doubts(
  world: World,
  plan: BackPlan,
  { workload }: Standing,
  template: PodTemplate,
  revision: Revision | undefined,
): Promise<readonly string[]> {
  const present = imagesOf(templateOf(workload));
  const images = Object.entries(imagesOf(template)).flatMap(([name, image]) => (present[name] === image ? [] : [image]));
  const [answers, missing] = await Promise.all([
    Promise.all(images.map(async (image) => ({ image, answer: await askAboutText(world, image) }))),
    missingSettings(world, namespaceOf(world, plan), template),
  ]);
  const gone = answers.filter(({ answer }) => answer.is === 'missing');
  if (gone.length > 0) {
    throw new Failure(
      'IMAGE_MISSING',
      `The registry does not have ${gone.map(({ image }) => image).join(', ')} any more: its pods could not start.`,
      'Name another revision or image in `to`; `dry-run` shows what each would change.',
    );
  }
  const overwritten = overwrittenSettings(templateOf(workload), template);
  return [
    ...answers.flatMap(({ image, answer }) =>
      answer.is === 'not-checked' ? [`Not checked: whether ${image} is still there (${answer.reason}).`] : [],
    ),
    ...missing.map(
      (name) => `${name}, which that revision reads its settings from, is not there any more: its pods may not start. Create it again.`,
    ),
    ...overwritten.map(
      (name) => `${name.replace('/', ' ')} was written over since: its older content is not there any more, and is not restored.`,
    ),
    ...(revision === undefined ? ['No revision with these images is left: only the images go back, in the present pod template.'] : []),
    ...pausedIn(workload),
    ...ownedBy(workload),
  ];
}

/** A tool that has the wanted state elsewhere writes the bad version back. */
function ownedBy(workload: KubernetesObject): readonly string[] {
  const owner = ownerOf(workload, rollingChange(workload));
  return owner === undefined
    ? []
    : [`Deployment ${workload.metadata.name} belongs to ${owner.tool} (${owner.name}). ${owner.reverts} ${owner.change}`];
}

const pausedIn = (workload: KubernetesObject): readonly string[] =>
  (workload['spec'] as { readonly paused?: boolean } | undefined)?.paused === true
    ? [`Deployment ${workload.metadata.name} is paused: it is resumed, because it would never take the template.`]
    : [];
