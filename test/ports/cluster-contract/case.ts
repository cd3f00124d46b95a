import { ConfigMap } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject, ObjectRef } from '../../../src/domain/kubernetes/object.ts';
import { Failure } from '../../../src/failure.ts';
import type { Cluster, ListOptions, Write } from '../../../src/ports/cluster.ts';

/** One promise of the port: what is done with a cluster, and what comes of it on every one. */
export interface ContractCase {
  readonly says: string;
  readonly does: (on: Ground) => Promise<unknown>;
  readonly comesTo: unknown;
}

/** A cluster with two namespaces that are there, and what a case needs to be alone on it. */
export interface Ground {
  readonly cluster: Cluster;
  readonly here: string;
  readonly elsewhere: string;
  /** Of this case alone: the name of its objects, or how they begin, and the value of their label `case`. */
  readonly name: string;
}

type Wish = { readonly namespace?: string; readonly name?: string; readonly labels?: Readonly<Record<string, string>> };

export const configMap = (on: Ground, data: Readonly<Record<string, string>>, wish: Wish = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: wish.name ?? on.name, namespace: wish.namespace ?? on.here, labels: { case: on.name, ...wish.labels } },
  data,
});

export const create = (on: Ground, data: Readonly<Record<string, string>>, wish: Wish & { readonly dryRun?: boolean } = {}) =>
  on.cluster.write({
    do: 'create',
    kind: ConfigMap,
    namespace: wish.namespace ?? on.here,
    object: configMap(on, data, wish),
    dryRun: wish.dryRun ?? false,
  });

export const refOf = (on: Ground, wish: Wish = {}): ObjectRef => ({
  kind: ConfigMap,
  namespace: wish.namespace ?? on.here,
  name: wish.name ?? on.name,
});

/** The data of the case's object, `undefined` where there is none. */
export const dataOf = async (on: Ground, wish: Wish = {}): Promise<unknown> => (await on.cluster.get(refOf(on, wish)))?.['data'];

export const patch = (on: Ground, operations: Extract<Write, { do: 'patch' }>['operations'], wish: Wish = {}) =>
  on.cluster.write({ do: 'patch', ref: refOf(on, wish), operations });

export const namesOf = (objects: readonly KubernetesObject[]): readonly string[] => objects.map(({ metadata }) => metadata.name);

export const list = async (on: Ground, namespace: string, options: ListOptions = {}): Promise<readonly KubernetesObject[]> =>
  await on.cluster.list(ConfigMap, namespace, { labels: `case=${on.name}`, ...options });

/** The code of the Failure that something ends with. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
}
