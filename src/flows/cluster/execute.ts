import { type ClusterCheck, isUsable } from '../../domain/fleet/cluster-check.ts';
import { managedChecks } from '../../domain/fleet/managed-checks.ts';
import { clusterNamed, type NamedCluster, parseClusters } from '../../domain/fleet/named-cluster.ts';
import { Failure } from '../../failure.ts';
import type { Kept, OpenCluster } from '../../ports/cluster-access.ts';
import type { AccessWorld } from '../../ports/worlds/access.ts';
import { endedByCancel } from '../cancel.ts';
import type { ClusterPlan } from './inputs.ts';
import { type Look, lookAt } from './look.ts';
import { unreached, type Way, wayTo } from './way.ts';

export interface ClusterResult {
  readonly named: NamedCluster | undefined;
  readonly server: string;
  readonly context: string;
  readonly namespace: string;
  readonly version: string;
  readonly checks: readonly ClusterCheck[];
  /** The kubeconfig; `undefined` when the cluster cannot be used. */
  readonly kept: Kept | undefined;
}

const mostBytes = 1_000_000;

/** Finds the cluster, looks at it, and only then lets the later steps have it. A cancel ends it as long as nothing is written. */
export const executeCluster = (plan: ClusterPlan, world: AccessWorld): Promise<ClusterResult> =>
  endedByCancel(world.cancellation, (signal) => access(plan, world, signal));

async function access(plan: ClusterPlan, world: AccessWorld, signal: AbortSignal): Promise<ClusterResult> {
  const { log } = world;
  const named = await namedCluster(plan, world);
  const way = await wayTo(plan, named, world, signal);
  const open = world.access.open(way.kubeconfig, plan.context ?? contextOf(named));
  try {
    const { server, context } = open;
    const namespace = plan.namespace ?? named?.namespace ?? open.namespace;
    log.line(`${named?.name ?? context}: ${server}`);
    const { version, checks } = await look(open, plan, way, namespace);
    for (const check of checks) log.line(`  ${check.is} ${check.name}: ${check.is === 'not-checked' ? check.reason : check.found}`);
    signal.throwIfAborted();
    const kept = isUsable(checks) ? await world.access.keep(way.kubeconfig, context) : undefined;
    if (kept !== undefined) {
      world.handover.save({ open: 'true', kubeconfig: kept.path });
      log.line(`kubeconfig ${kept.path}`);
    }
    return { named, server, context, namespace, version, checks, kept };
  } finally {
    open.close();
  }
}

const contextOf = (named: NamedCluster | undefined): string => (named?.reach.by === 'kubeconfig' ? (named.reach.context ?? '') : '');

/** A stopped cluster does not answer: what the cloud says about it is the better reason, and the API server is not asked. */
async function look(open: OpenCluster, plan: ClusterPlan, way: Way, namespace: string): Promise<Look> {
  const managed = way.managed === undefined ? [] : managedChecks(way.managed);
  if (!isUsable(managed)) return { version: '', checks: managed };
  try {
    const { version, checks } = await lookAt(open.cluster, plan, namespace, way.managed?.pools ?? []);
    return { version, checks: [...managed, ...checks] };
  } catch (error) {
    throw unreached(error, way, open.server);
  }
}

async function namedCluster({ named }: ClusterPlan, { files }: AccessWorld): Promise<NamedCluster | undefined> {
  if (named === undefined) return undefined;
  const clusters = parseClusters(await files.documents(named.file, mostBytes));
  if (!clusters.ok) throw new Failure('FILE_UNREADABLE', `The file \`${named.file}\` ${clusters.problem}.`, clusters.remedy);
  const found = clusterNamed(clusters.value, named.name);
  if (!found.ok) throw new Failure('INPUT_INVALID', `\`name\` = \`${named.name}\` ${found.problem} (\`${named.file}\`).`, found.remedy);
  return found.value;
}
