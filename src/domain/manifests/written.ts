import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Problem } from '../rollout/problem.ts';
import { parseName } from '../units/name.ts';
import { recordOf } from '../units/record.ts';
import { shown } from '../units/shown.ts';

export interface Written {
  readonly objects: readonly KubernetesObject[];
  readonly problems: readonly Problem[];
}

/** The objects in the documents of one file; those of a List one by one. */
export function objectsIn(documents: readonly unknown[], file: string): Written {
  const found = documents.flatMap((document) => one(document, file));
  return {
    objects: found.flatMap((each) => ('object' in each ? [each.object] : [])),
    problems: found.flatMap((each) => ('problem' in each ? [each.problem] : [])),
  };
}

type Read = { readonly object: KubernetesObject } | { readonly problem: Problem };

function one(document: unknown, file: string): readonly Read[] {
  const fields = recordOf(document);
  const { apiVersion, kind, items, metadata } = fields ?? {};
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return [noObject(file, 'has no `apiVersion` and `kind`')];
  if (apiVersion.startsWith('kustomize.config.k8s.io/')) return [kustomization(file)];
  if (kind.endsWith('List') && Array.isArray(items)) return items.flatMap((item) => one(item, file));
  const { name, namespace } = recordOf(metadata) ?? {};
  if (typeof name !== 'string' || !parseName(name).ok)
    return [noObject(file, `of kind ${shown(kind, 60)} has no usable \`metadata.name\``)];
  if (namespace !== undefined && typeof namespace !== 'string')
    return [noObject(file, `${shown(kind, 60)} ${name} has a \`metadata.namespace\` that is no text`)];
  return [{ object: fields as unknown as KubernetesObject }];
}

const noObject = (file: string, what: string): Read => ({
  problem: {
    what: `\`manifests\`: a document in ${shown(file, 200)} ${what}.`,
    remedy: 'Give plain Kubernetes objects: the output of `kustomize build` or `helm template`, and not what these are made of.',
  },
});

const kustomization = (file: string): Read => ({
  problem: {
    what: `\`manifests\`: ${shown(file, 200)} is a Kustomization, and not an object of the cluster.`,
    remedy: 'Write the output of `kustomize build` into a file in an earlier step, and give that.',
  },
});
