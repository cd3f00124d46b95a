import { nodeDigest } from '../../src/adapters/digest/node.ts';
import { workspaceFiles } from '../../src/adapters/files/workspace.ts';
import { workspaceReports } from '../../src/adapters/test-reports/workspace.ts';
import * as kinds from '../../src/domain/kubernetes/kinds.ts';
import type { Kind, KubernetesObject, ObjectRef } from '../../src/domain/kubernetes/object.ts';
import type { KnownKind } from '../../src/domain/rolling/manifest.ts';
import { Failure } from '../../src/failure.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Cluster, ListOptions, WatchEvent, Write } from '../../src/ports/cluster.ts';
import type { Alert } from '../../src/ports/notifier.ts';
import type { ProbeAnswer } from '../../src/ports/probe.ts';
import type { RunOptions, RunResult } from '../../src/ports/process.ts';
import type { World } from '../../src/ports/world.ts';
import { patched } from '../domain/rollout/patched.ts';

/** Time that passes only when everything waits for it. */
export class VirtualClock implements Clock {
  private time = 1000;
  private readonly timers = new Set<{ readonly at: number; readonly ring: () => void }>();
  /** Seconds by which the wall clock is wrong. */
  wallError = 0;

  monotonic(): number {
    return this.time;
  }

  now(): Date {
    return new Date((1_760_000_000 + this.time + this.wallError) * 1000);
  }

  sleep(seconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const ring = (): void => {
        this.timers.delete(timer);
        signal?.removeEventListener('abort', ring);
        resolve();
      };
      const timer = { at: this.time + Math.max(0, seconds), ring };
      this.timers.add(timer);
      signal?.addEventListener('abort', ring, { once: true });
    });
  }

  /** What a work comes to, with time going on from one thing that waits to the next. */
  async until<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const end = (): void => {
      over = true;
    };
    work.then(end, end);
    for (let turns = 0; ; turns += 1) {
      await settled();
      if (over) return await work;
      const next = [...this.timers].toSorted((one, other) => one.at - other.at)[0];
      if (next === undefined) throw new Error('Nothing goes on, and nothing waits for the time.');
      if (turns > 20_000) throw new Error('It never ends.');
      this.time = Math.max(this.time, next.at);
      next.ring();
    }
  }

  /** Lets so many seconds pass. */
  async pass(seconds: number): Promise<void> {
    await this.until(this.sleep(seconds));
  }
}

