import { isBuildKey } from '../build/labels.ts';
import { parseImage } from '../units/image.ts';
import { jsonOf } from '../units/json.ts';
import { recordOf } from '../units/record.ts';
import { isCommit } from './commit.ts';

/** One image that one deployment brought into an environment. */
export interface DeployedImage {
  readonly service: string;
  /** `registry/name@sha256:…`. */
  readonly image: string;
  /** `sha256:…`: what the evidence is found again by. */
  readonly digest: string;
  /** Id of the source tree that the image was built from; `undefined`: not known. */
  readonly tree: string | undefined;
  /** Of the build: tree and inputs, as the image says itself. `undefined`: it was not built by `actions/build`. */
  readonly key: string | undefined;
}

/** How a deployment ended, as the forge keeps it. `failure` is measured or seen harm, `error` says nothing about the image. */
export type DeploymentState = 'success' | 'failure' | 'error';

/** What is recorded of a deployment. */
export interface NewDeployment extends DeployedImage {
  readonly environment: string;
  readonly commit: string;
  readonly state: DeploymentState;
  /** A sentence of at most 140 characters. */
  readonly description: string;
  /** Where a person can read about the run. */
  readonly page: string | undefined;
}

/** What the forge has on record. */
export interface RecordedDeployment extends DeployedImage {
  readonly id: number;
  readonly commit: string;
  /** `pending` where its ending was never recorded. */
  readonly state: DeploymentState | 'pending';
  /** ISO 8601. */
  readonly at: string;
}

/** What of the record answers a question. */
export interface FoundDeployments {
  /** Newest first. */
  readonly found: readonly RecordedDeployment[];
  /** So many of the latest on record were looked at, and there may be more. `undefined`: all were. */
  readonly ofLast?: number;
}

/** Whose evidence is looked for: that of this digest, or of another build of the same source with the same inputs. */
export interface ImageQuestion {
  readonly digest: string | undefined;
  readonly tree: string | undefined;
  /** `any`: whatever was built from the tree, for questions about a commit and not about an image. */
  readonly key: string | 'any' | undefined;
}

export interface DeploymentQuery extends ImageQuestion {
  readonly service: string;
  readonly environment: string;
}

/** Our deployments are told from others, such as those of GitHub's own environments, by their task. */
export const taskOf = (service: string): string => `wf-deploy:${service}`;

const schema = 'wf-deploy/deployment/v1';

export const payloadOf = ({ service, image, digest, tree, key }: DeployedImage): Readonly<Record<string, string>> => ({
  schema,
  service,
  image,
  digest,
  ...(tree === undefined ? {} : { tree }),
  ...(key === undefined ? {} : { key }),
});

/** What anyone with write access to the repository may have written. `undefined`: none of ours. */
export function readPayload(value: unknown): DeployedImage | undefined {
  const fields = recordOf(typeof value === 'string' ? jsonOf(value) : value);
  const { service, image, digest, tree, key } = fields ?? {};
  if (fields?.['schema'] !== schema || typeof service !== 'string' || typeof image !== 'string' || typeof digest !== 'string')
    return undefined;
  const parsed = parseImage(image);
  if (!parsed.ok || parsed.value.digest !== digest) return undefined;
  // With a key that is none it vouches for its own digest alone: of which build it is cannot be said.
  const known = isCommit(tree) && (key === undefined || isBuildKey(key));
  return { service, image, digest, tree: known ? tree : undefined, key: known && isBuildKey(key) ? key : undefined };
}

/** The same source alone is not the same program: another target or other arguments make another one. By the tree alone only where neither has a key. */
export const isOtherBuild = ({ tree, key }: ImageQuestion, found: DeployedImage): boolean =>
  tree !== undefined && found.tree === tree && (key === 'any' || found.key === key);

export const answers = (query: DeploymentQuery, found: DeployedImage): boolean =>
  found.service === query.service && (found.digest === query.digest || isOtherBuild(query, found));
