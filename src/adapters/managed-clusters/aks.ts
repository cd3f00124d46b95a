// Not the package's main entry: it brings every operation that there is (240 KB instead of 60).
import { type ContainerServiceContext, createContainerService } from '@azure/arm-containerservice/api';
import { get, listClusterUserCredentials } from '@azure/arm-containerservice/api/managedClusters';
import type { ManagedCluster as AzureCluster, ManagedClusterAgentPoolProfile } from '@azure/arm-containerservice/models';
import { type PluginCall, withOwnPlugin } from '../../domain/fleet/aks-kubeconfig.ts';
import type { AksPlace } from '../../domain/fleet/aks-place.ts';
import { aksContext } from '../../domain/fleet/aks-resource.ts';
import { Failure } from '../../failure.ts';
import type { ManagedCluster, ManagedClusters, NodePool } from '../../ports/managed-clusters.ts';
import { pipelineOptions } from '../azure/pipeline.ts';
import { type SignIn, type SignInOptions, signIn } from '../azure/sign-in.ts';
import { kubeconfigDocument } from '../cluster/kubeconfig.ts';
import { aksRefusal, undocumented } from './aks-refusal.ts';

export interface AksOptions extends Omit<SignInOptions, 'cloud'> {
  /** What a kubeconfig calls to get a token for the application `server` of this cloud. */
  readonly pluginFor: (place: AksPlace, server: string) => PluginCall;
}

/** Azure Kubernetes Service by Azure Resource Manager, as the federated identity of this workflow. */
export function aksClusters(options: AksOptions): ManagedClusters {
  const { patienceSeconds = 60, retryDelaySeconds = 1, onRequest = () => undefined } = options;
  const signedIn = new Map<string, SignIn>();
  const contextFor = ({ cloud, resource }: AksPlace): ContainerServiceContext => {
    const credential = signedIn.get(cloud.authority) ?? signIn({ ...options, cloud });
    signedIn.set(cloud.authority, credential);
    return createContainerService(credential, resource.subscription, {
      endpoint: cloud.management,
      // The library's own scope is that of the public cloud, whatever the endpoint.
      credentials: { scopes: [`${cloud.management}/.default`] },
      ...pipelineOptions({ patienceSeconds, retryDelaySeconds, onRequest }),
    });
  };
  const ask = async <T>(
    place: AksPlace,
    purpose: string,
    question: (context: ContainerServiceContext, abortSignal: AbortSignal) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> => {
    const late = AbortSignal.timeout(patienceSeconds * 1000);
    try {
      return await question(contextFor(place), signal === undefined ? late : AbortSignal.any([late, signal]));
    } catch (error) {
      signal?.throwIfAborted();
      throw aksRefusal(error, purpose, place.resource);
    }
  };
  return {
    async describe(place, signal) {
      const { group, name } = place.resource;
      const found = await ask(place, 'read', (context, abortSignal) => get(context, group, name, { abortSignal }), signal);
      // An answer that is no cluster would be read as one that says nothing.
      if (typeof found.id !== 'string') throw undocumented(`Azure answered for ${name} with what is no cluster.`);
      return described(found);
    },
    async kubeconfig(place, signal) {
      const { group, name } = place.resource;
      // As a kubeconfig that starts kubelogin, where the cluster asks for Microsoft Entra ID: `azure` is a form that no client takes any more.
      const results = await ask(
        place,
        'list the user credentials of',
        (context, abortSignal) => listClusterUserCredentials(context, group, name, { format: 'exec', abortSignal }),
        signal,
      );
      const value = results.kubeconfigs?.[0]?.value;
      if (value === undefined || value.length === 0) throw undocumented(`Azure lists no kubeconfig of ${name}.`);
      const given = kubeconfigDocument(Buffer.from(value).toString('utf8'), `The kubeconfig of ${name}`);
      const document = withOwnPlugin(given, aksContext(place.resource), (server) => options.pluginFor(place, server));
      if (!document.ok)
        throw new Failure('KUBECONFIG_INVALID', `The kubeconfig that Azure gives of ${name} ${document.problem}.`, document.remedy);
      return JSON.stringify(document.value);
    },
  };
}

function described({ provisioningState, powerState, apiServerAccessProfile, agentPoolProfiles = [] }: AzureCluster): ManagedCluster {
  const listed = (apiServerAccessProfile?.authorizedIPRanges ?? []).length > 0;
  return {
    provisioningState: provisioningState ?? '',
    running: powerState?.code === 'Running',
    reachable: apiServerAccessProfile?.enablePrivateCluster === true ? 'from-inside' : listed ? 'from-listed-addresses' : 'from-anywhere',
    pools: agentPoolProfiles.map(pool),
  };
}

function pool(profile: ManagedClusterAgentPoolProfile): NodePool {
  const { name, provisioningState = '', count = 0, enableAutoScaling, maxCount, powerState } = profile;
  const grows = enableAutoScaling === true && powerState?.code !== 'Stopped';
  return { name, provisioningState, nodes: count, most: grows ? Math.max(count, maxCount ?? count) : count };
}
