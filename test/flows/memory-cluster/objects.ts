import { Namespace } from '../../../src/domain/kubernetes/kinds.ts';
import type { Kind, KubernetesObject, ObjectRef } from '../../../src/domain/kubernetes/object.ts';
import { home, isNamespaced, sameKind } from './scope.ts';

/** What is told of a change: the object as it is now and as it was, each `undefined` where there is none. */
export type Change = (kind: Kind, now: KubernetesObject | undefined, before: KubernetesObject | undefined) => void;

/** The objects of a cluster, each at its apiVersion, kind, namespace and name, with the versions that the API server counts. */
export class Objects {
  private readonly stored = new Map<string, { readonly kind: Kind; readonly object: KubernetesObject }>();
  private readonly listeners = new Set<Change>();
  private revision = 100;

  constructor() {
    this.settle(home);
  }

  at(ref: ObjectRef): KubernetesObject | undefined {
    return this.stored.get(addressOf(ref))?.object;
  }

  /** In an empty namespace: in all of them. In the order in which the API server lists them. */
  of(kind: Kind, namespace: string): readonly KubernetesObject[] {
    return [...this.stored]
      .filter(([, { kind: its, object }]) => sameKind(its, kind) && (namespace === '' || object.metadata.namespace === namespace))
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([, { object }]) => object);
  }

  hasNamespace(name: string): boolean {
    return this.at({ kind: Namespace, namespace: '', name }) !== undefined;
  }

  /** An object without a namespace that has to be in one comes home. */
  store(kind: Kind, object: KubernetesObject): KubernetesObject {
    const { namespace: given = home, ...named } = object.metadata;
    const namespace = isNamespaced(kind) ? given : '';
    const ref = { kind, namespace, name: named.name };
    const before = this.at(ref);
    if (namespace !== '') this.settle(namespace);
    this.revision += 1;
    const changed = JSON.stringify(before?.['spec']) !== JSON.stringify(object['spec']);
    const metadata = {
      ...named,
      ...(namespace === '' ? {} : { namespace }),
      uid: named.uid ?? before?.metadata.uid ?? `uid-${this.revision}`,
      resourceVersion: String(this.revision),
      generation: (before?.metadata.generation ?? 0) + (changed ? 1 : 0),
    };
    const now = { ...object, metadata };
    this.stored.set(addressOf(ref), { kind, object: now });
    this.tell(kind, now, before);
    return now;
  }

  remove(ref: ObjectRef): void {
    const before = this.at(ref);
    this.stored.delete(addressOf(ref));
    if (before !== undefined) this.tell(ref.kind, undefined, before);
  }

  get listening(): number {
    return this.listeners.size;
  }

  /** Until the function that comes back is called. */
  listen(listener: Change): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(...change: Parameters<Change>): void {
    for (const listener of this.listeners) listener(...change);
  }

  /** Nothing can be in a namespace that is not there. */
  private settle(name: string): void {
    if (this.hasNamespace(name)) return;
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, uid: `uid-of-${name}`, resourceVersion: '1' } };
    this.stored.set(addressOf({ kind: Namespace, namespace: '', name }), { kind: Namespace, object });
  }
}

/** An object that is asked for at the wrong kind of place is at no address: the API server has no such path. */
const addressOf = ({ kind, namespace, name }: ObjectRef): string => `${kind.apiVersion} ${kind.kind} ${namespace}/${name}`;
