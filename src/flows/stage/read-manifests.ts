import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { Manifest } from '../../domain/rolling/manifest.ts';
import { canonicalJson } from '../../domain/units/canonical-json.ts';
import { shown } from '../../domain/units/shown.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';

/** Bytes. What kubectl would still send is far below. */
const longestFile = 8 * 1024 * 1024;

/** Every object of the files, lists taken apart. Throws FILE_UNREADABLE for what is no object, and for a path that stands for nothing. */
export async function readManifests(world: Pick<World, 'files' | 'digest'>, paths: readonly string[]): Promise<readonly Manifest[]> {
  const manifests: Manifest[] = [];
  for (const path of await filesOf(world, paths)) {
    const documents = await world.files.documents(path, longestFile);
    for (const [index, document] of documents.entries()) {
      const from = documents.length === 1 ? path : `${path}, document ${index + 1}`;
      for (const object of objectsOf(document, from))
        manifests.push({ object, from, digest: world.digest.sha256(canonicalJson(contentOf(object))) });
    }
  }
  return manifests;
}

async function filesOf(world: Pick<World, 'files'>, paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const files = (await world.files.find(path)).filter((file) => file === path || /\.(?:ya?ml|json)$/.test(file));
    if (files.length === 0)
      throw new Failure(
        'FILE_UNREADABLE',
        `\`manifests\` names \`${shown(path, 200)}\`, and there is no YAML or JSON file of that name or below it.`,
        'Check the path, and that an earlier step has checked the repository out or rendered the manifests.',
      );
    found.push(...files);
  }
  return [...new Set(found)];
}

function objectsOf(document: unknown, from: string): readonly KubernetesObject[] {
  const { apiVersion, kind, metadata, items } = (typeof document === 'object' ? (document ?? {}) : {}) as Readonly<Record<string, unknown>>;
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) return items.flatMap((item) => objectsOf(item, from));
  const name = (metadata as { readonly name?: unknown } | null | undefined)?.name;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof name !== 'string' || name === '')
    throw new Failure(
      'FILE_UNREADABLE',
      `${shown(from, 200)} is no Kubernetes object: it needs apiVersion, kind and metadata.name.`,
      'Give files that hold manifests only; a kustomization or a chart has to be rendered first.',
    );
  return [document as KubernetesObject];
}

/** Of a ConfigMap or Secret, what its pods see. */
const contentOf = (object: KubernetesObject): unknown =>
  object.kind === 'ConfigMap' || object.kind === 'Secret'
    ? [object['data'] ?? {}, object['stringData'] ?? {}, object['binaryData'] ?? {}]
    : object;
