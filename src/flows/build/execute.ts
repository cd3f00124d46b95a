import { type BuildOrder, buildKeyText, treeTag } from '../../domain/build/build-order.ts';
import { buildKeyLabel, imageLabels } from '../../domain/build/labels.ts';
import { missingPlatforms, runningDigest, type StoredImage } from '../../domain/build/stored-image.ts';
import { imageTags } from '../../domain/build/tags.ts';
import { Failure } from '../../failure.ts';
import type { Checkout } from '../../ports/source-tree.ts';
import type { BuildWorld } from '../../ports/worlds/build.ts';
import type { BuildPlan } from './inputs.ts';

export interface BuildResult {
  readonly outcome: 'built' | 'reused' | 'not-pushed';
  /** What was pushed or found; `undefined` when nothing was pushed. */
  readonly image: StoredImage | undefined;
  readonly tags: readonly string[];
  readonly metadata: string;
  readonly commit: string;
  /** Of tree and inputs; `undefined` when the build has none. */
  readonly key: string | undefined;
  /** Sentences for the summary: why it was not pushed, not reused, not cached. */
  readonly notes: readonly string[];
  readonly seconds: number;
}

/** Throws INPUT_INVALID, REGISTRY_LOGIN_FAILED, BUILD_FAILED, IMAGE_NOT_CONFIRMED or CANCELLED. */
export async function executeBuild(plan: BuildPlan, world: BuildWorld): Promise<BuildResult> {
  const { clock, cancellation, images, handover, log } = world;
  const cancelling = new AbortController();
  const release = cancellation.onRequest(() => cancelling.abort());
  const begin = clock.monotonic();
  let credentials: string | undefined;
  try {
    const checkout = await world.sourceTree.read();
    const push = plan.push === 'auto' && !world.context.fromFork;
    credentials = push ? await images.signIn(plan.registry) : undefined;
    if (credentials !== undefined) handover.save({ open: 'true', credentials });
    const decided = decide(plan, world, checkout, push);
    for (const note of decided.notes) log.line(note);
    const made = (await reused(plan, world, decided)) ?? (await built(plan, world, decided, cancelling.signal));
    return { ...made, commit: decided.commit, key: decided.key, seconds: clock.monotonic() - begin };
  } finally {
    release();
    if (credentials !== undefined) {
      await images.forget(credentials);
      handover.save({ open: 'false' });
    }
  }
}

interface Decided {
  readonly checkout: Checkout | undefined;
  readonly commit: string;
  readonly push: boolean;
  readonly tags: readonly string[];
  readonly key: string | undefined;
  /** Names the build for later ones of the same tree; `undefined`: it is none that others may take, nor takes one itself. */
  readonly treeTag: string | undefined;
  readonly cache: BuildPlan['cache'];
  readonly notes: readonly string[];
}

function decide(
  plan: BuildPlan,
  { context, digest, hasPlatformCache }: BuildWorld,
  checkout: Checkout | undefined,
  push: boolean,
): Decided {
  const commit = checkout?.commit ?? context.commit;
  const tags = [...new Set([...imageTags(context, commit), ...plan.moreTags])];
  if (tags.length === 0)
    throw new Failure(
      'INPUT_INVALID',
      'There is neither a branch, a tag, a pull request nor a commit to name the image after.',
      'Give `tags`.',
    );
  const isClean = checkout !== undefined && checkout.beside.length === 0;
  const key = isClean ? digest.sha256(buildKeyText(checkout.tree, plan.inputs)) : undefined;
  const uncached = plan.cache === 'gha' && !hasPlatformCache;
  const notes = [
    ...(push
      ? []
      : [context.fromFork ? 'The code comes from a fork: the image is built and not pushed.' : 'The image is not pushed (`push: false`).']),
    ...(plan.reuse && push && key === undefined ? [withoutKey(checkout)] : []),
    ...(push && key !== undefined && context.fromPullRequest ? [ofPullRequest] : []),
    ...(uncached ? ['This run has no access to the cache of GitHub Actions: layers are not cached.'] : []),
  ];
  const shared = push && key !== undefined && !context.fromPullRequest ? treeTag(key, plan.inputs) : undefined;
  return { checkout, commit, push, tags, key, treeTag: shared, cache: uncached ? 'none' : plan.cache, notes };
}

const ofPullRequest =
  'What a pull request builds is not left for other builds, and takes nothing that an earlier one left: nobody may have reviewed it yet.';

function withoutKey(checkout: Checkout | undefined): string {
  if (checkout === undefined) return 'The workspace is no checkout of a commit, so no earlier build is looked for.';
  const more = checkout.moreBeside === 0 ? '' : ` and ${checkout.moreBeside} more`;
  return `No earlier build is looked for, as the workspace holds what is not of the commit: ${checkout.beside.join(', ')}${more}.`;
}

