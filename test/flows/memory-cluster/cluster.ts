import type { Kind, KubernetesObject, ObjectRef } from '../../../src/domain/kubernetes/object.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Cluster, ListOptions, WatchEvent, Write } from '../../../src/ports/cluster.ts';
import { conflict, notFound } from './failures.ts';
import { Objects } from './objects.ts';
import { home, isNamespaced, sameKind } from './scope.ts';
import { selecting } from './selectors.ts';
import { changesNothing, refOf, written } from './writes.ts';

export interface Call {
  readonly verb: 'get' | 'list' | 'watch' | Write['do'];
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly at: number;
  readonly write?: Write;
}

/** A Kubernetes API in memory: namespaces, versions, conflicts, generations, watches, and the failures it is told to have. */
export class MemoryCluster implements Cluster {
  readonly calls: Call[] = [];
  /** Looked at before every call: what it answers is thrown. */
  failing: (call: Call) => Error | undefined = () => undefined;
  /** Called after every write, as a controller that reacts. */
  reacting: (object: KubernetesObject) => void = () => undefined;
  /** What an access review says. It is answered and not stored, as by the real one. */
  allows: (review: KubernetesObject) => boolean = () => true;
  private readonly objects = new Objects();
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Puts an object there as someone else would. */
  put(kind: Kind, object: KubernetesObject): KubernetesObject {
    return this.objects.store(kind, object);
  }

  remove(kind: Kind, name: string, namespace = home): void {
    this.objects.remove(addressed(kind, name, namespace));
  }

  find(kind: Kind, name: string, namespace = home): KubernetesObject | undefined {
    return this.objects.at(addressed(kind, name, namespace));
  }

  /** How many watches are open. */
  get watches(): number {
    return this.objects.listening;
  }

  /** All objects of a kind in a namespace, or with an empty one in all of them. */
  objectsOf(kind: Kind, namespace = home): readonly KubernetesObject[] {
    return this.objects.of(kind, isNamespaced(kind) ? namespace : '');
  }

  async get(ref: ObjectRef, signal?: AbortSignal): Promise<KubernetesObject | undefined> {
    await this.called({ verb: 'get', kind: ref.kind.kind, namespace: ref.namespace, name: ref.name }, signal);
    return this.objects.at(ref);
  }

  async version(signal?: AbortSignal): Promise<string> {
    await this.called({ verb: 'get', kind: 'version', namespace: '', name: '' }, signal);
    return 'v1.34.4';
  }

  async list(kind: Kind, namespace: string, options: ListOptions = {}, signal?: AbortSignal): Promise<readonly KubernetesObject[]> {
    await this.called({ verb: 'list', kind: kind.kind, namespace, name: '' }, signal);
    return this.selected(kind, namespace, options).slice(0, options.limit);
  }

  async *watch(kind: Kind, namespace: string, options: ListOptions, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    await this.called({ verb: 'watch', kind: kind.kind, namespace, name: options.name ?? '' });
    const selects = selecting(kind, options);
    const sees = (object: KubernetesObject | undefined): object is KubernetesObject =>
      object !== undefined && (namespace === '' || object.metadata.namespace === namespace) && selects(object);
    const queue: WatchEvent[] = this.selected(kind, namespace, options).map((object) => ({ type: 'present', object }));
    let wake: () => void = () => undefined;
    const leave = this.objects.listen((changed, now, before) => {
      if (!sameKind(changed, kind)) return;
      if (sees(now)) queue.push({ type: 'present', object: now });
      else if (sees(before)) queue.push({ type: 'gone', object: now ?? before });
      wake();
    });
    signal.addEventListener('abort', () => wake(), { once: true });
    try {
      while (!signal.aborted) {
        const event = queue.shift();
        if (event !== undefined) yield event;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      leave();
    }
  }

  async write(write: Write, signal?: AbortSignal): Promise<KubernetesObject> {
    const ref = refOf(write);
    const { kind, namespace, name } = ref;
    await this.called({ verb: write.do, kind: kind.kind, namespace, name, write }, signal);
    const review = write.do === 'create' ? this.reviewed(write.object) : undefined;
    if (review !== undefined) return review;
    const found = this.objects.at(ref);
    if (write.do === 'delete') return this.deleted(write, found);
    this.reach(kind, namespace);
    const changed = written(JSON.parse(JSON.stringify(write)) as typeof write, found);
    if (write.dryRun === true) return changed;
    if (found !== undefined && changesNothing(changed, found)) return found;
    const stored = this.objects.store(kind, changed);
    this.reacting(stored);
    return this.objects.at(ref) ?? stored;
  }

  /** Writes so far, as `replace HTTPRoute agent`, without rehearsals and questions. */
  writes(): readonly string[] {
    const wrote = this.calls.filter(({ write, kind }) => write !== undefined && write.dryRun !== true && !kind.startsWith('SelfSubject'));
    return wrote.map(({ verb, kind, name }) => `${verb} ${kind} ${name}`);
  }

  /** What is answered and not stored. */
  private reviewed(object: KubernetesObject): KubernetesObject | undefined {
    switch (object.kind) {
      case 'SelfSubjectAccessReview':
        return { ...object, status: { allowed: this.allows(object) } };
      case 'SelfSubjectReview':
        return { ...object, status: { userInfo: { username: 'system:serviceaccount:ci:deployer' } } };
      case 'SelfSubjectRulesReview':
        return { ...object, status: { resourceRules: [] } };
      default:
        return undefined;
    }
  }

  private deleted({ ref, uid, version, dryRun }: Extract<Write, { do: 'delete' }>, found: KubernetesObject | undefined): KubernetesObject {
    const said = `${ref.kind.kind} ${ref.namespace}/${ref.name}`;
    if (found === undefined) throw notFound(`${said} is not there.`);
    if (uid !== undefined && uid !== found.metadata.uid) throw conflict(`${said} is another one.`);
    if (version !== undefined && version !== found.metadata.resourceVersion) throw conflict(`${said} was changed.`);
    if (dryRun !== true) this.objects.remove(ref);
    return found;
  }

  private selected(kind: Kind, namespace: string, options: ListOptions): readonly KubernetesObject[] {
    if (!isNamespaced(kind) && namespace !== '') throw notFound(`There is no ${kind.resource} in namespaces.`);
    return this.objects.of(kind, namespace).filter(selecting(kind, options));
  }

  /** Where a write goes to: the API server has no such path, or no such namespace. */
  private reach(kind: Kind, namespace: string): void {
    if (isNamespaced(kind) !== (namespace !== '')) throw notFound(`There is no ${kind.resource} there.`);
    if (namespace !== '' && !this.objects.hasNamespace(namespace)) throw notFound(`namespaces "${namespace}" not found`);
  }

  private async called(call: Omit<Call, 'at'>, signal?: AbortSignal): Promise<void> {
    const made = { ...call, at: this.clock.monotonic() };
    this.calls.push(made);
    signal?.throwIfAborted();
    const failure = this.failing(made);
    await Promise.resolve();
    signal?.throwIfAborted();
    if (failure !== undefined) throw failure;
  }
}

const addressed = (kind: Kind, name: string, namespace: string): ObjectRef => ({
  kind,
  namespace: isNamespaced(kind) ? namespace : '',
  name,
});
