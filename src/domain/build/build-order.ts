import type { BuildArguments, BuildSecret } from './build-arguments.ts';

export type Provenance = 'off' | 'min' | 'max';
export type LayerCache = { readonly in: 'gha' | 'registry' | 'none' };

/** What decides the content of an image, beside its source. */
export interface BuildInputs {
  readonly context: string;
  readonly dockerfile: string;
  readonly target: string | undefined;
  readonly platforms: readonly string[];
  readonly arguments: BuildArguments;
  readonly secrets: readonly BuildSecret[];
  readonly provenance: Provenance;
  readonly sbom: boolean;
}

export interface BuildOrder {
  readonly inputs: BuildInputs;
  /** Name of the image with its registry, without tag. */
  readonly name: string;
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly cache: LayerCache['in'];
  readonly push: boolean;
  /** Whether later builds may take layers of this one. */
  readonly leavesLayers: boolean;
  readonly builder: string | undefined;
  readonly metadataFile: string;
}

/** Arguments of `docker`. No secret is among them: only where each one is. */
export function buildCommand(order: BuildOrder): readonly string[] {
  const { inputs, name, tags, labels, builder, push } = order;
  return [
    'buildx',
    'build',
    ...optional('--builder', builder),
    ...['--file', inputs.dockerfile],
    ...optional('--target', inputs.target),
    ...(inputs.platforms.length === 0 ? [] : ['--platform', inputs.platforms.join(',')]),
    ...Object.entries(inputs.arguments).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
    ...inputs.secrets.flatMap((secret) => ['--secret', secretText(secret)]),
    ...Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
    ...tags.flatMap((tag) => ['--tag', `${name}:${tag}`]),
    ...cacheArguments(order),
    `--provenance=${inputs.provenance === 'off' ? 'false' : `mode=${inputs.provenance}`}`,
    `--sbom=${inputs.sbom}`,
    // What is not pushed is still built to its end, and kept nowhere.
    push ? '--push' : '--output=type=cacheonly',
    ...['--metadata-file', order.metadataFile],
    '--progress=plain',
    '--',
    inputs.context,
  ];
}

/** A cache that fails makes a build slow, not wrong. */
function cacheArguments({ cache, name, push, leavesLayers }: BuildOrder): readonly string[] {
  if (cache === 'none') return [];
  const place = cache === 'gha' ? `type=gha,scope=${name}` : `type=registry,ref=${name}:buildcache`;
  const form = cache === 'gha' ? '' : ',image-manifest=true,oci-mediatypes=true';
  return ['--cache-from', place, ...(push && leavesLayers ? ['--cache-to', `${place},mode=max,ignore-error=true${form}`] : [])];
}

const secretText = (secret: BuildSecret): string =>
  secret.from === 'environment' ? `id=${secret.id},env=${secret.name}` : `id=${secret.id},src=${secret.path}`;

const optional = (flag: string, value: string | undefined): readonly string[] => (value === undefined ? [] : [flag, value]);

/**
 * The words from which the key of a build is made: equal for the same tree and the same inputs, different for any other. What is only
 * attested beside the image is not in it, so that the image is the same with and without; nor is the value or the place of a secret.
 */
export function buildKeyText(tree: string, inputs: BuildInputs): string {
  const sorted = (record: Readonly<Record<string, string>>) => Object.entries(record).toSorted(([one], [other]) => byText(one, other));
  return JSON.stringify([
    'wf-deploy build 1',
    tree,
    inputs.context,
    inputs.dockerfile,
    inputs.target ?? null,
    inputs.platforms.toSorted(byText),
    sorted(inputs.arguments),
    inputs.secrets.map(({ id }) => id).toSorted(byText),
  ]);
}

/** Where a build is found again: by its key and by what is attested about it. */
export const treeTag = (key: string, { provenance, sbom }: BuildInputs): string =>
  [`tree-${key.slice(0, 32)}`, ...(provenance === 'off' ? [] : [provenance]), ...(sbom ? ['sbom'] : [])].join('-');

const byText = (one: string, other: string): number => (one < other ? -1 : 1);
