import { parseImage } from '../units/image.ts';
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

/** Which deployments are looked for: of this digest, or of this tree. */
export interface DeploymentQuery {
  readonly service: string;
  readonly environment: string;
  readonly digest: string | undefined;
  readonly tree: string | undefined;
}

/** Our deployments are told from others, such as those of GitHub's own environments, by their task. */
export const taskOf = (service: string): string => `wf-deploy:${service}`;

const schema = 'wf-deploy/deployment/v1';

export const payloadOf = ({ service, image, digest, tree }: DeployedImage): Readonly<Record<string, string>> => ({
  schema,
  service,
  image,
  digest,
  ...(tree === undefined ? {} : { tree }),
});

/** What anyone with write access to the repository may have written. `undefined`: none of ours. */
export function readPayload(value: unknown): DeployedImage | undefined {
  const fields = recordOf(typeof value === 'string' ? jsonOf(value) : value);
  const { service, image, digest, tree } = fields ?? {};
  if (fields?.['schema'] !== schema || typeof service !== 'string' || typeof image !== 'string' || typeof digest !== 'string')
    return undefined;
  const parsed = parseImage(image);
  if (!parsed.ok || parsed.value.digest !== digest) return undefined;
  return { service, image, digest, tree: isCommit(tree) ? tree : undefined };
}

export const answers = (query: DeploymentQuery, found: DeployedImage): boolean =>
  found.service === query.service && (found.digest === query.digest || (query.tree !== undefined && found.tree === query.tree));

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
