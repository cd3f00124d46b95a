import { Failure } from '../../failure.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { PatchOperation } from '../kubernetes/patch.ts';
import { type Container, deploymentSpec } from '../kubernetes/workload.ts';
import { type Parsed, parsed, refused } from '../units/parsed.ts';

const containers = (deployment: KubernetesObject): readonly Container[] => deploymentSpec(deployment).template?.spec?.containers ?? [];
const quoted = (all: readonly Container[]): string => all.map(({ name }) => `\`${name}\``).join(', ');

/** The container that carries the service's image: the one that is named, or the only one. */
export function containerOf(deployment: KubernetesObject, named: string | undefined): Parsed<string> {
  const all = containers(deployment);
  const where = `Deployment ${deployment.metadata.name}`;
  if (named !== undefined) {
    if (all.some(({ name }) => name === named)) return parsed(named);
    return refused(`is no container of ${where}`, `Use one of: ${quoted(all)}.`);
  }
  const [only, ...others] = all;
  if (only !== undefined && others.length === 0) return parsed(only.name);
  return refused(`is not given, and ${where} has ${all.length} containers`, `Name the one whose image is deployed: ${quoted(all)}.`);
}

/** The image that a Deployment runs in a container, as written there. */
export const imageOf = (deployment: KubernetesObject, container: string): string | undefined =>
  containers(deployment).find(({ name }) => name === container)?.image;

/**
 * The patch that changes one image and nothing else. It fails as a conflict when the Deployment is no longer the one that was
 * read, so that the index cannot have come to mean another container.
 */
export function setImage(deployment: KubernetesObject, container: string, image: string): readonly PatchOperation[] {
  const index = containers(deployment).findIndex(({ name }) => name === container);
  if (index < 0) {
    throw new Failure(
      'INTERNAL',
      `Deployment ${deployment.metadata.name} has no container \`${container}\`.`,
      'Report this: the preflight checks it.',
    );
  }
  const path = `/spec/template/spec/containers/${index}`;
  const { resourceVersion } = deployment.metadata;
  return [
    ...(resourceVersion === undefined ? [] : [{ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion } as const]),
    { op: 'test', path: `${path}/name`, value: container },
    { op: 'replace', path: `${path}/image`, value: image },
  ];
}
