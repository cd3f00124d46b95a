import type { DeploymentState } from '../../domain/evidence/deployment.ts';
import { stagingVerdict } from '../../domain/evidence/staging.ts';
import { parseImage } from '../../domain/units/image.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Lineage } from './fields.ts';
import { commitOf } from './order.ts';
import { sourceOf } from './source-tree.ts';

export interface Ended {
  readonly service: string;
  readonly environment: string;
  readonly lineage: Lineage;
  /** What was to run. */
  readonly images: readonly string[];
  readonly state: DeploymentState;
  readonly description: string;
}

/** What a record is made with. */
export type Telling = Pick<World, 'forge' | 'registry' | 'run' | 'log'>;

/**
 * Puts the deployment on record with the forge: what a later `require-staging` asks for. Answers with sentences for the summary. A deployment never
 * fails by what is only written about it.
 */
export async function recordDeployment(world: Telling, ended: Ended): Promise<readonly string[]> {
  const { forge } = world;
  if (forge === undefined) return [];
  const { environment, service, state, description } = ended;
  const commit = commitOf(world, ended.lineage);
  if (commit === undefined) return ['The deployment is not on record with GitHub: its commit is not known. Give `commit`.'];
  const texts: string[] = [];
  for (const image of new Set(ended.images)) {
    const ref = parseImage(image);
    const digest = ref.ok ? ref.value.digest : undefined;
    if (digest === undefined) {
      texts.push(`Not on record with GitHub: ${image}, whose digest is not known.`);
      continue;
    }
    try {
      const { tree, key, unread } = await sourceOf(world, image);
      await forge.record({ service, environment, image, digest, tree, key, commit, state, description, page: world.run.page });
      const without =
        tree !== undefined ? '' : `, without its source tree${unread === undefined ? '' : ` (the image cannot be read: ${unread})`}`;
      texts.push(`On record with GitHub: ${state} of ${image} in ${environment}${without}.`);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      texts.push(`Not on record with GitHub: ${image} in ${environment}. ${error.what} → ${error.remedy}`);
    }
  }
  for (const text of texts) world.log.line(`  ${text}`);
  return texts;
}

/**
 * What runs here already because a run of ours brought it: put on record where it is not, as that may have failed then, and nothing would ever be
 * deployed again that could mend it.
 */
export async function recordStanding(world: Telling, subject: Omit<Ended, 'state' | 'description'>): Promise<readonly string[]> {
  const { forge } = world;
  if (forge === undefined) return [];
  const { service, environment } = subject;
  const missing: string[] = [];
  try {
    for (const image of new Set(subject.images)) {
      const ref = parseImage(image);
      const query = { service, environment, digest: ref.ok ? ref.value.digest : undefined, tree: undefined, key: undefined };
      if (query.digest === undefined) continue;
      if (stagingVerdict(query, await forge.deployments(query)).is === 'missing') missing.push(image);
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [`Not checked: whether the deployment is on record with GitHub. ${error.what} → ${error.remedy}`];
  }
  if (missing.length === 0) return [`On record with GitHub already, in ${environment}.`];
  const description = 'It runs here already: a run before had brought it.';
  return await recordDeployment(world, { ...subject, images: missing, state: 'success', description });
}