type Made = Pick<BuildResult, 'outcome' | 'image' | 'tags' | 'metadata' | 'notes'>;

/** An earlier build of the same tree with the same inputs, if the registry has one that says so itself. */
async function reused(
  plan: BuildPlan,
  { images, log }: BuildWorld,
  { key, treeTag: shared, tags, notes }: Decided,
): Promise<Made | undefined> {
  if (shared === undefined || !plan.reuse) return undefined;
  const earlier = await images.stored(`${plan.name}:${shared}`);
  if (earlier.is === 'absent') return undefined;
  if (earlier.is === 'not-checked') {
    log.line(`No earlier build is used: ${earlier.reason}`);
    return undefined;
  }
  const { image, labels } = earlier;
  if (
    labels.length === 0 ||
    labels.some((each) => each[buildKeyLabel] !== key) ||
    missingPlatforms(image, plan.inputs.platforms).length > 0 ||
    !isAttested(image, plan)
  ) {
    log.line(`No earlier build is used: what \`${shared}\` names is not a build of this tree with these inputs.`);
    return undefined;
  }
  await images.tag(`${plan.name}@${image.digest}`, references(plan, tags));
  await confirm(plan, images, image.digest);
  return { outcome: 'reused', image, tags, metadata: '', notes };
}

/** As a tag can be moved, what it names has to have what it stands for. */
const isAttested = ({ attestations }: StoredImage, { inputs }: BuildPlan): boolean =>
  (inputs.provenance === 'off' && !inputs.sbom) || attestations > 0;

async function built(plan: BuildPlan, { context, images }: BuildWorld, decided: Decided, signal: AbortSignal): Promise<Made> {
  const { checkout, commit, push, tags, key, treeTag: shared, cache, notes } = decided;
  const title = plan.name.split('/').at(-1) ?? plan.name;
  const committedAt = checkout?.committed.at ?? '';
  const order: Omit<BuildOrder, 'metadataFile'> = {
    inputs: plan.inputs,
    name: plan.name,
    tags: [...tags, ...(shared === undefined ? [] : [shared])],
    labels: { ...imageLabels(context, { commit, committedAt, title }), ...(key === undefined ? {} : { [buildKeyLabel]: key }) },
    cache,
    push,
    // GitHub keeps the cache of a pull request apart itself; a registry does not.
    leavesLayers: !(context.fromPullRequest && cache === 'registry'),
    builder: plan.builder,
  };
  const { digest, metadata } = await images.build(order, {
    timeoutSeconds: plan.timeoutSeconds,
    sourceDate: checkout?.committed.seconds,
    signal,
  });
  if (!push) return { outcome: 'not-pushed', image: undefined, tags: [], metadata, notes };
  if (digest === undefined)
    throw new Failure(
      'IMAGE_NOT_CONFIRMED',
      'The builder did not say which digest it pushed.',
      'Use a newer buildx, and a builder that pushes to a registry.',
    );
  return { outcome: 'built', image: await confirm(plan, images, digest), tags, metadata, notes };
}

/** What a deployment will pull is in the registry, under the digest that is handed on. */
async function confirm(plan: BuildPlan, images: BuildWorld['images'], digest: string): Promise<StoredImage> {
  const pushed = await images.stored(`${plan.name}@${digest}`);
  if (pushed.is !== 'there') throw notConfirmed(`${plan.name}@${digest}`, pushed);
  const missing = missingPlatforms(pushed.image, plan.inputs.platforms);
  if (missing.length > 0)
    throw new Failure('IMAGE_NOT_CONFIRMED', `${plan.name}@${digest} holds no image for ${missing.join(', ')}.`, remedy);
  for (const child of pushed.image.runnable.filter((each) => each.digest !== digest)) {
    const found = await images.stored(`${plan.name}@${child.digest}`);
    if (found.is !== 'there' || runningDigest(found.image) !== child.digest) throw notConfirmed(`${plan.name}@${child.digest}`, found);
  }
  return pushed.image;
}

const remedy = 'Run the build again; when it stays so, look at what cleans up that registry.';

const notConfirmed = (reference: string, found: Awaited<ReturnType<BuildWorld['images']['stored']>>): Failure =>
  new Failure(
    'IMAGE_NOT_CONFIRMED',
    `The registry does not confirm ${reference}: ${found.is === 'not-checked' ? found.reason : 'it is not there as an image'}.`,
    remedy,
  );

const references = ({ name }: BuildPlan, tags: readonly string[]): readonly string[] => tags.map((tag) => `${name}:${tag}`);
