import { type StagingVerdict, stagingVerdict } from '../../domain/evidence/staging.ts';
import { parseImage } from '../../domain/units/image.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Lineage } from './fields.ts';
import { sourceOf } from './source-tree.ts';

/**
 * Holds every image to having passed staging. Answers with what the summary says about it. Throws STAGING_MISSING where one has not, and where
 * that cannot be found out.
 */
export async function requireStaged(
  world: World,
  service: string,
  lineage: Lineage,
  images: readonly string[],
): Promise<readonly string[]> {
  if (!lineage.requireStaging) return ['Staging: not asked for (`require-staging: false`).'];
  const texts: string[] = [];
  for (const image of new Set(images)) {
    const verdict = await stagingOf(world, service, lineage.stagingEnvironment, image);
    if (verdict.is === 'missing') throw missing(lineage, image, verdict.text);
    texts.push(`Staging: ${image}: ${verdict.text}`);
  }
  return texts;
}

/**
 * Whether an image passed an environment, by its digest or, with `otherBuilds`, as another build of the same tree with the same inputs. What cannot be
 * found out is missing.
 */
export async function stagingOf(
  world: Pick<World, 'forge' | 'registry'>,
  service: string,
  environment: string,
  image: string,
  otherBuilds = true,
): Promise<StagingVerdict> {
  const ref = parseImage(image);
  const digest = ref.ok ? ref.value.digest : undefined;
  if (digest === undefined)
    return { is: 'missing', text: 'Its digest is not known, and a tag can mean other bytes than those that were staged.' };
  const { forge } = world;
  if (forge === undefined) return { is: 'missing', text: 'Without `github-token` it cannot be asked.' };
  try {
    const itself = { service, environment, digest, tree: undefined, key: undefined };
    const own = stagingVerdict(itself, await forge.deployments(itself));
    const source = own.is === 'passed' || !otherBuilds ? undefined : await sourceOf(world, image);
    if (source?.unread !== undefined)
      return {
        is: 'missing',
        text: `${own.text} Not checked: whether another build of its source did (the image cannot be read: ${source.unread}).`,
      };
    if (source?.tree === undefined) return own;
    const builds = { ...itself, ...source };
    return stagingVerdict(builds, await forge.deployments(builds));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { is: 'missing', text: `It cannot be asked: ${error.what} ${error.remedy}` };
  }
}

const missing = ({ stagingEnvironment }: Lineage, image: string, text: string): Failure =>
  new Failure(
    'STAGING_MISSING',
    `There is no evidence that ${image} passed ${stagingEnvironment}. ${text}`,
    `Deploy this image by its digest into \`${stagingEnvironment}\` first, with \`github-token\` and \`environment: ${stagingEnvironment}\`, or set \`require-staging: false\`.`,
  );
