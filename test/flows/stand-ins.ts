import { nodeDigest } from '../../src/adapters/digest/node.ts';
import { workspaceFiles } from '../../src/adapters/files/workspace.ts';
import { workspaceReports } from '../../src/adapters/test-reports/workspace.ts';
import * as kinds from '../../src/domain/kubernetes/kinds.ts';
import type { KnownKind } from '../../src/domain/rolling/manifest.ts';
import type { Alert } from '../../src/ports/notifier.ts';
import type { ProbeAnswer } from '../../src/ports/probe.ts';
import type { RunOptions, RunResult } from '../../src/ports/process.ts';
import type { World } from '../../src/ports/worlds/cluster.ts';
import { MemoryCluster } from './memory-cluster/cluster.ts';
import { home, isNamespaced } from './memory-cluster/scope.ts';
import { VirtualClock } from './virtual-clock.ts';

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
  typeof kind === 'function' ? [] : [{ kind, namespaced: isNamespaced(kind) }],
);

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
    defaultNamespace: home,
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
