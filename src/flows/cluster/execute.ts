import { type ClusterCheck, isUsable } from '../../domain/fleet/cluster-check.ts';
import { clusterNamed, type NamedCluster, parseClusters } from '../../domain/fleet/named-cluster.ts';
import { Failure } from '../../failure.ts';
import type { Access } from '../../ports/access.ts';
import type { ClusterPlan } from './inputs.ts';
import { lookAt } from './look.ts';

export interface ClusterResult {
  readonly named: NamedCluster | undefined;
  readonly server: string;
  readonly context: string;
  readonly namespace: string;
  readonly version: string;
  readonly checks: readonly ClusterCheck[];
  /** Of the kubeconfig; `undefined` when the cluster cannot be used. */
  readonly path: string | undefined;
}

const mostBytes = 1_000_000;

/** Finds the cluster, looks at it, and only then lets the later steps have it. */
export async function executeCluster(plan: ClusterPlan, world: Access): Promise<ClusterResult> {
  const { access, log } = world;
  const named = await namedCluster(plan, world);
  const kubeconfig = kubeconfigOf(named, world);
  const open = access.open(kubeconfig, plan.context ?? named?.context ?? '');
  try {
    const namespace = plan.namespace ?? named?.namespace;
    log.line(`${named?.name ?? open.context}: ${open.server}`);
    const { version, checks } = await lookAt(open.cluster, plan, namespace);
    for (const check of checks) log.line(`  ${check.is} ${check.name}: ${check.is === 'not-checked' ? check.reason : check.found}`);
    const path = isUsable(checks) ? await access.keep(kubeconfig, open.context) : undefined;
    if (path !== undefined) {
      world.handover.save({ open: 'true', kubeconfig: path });
      log.line(`kubeconfig ${path}`);
    }
    const { server } = open;
    return { named, server, context: open.context, namespace: namespace ?? open.namespace, version, checks, path };
  } finally {
    open.close();
  }
}

async function namedCluster({ named }: ClusterPlan, { files }: Access): Promise<NamedCluster | undefined> {
  if (named === undefined) return undefined;
  const clusters = parseClusters(await files.documents(named.file, mostBytes));
  if (!clusters.ok) throw new Failure('FILE_UNREADABLE', `The file \`${named.file}\` ${clusters.problem}.`, clusters.remedy);
  const found = clusterNamed(clusters.value, named.name);
  if (!found.ok) throw new Failure('INPUT_INVALID', `\`name\` = \`${named.name}\` ${found.problem} (\`${named.file}\`).`, found.remedy);
  return found.value;
}

function kubeconfigOf(named: NamedCluster | undefined, { kubeconfig }: Access): string {
  if (kubeconfig !== '' || named === undefined) return kubeconfig;
  throw new Failure(
    'KUBECONFIG_INVALID',
    `Cluster ${named.name} is reached by the kubeconfig in the secret ${named.secret}, and the input \`kubeconfig\` is empty.`,
    `Give it as \`kubeconfig: \${{ secrets.${named.secret} }}\`, in a job whose \`environment\` holds that secret. A secret of an environment does not reach a workflow of another organisation: call the action from a job of your own then.`,
  );
}