/** Everything that can go on without time has gone on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export interface Call {
  readonly verb: 'get' | 'list' | 'watch' | Write['do'];
  readonly kind: string;
  readonly name: string;
  readonly at: number;
  readonly write?: Write;
}

type Watcher = { readonly kind: Kind; readonly sees: (object: KubernetesObject) => boolean; readonly tell: (event: WatchEvent) => void };

/** A Kubernetes API in memory: versions, conflicts, generations, watches, and the failures it is told to have. */
export class MemoryCluster implements Cluster {
  readonly calls: Call[] = [];
  /** Looked at before every call: what it answers is thrown. */
  failing: (call: Call) => Error | undefined = () => undefined;
  /** Called after every write, as a controller that reacts. */
  reacting: (object: KubernetesObject) => void = () => undefined;
  /** What an access review says. It is answered and not stored, as by the real one. */
  allows: (review: KubernetesObject) => boolean = () => true;
  private readonly objects = new Map<string, { readonly kind: Kind; readonly object: KubernetesObject }>();
  private readonly watchers = new Set<Watcher>();
  private revision = 100;
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Puts an object there as someone else would. */
  put(kind: Kind, object: KubernetesObject): KubernetesObject {
    this.revision += 1;
    const found = this.find(kind, object.metadata.name);
    const changed = JSON.stringify(found?.['spec']) !== JSON.stringify(object['spec']);
    const generation = (found?.metadata.generation ?? 0) + (changed ? 1 : 0);
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.revision), generation } };
    this.objects.set(`${kind.kind}/${object.metadata.name}`, { kind, object: stored });
    for (const { kind: watched, sees, tell } of this.watchers)
      if (watched.kind === kind.kind && sees(stored)) tell({ type: 'present', object: stored });
    return stored;
  }

  remove(kind: Kind, name: string): void {
    const object = this.find(kind, name);
    this.objects.delete(`${kind.kind}/${name}`);
    if (object === undefined) return;
    for (const { kind: watched, sees, tell } of this.watchers)
      if (watched.kind === kind.kind && sees(object)) tell({ type: 'gone', object });
  }

  find(kind: Kind, name: string): KubernetesObject | undefined {
    return this.objects.get(`${kind.kind}/${name}`)?.object;
  }

  async get(ref: ObjectRef, signal?: AbortSignal): Promise<KubernetesObject | undefined> {
    await this.called({ verb: 'get', kind: ref.kind.kind, name: ref.name }, signal);
    return this.find(ref.kind, ref.name);
  }

  async version(signal?: AbortSignal): Promise<string> {
    await this.called({ verb: 'get', kind: 'version', name: '' }, signal);
    return 'v1.34.4';
  }

  async list(kind: Kind, _namespace: string, options: ListOptions = {}, signal?: AbortSignal): Promise<readonly KubernetesObject[]> {
    await this.called({ verb: 'list', kind: kind.kind, name: '' }, signal);
    return this.objectsOf(kind).filter(selecting(options));
  }

  async *watch(kind: Kind, _namespace: string, options: ListOptions, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    await this.called({ verb: 'watch', kind: kind.kind, name: options.name ?? '' });
    const sees = selecting(options);
    const queue: WatchEvent[] = this.objectsOf(kind)
      .filter(sees)
      .map((object) => ({ type: 'present', object }));
    let wake: () => void = () => undefined;
    const watcher: Watcher = {
      kind,
      sees,
      tell: (event) => {
        queue.push(event);
        wake();
      },
    };
    this.watchers.add(watcher);
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
      this.watchers.delete(watcher);
    }
  }

  async write(write: Write, signal?: AbortSignal): Promise<KubernetesObject> {
    const [kind, name] = write.do === 'create' ? [write.kind, write.object.metadata.name] : [write.ref.kind, write.ref.name];
    await this.called({ verb: write.do, kind: kind.kind, name, write }, signal);
    if (kind.kind === 'SelfSubjectAccessReview' && write.do === 'create')
      return { ...write.object, status: { allowed: this.allows(write.object) } };
    if (kind.kind === 'SelfSubjectReview' && write.do === 'create')
      return { ...write.object, status: { userInfo: { username: 'system:serviceaccount:ci:deployer' } } };
    if (kind.kind === 'SelfSubjectRulesReview' && write.do === 'create') return { ...write.object, status: { resourceRules: [] } };
    if (write.do === 'delete') return this.deleted(kind, name);
    const changed = this.changed(write, kind, name);
    if (write.dryRun === true) return changed;
    const stored = this.put(kind, changed);
    this.reacting(stored);
    return this.find(kind, name) ?? stored;
  }

  /** Writes so far, as `replace HTTPRoute agent`, without rehearsals and questions. */
  writes(): readonly string[] {
    const wrote = this.calls.filter(({ write, kind }) => write !== undefined && write.dryRun !== true && !kind.startsWith('SelfSubject'));
    return wrote.map(({ verb, kind, name }) => `${verb} ${kind} ${name}`);
  }

  private changed(write: Write, kind: Kind, name: string): KubernetesObject {
    const found = this.find(kind, name);
    if (write.do === 'create') {
      if (found !== undefined) throw conflict(`${kind.kind} ${name} is there already.`);
      return write.object;
    }
    const expected = write.do === 'apply' ? write.object.metadata.resourceVersion : undefined;
    if (expected !== undefined && expected !== found?.metadata.resourceVersion) throw conflict(`${kind.kind} ${name} was changed.`);
    if (write.do === 'apply') return { ...found, ...write.object, metadata: { ...found?.metadata, ...write.object.metadata } };
    if (found === undefined) throw new Failure('CLUSTER_NOT_FOUND', `${kind.kind} ${name} is not there.`, 'See.');
    if (write.do === 'replace') {
      const { resourceVersion } = write.object.metadata;
      if (resourceVersion !== undefined && resourceVersion !== found.metadata.resourceVersion)
        throw conflict(`${kind.kind} ${name} was changed.`);
      return write.object;
    }
    if (write.do === 'patch') {
      const changed = patched(found, write.operations);
      if (changed === undefined) throw conflict(`A test of the patch of ${kind.kind} ${name} failed.`);
      return changed;
    }
    throw new Error(`A ${write.do} changes nothing.`);
  }

  private deleted(kind: Kind, name: string): KubernetesObject {
    const found = this.find(kind, name);
    if (found === undefined) throw new Failure('CLUSTER_NOT_FOUND', `${kind.kind} ${name} is not there.`, 'See.');
    this.remove(kind, name);
    return found;
  }

  /** All objects of a kind. */
  objectsOf(kind: Kind): readonly KubernetesObject[] {
    return [...this.objects.values()].filter((each) => each.kind.kind === kind.kind).map(({ object }) => object);
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

const conflict = (what: string): Failure => new Failure('CLUSTER_CONFLICT', what, 'Read it again.');
export const unreachable = (): Failure => new Failure('CLUSTER_UNREACHABLE', 'The API server gave no answer.', 'Wait.');
export const forbidden = (): Failure => new Failure('CLUSTER_FORBIDDEN', 'The account may not do that.', 'Grant it.');

/** What this holder writes into its Lease does not arrive. */
export const unheard =
  (holder: string) =>
  ({ write }: Call): Error | undefined =>
    write?.do === 'patch' && write.operations.some((operation) => operation.op === 'test' && operation.value === holder)
      ? unreachable()
      : undefined;

const selecting =
  ({ name, labels = '' }: ListOptions) =>
  ({ metadata }: KubernetesObject): boolean =>
    (name === undefined || metadata.name === name) &&
    labels
      .split(/,(?![^(]*\))/)
      .filter((pair) => pair !== '')
      .every((pair) => {
        const [, key = '', values = ''] = /^(\S+) notin \((.*)\)$/.exec(pair) ?? [];
        if (key !== '') return !values.split(',').includes(metadata.labels?.[key] ?? '');
        return metadata.labels?.[pair.split('=')[0] ?? ''] === pair.split('=')[1];
      });

export interface Stage {
  readonly world: World;
  readonly clock: VirtualClock;
  readonly cluster: MemoryCluster;
  readonly lines: string[];
  readonly alerts: Alert[];
  readonly handedOver: Record<string, string>[];
  /** Asks the run to end. */
  cancel(by: string): void;
}

export interface Settings {
  readonly holder?: string;
  readonly page?: string;
  readonly probe?: (url: string, headers: Readonly<Record<string, string>>) => ProbeAnswer;
  /** A folder of real files. */
  readonly workspace?: string;
  readonly process?: (argv: readonly string[], options: RunOptions) => RunResult | Promise<RunResult>;
  readonly query?: World['metrics']['query'];
  readonly resolve?: World['registry']['resolve'];
  readonly labels?: World['registry']['labels'];
  readonly forge?: World['forge'];
  readonly commit?: string;
  readonly notify?: (alert: Alert) => void;
  readonly log?: World['pods']['log'];
}

/** The kinds that this API has. */
const known: readonly KnownKind[] = Object.values(kinds).flatMap((kind) =>
  typeof kind === 'function' ? [] : [{ kind, namespaced: kind !== kinds.Namespace }],
);

/** The cluster as a process sees it that is killed when it has made so many writes: from then on nothing is answered. */
export function dyingAfter(cluster: Cluster, writes: number): Cluster {
  let left = writes;
  const never = <T>() => new Promise<T>(() => undefined);
  return {
    get: (...call) => (left > 0 ? cluster.get(...call) : never()),
    list: (...call) => (left > 0 ? cluster.list(...call) : never()),
    watch: (...call) => cluster.watch(...call),
    version: (...call) => cluster.version(...call),
    write: async (write, signal) => {
      if (left <= 0) return never();
      if (write.do !== 'create' || write.kind.kind !== 'SelfSubjectAccessReview') left -= 1;
      return await cluster.write(write, signal);
    },
  };
}

/** A world of stand-ins. Two of them may share a clock and a cluster: two runs. */
export function stage(settings: Settings = {}, shared?: Pick<Stage, 'clock' | 'cluster'>): Stage {
  const clock = shared?.clock ?? new VirtualClock();
  const cluster = shared?.cluster ?? new MemoryCluster(clock);
  const lines: string[] = [];
  const alerts: Alert[] = [];
  const handedOver: Record<string, string>[] = [];
  const listeners = new Set<(by: string) => void>();
  const root = settings.workspace ?? import.meta.dirname;
  const files = workspaceFiles(root);
  const world: World = {
    run: { holder: settings.holder ?? 'run-1', page: settings.page, actor: 'someone', commit: settings.commit ?? 'c0ffee' },
    clock,
    cluster,
    discovery: { kinds: (apiVersion) => Promise.resolve(known.filter(({ kind }) => kind.apiVersion === apiVersion)) },
    log: { line: (text) => lines.push(text), debug: () => undefined, annotate: () => undefined },
    cancellation: {
      onRequest: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    handover: { save: (record) => handedOver.push({ ...record }) },
    pods: {
      log: settings.log ?? (() => Promise.resolve('')),
      forward: (pod, port) =>
        Promise.resolve({
          url: `http://127.0.0.1:4${port}`,
          problem: () => undefined,
          close: () => Promise.resolve(void lines.push(`closed ${pod.name}`)),
        }),
    },
    metrics: { query: settings.query ?? (() => Promise.resolve([])) },
    registry: {
      resolve: settings.resolve ?? (() => Promise.resolve({ is: 'not-checked', reason: 'there is none' })),
      labels: settings.labels ?? (() => Promise.resolve({ is: 'read', labels: {} })),
    },
    forge: settings.forge,
    probe: {
      get: (url, { headers }) => Promise.resolve(settings.probe?.(url, headers) ?? { is: 'no-answer', reason: 'connection refused' }),
    },
    files,
    testReports: workspaceReports(root, files, () => 0),
    digest: nodeDigest,
    process: {
      run: async (argv, options) => (await settings.process?.(argv, options)) ?? { exitCode: 0, tail: '' },
    },
    notifiers: [
      {
        name: 'stand-in',
        send: (alert) => {
          alerts.push(alert);
          settings.notify?.(alert);
          return Promise.resolve();
        },
      },
    ],
    guardianKit: { script: (router) => Promise.resolve(`// watches ${router}`), tells: [] },
    defaultNamespace: 'shop',
  };
  return {
    world,
    clock,
    cluster,
    lines,
    alerts,
    handedOver,
    cancel: (by) => {
      for (const listener of [...listeners]) listener(by);
    },
  };
}
