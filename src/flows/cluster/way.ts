import type { AksPlace } from '../../domain/fleet/aks-place.ts';
import { aksResourceText } from '../../domain/fleet/aks-resource.ts';
import { azureClouds, publicCloud } from '../../domain/fleet/azure-cloud.ts';
import { underWay } from '../../domain/fleet/managed-checks.ts';
import type { NamedCluster } from '../../domain/fleet/named-cluster.ts';
import { durationText } from '../../domain/units/duration.ts';
import { Failure } from '../../failure.ts';
import type { ManagedCluster, ManagedClusters } from '../../ports/managed-clusters.ts';
import type { AccessWorld } from '../../ports/worlds/access.ts';
import type { ClusterPlan } from './inputs.ts';

export interface Way {
  readonly kubeconfig: string;
  /** What its cloud says about it; `undefined` where no cloud was asked. */
  readonly managed: ManagedCluster | undefined;
}

/** How the cluster is reached. An input comes before the file: it is nearer to the job. */
export async function wayTo(
  plan: Pick<ClusterPlan, 'aks' | 'cloud' | 'patience'>,
  named: NamedCluster | undefined,
  world: Pick<AccessWorld, 'kubeconfig' | 'managed' | 'clock' | 'log'>,
  signal: AbortSignal,
): Promise<Way> {
  const { kubeconfig, managed } = world;
  const reach = named?.reach;
  const fileResource = reach?.by === 'aks' && kubeconfig === '' ? reach.resource : undefined;
  const resource = plan.aks ?? fileResource;
  if (resource === undefined) {
    if (kubeconfig !== '') return { kubeconfig, managed: undefined };
    throw noKubeconfig(named?.name ?? '', reach?.by === 'kubeconfig' ? reach.secret : 'KUBECONFIG');
  }
  if (managed === undefined) throw nobodyForAzure(named?.name ?? resource.name);
  const cloud = plan.cloud ?? (reach?.by === 'aks' ? reach.cloud : undefined) ?? azureClouds[publicCloud];
  const place = { resource, cloud };
  world.log.line(`Azure is asked for ${aksResourceText(resource)}`);
  const state = await settled(place, managed, plan.patience, world, signal);
  return { kubeconfig: await managed.kubeconfig(place, signal), managed: state };
}

const pause = 15;

/** Azure's operations take minutes, and somebody else has begun them: all there is to do is to look until they are over. */
async function settled(
  place: AksPlace,
  managed: ManagedClusters,
  patience: number,
  { clock, log }: Pick<AccessWorld, 'clock' | 'log'>,
  signal: AbortSignal,
): Promise<ManagedCluster> {
  // From when it is known what there is to wait for.
  let end: number | undefined;
  for (let told = ''; ; ) {
    const state = await managed.describe(place, signal);
    const busy = underWay(state).join('; ');
    end ??= clock.monotonic() + patience;
    const left = end - clock.monotonic();
    if (busy === '' || left <= 0) return state;
    if (busy !== told) log.line(`  ${busy}: waiting for up to ${durationText(Math.ceil(left))}`);
    told = busy;
    await clock.sleep(Math.min(pause, left), signal);
    signal.throwIfAborted();
  }
}

/** An API server that does not answer, with what its cloud says about who reaches it. */
export function unreached(error: unknown, { managed }: Way, server: string): unknown {
  if (!(error instanceof Failure) || error.code !== 'CLUSTER_UNREACHABLE' || managed === undefined) return error;
  switch (managed.reachable) {
    case 'from-anywhere':
      return error;
    case 'from-inside':
      return new Failure(
        error.code,
        `This is a private cluster: its API server ${server} answers only inside its virtual network, and this runner is outside.`,
        'Let the job run on a runner inside that network or one that is peered with it: a self-hosted one (`runs-on: [self-hosted, LABEL]`), or a hosted one with Azure private networking.',
        error,
      );
    case 'from-listed-addresses':
      return new Failure(
        error.code,
        `The API server ${server} lets in listed addresses only, and did not answer this runner.`,
        'Add the address of this runner to the authorised ranges, or let the job run on a runner whose address is fixed: a self-hosted one (`runs-on: [self-hosted, LABEL]`), or a larger hosted one with a static address.',
        error,
      );
  }
}

const noKubeconfig = (name: string, secret: string): Failure =>
  new Failure(
    'KUBECONFIG_INVALID',
    `Cluster ${name} is reached by the kubeconfig in the secret ${secret}, and the input \`kubeconfig\` is empty.`,
    `Give it as \`kubeconfig: \${{ secrets.${secret} }}\`, in a job whose \`environment\` holds that secret. A secret of an environment does not reach a workflow of another organisation: call the action from a job of your own then.`,
  );

const nobodyForAzure = (name: string): Failure =>
  new Failure(
    'INPUT_INVALID',
    `Cluster ${name} is one of AKS, and nobody said who this workflow is for Azure.`,
    'Give `azure-client-id` and `azure-tenant-id`, and `permissions: { id-token: write }` to the job.',
  );
