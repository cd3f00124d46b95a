import { type Kind, type KubernetesObject, nameOf, type ObjectRef } from '../kubernetes/object.ts';
import type { Problem } from '../rollout/problem.ts';
import { shown } from '../units/shown.ts';

/** An object as a file holds it. */
export interface Manifest {
  readonly object: KubernetesObject;
  /** The file, and which document of it: `deploy/app.yaml, document 2`. */
  readonly from: string;
  /** SHA-256 of its data, hexadecimal; of a ConfigMap or Secret, what its pods see of it. */
  readonly digest: string;
}

/** A kind that the cluster has. */
export interface KnownKind {
  readonly kind: Kind;
  readonly namespaced: boolean;
}

export interface Applied extends Manifest {
  readonly ref: ObjectRef;
}

export interface Selection {
  /** In the order in which they are written: what others need comes first. */
  readonly applied: readonly Applied[];
  /** What is left alone, a sentence each. */
  readonly skipped: readonly string[];
  readonly problems: readonly Problem[];
}

const order = [
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'PersistentVolumeClaim',
  'Role',
  'RoleBinding',
  'Service',
  'DaemonSet',
  'Deployment',
  'StatefulSet',
  'CronJob',
];

/** What moves traffic is moved by canary and blue-green, under their guards. An apply would seize their lists of rules. */
const routes = ['HTTPRoute', 'VirtualService', 'Ingress'];
/** What runs once cannot be applied over itself. */
const oneTime = ['Job', 'Pod', 'ReplicaSet'];

/** Which objects of the manifests are applied. Every one is either applied, or named: nothing is dropped in silence. */
export function selectManifests(manifests: readonly Manifest[], kinds: readonly KnownKind[], namespace: string): Selection {
  const judged = manifests.map((manifest) => judge(manifest, kinds, namespace));
  const applied = judged.flatMap((each) => (each.is === 'applied' ? [each.applied] : []));
  const twice = applied.filter((one, index) => applied.slice(0, index).some((other) => nameOf(one.ref) === nameOf(other.ref)));
  const rank = ({ object }: Applied): number => (order.includes(object.kind) ? order.indexOf(object.kind) : order.length);
  return {
    applied: applied.toSorted((one, other) => rank(one) - rank(other)),
    skipped: judged.flatMap((each) => (each.is === 'skipped' ? [each.why] : [])),
    problems: [
      ...judged.flatMap((each) => (each.is === 'problem' ? [each.problem] : [])),
      ...twice.map(({ ref, from }) => ({
        what: `${nameOf(ref)} is in the manifests twice, the second time in ${shown(from)}.`,
        remedy: 'Keep one of them.',
      })),
    ],
  };
}

type Judgement =
  | { readonly is: 'applied'; readonly applied: Applied }
  | { readonly is: 'skipped'; readonly why: string }
  | { readonly is: 'problem'; readonly problem: Problem };

function judge(manifest: Manifest, kinds: readonly KnownKind[], namespace: string): Judgement {
  const { object, from } = manifest;
  const who = `${shown(object.kind, 63)} ${shown(object.metadata.name, 253)} (${shown(from)})`;
  const skipped = (why: string): Judgement => ({ is: 'skipped', why: `${who}: ${why}` });
  const problem = (what: string, remedy: string): Judgement => ({ is: 'problem', problem: { what: `${who} ${what}`, remedy } });
  const hook = object.metadata.annotations?.['helm.sh/hook'];
  if (hook !== undefined) return skipped(`a hook of a Helm chart (${shown(hook, 60)}), which only Helm runs.`);
  if (oneTime.includes(object.kind)) return skipped('it runs once and cannot be applied over itself.');
  const known = kinds.find(({ kind }) => kind.apiVersion === object.apiVersion && kind.kind === object.kind);
  if (known === undefined)
    return problem(
      `has a kind that this cluster does not have: ${shown(object.apiVersion)}.`,
      'Check its apiVersion, and install its CustomResourceDefinition first.',
    );
  if (!known.namespaced) return skipped('it belongs to the whole cluster, not to a service.');
  const inNamespace = object.metadata.namespace ?? namespace;
  if (inNamespace !== namespace)
    return problem(
      `is for the namespace ${shown(inNamespace)}, and this run is for ${namespace}.`,
      'Give the manifests of one namespace in one step.',
    );
  const ref: ObjectRef = { kind: known.kind, namespace, name: object.metadata.name };
  return { is: 'applied', applied: { ...manifest, object: wantedOf(object, namespace), ref } };
}

/** Without what the API server fills in: a manifest that was read from a cluster has it, and an apply of it would be refused. */
function wantedOf(object: KubernetesObject, namespace: string): KubernetesObject {
  const { status: _status, metadata, ...fields } = object;
  const {
    resourceVersion: _version,
    uid: _uid,
    generation: _generation,
    creationTimestamp: _created,
    managedFields: _managed,
    ...kept
  } = metadata;
  return { ...fields, metadata: { ...kept, namespace } } as KubernetesObject;
}

/** Whether an object that is there already is left as it is. */
export const isRoute = ({ kind }: ObjectRef): boolean => routes.includes(kind.kind);
