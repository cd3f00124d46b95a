import { kubernetesAccess } from '../adapters/cluster-access/kubernetes.ts';
import type { AccessConnections, AzureIdentity } from '../flows/flow.ts';
import type { ManagedClusters } from '../ports/managed-clusters.ts';
import type { AccessWorld } from '../ports/worlds/access.ts';
import type { Surroundings } from './surroundings.ts';
import { tellRequests } from './tell-requests.ts';
import { buildWorkspace } from './workspace.ts';

/** The ports of a flow that leads to a cluster. Asks nobody anything yet. */
export function openAccessWorld({ kubeconfig, azure }: AccessConnections, around: Surroundings): AccessWorld & { close(): void } {
  const { temporary, kubeconfigPath, version, mask } = around;
  return {
    ...buildWorkspace(around),
    kubeconfig,
    access: kubernetesAccess({ folder: temporary, earlier: kubeconfigPath, version, mask, onRequest: tellRequests(around.log) }),
    managed: azure === undefined ? undefined : aks(azure, around),
    close: () => undefined,
  };
}

/** Azure's libraries are loaded when they are asked something: most clusters are reached without them. */
export function aks(azure: AzureIdentity, around: Surroundings): ManagedClusters {
  const { idToken: source, mask } = around;
  if (source !== undefined) mask(source.token);
  let loaded: Promise<ManagedClusters> | undefined;
  const load = async (): Promise<ManagedClusters> => {
    const { aksClusters } = await import('../adapters/managed-clusters/aks.ts');
    const { ownPlugin } = await import('../adapters/managed-clusters/own-plugin.ts');
    return aksClusters({ ...azure, source, onSecret: mask, onRequest: tellRequests(around.log), pluginFor: ownPlugin(azure) });
  };
  const clusters = (): Promise<ManagedClusters> => {
    loaded ??= load();
    return loaded;
  };
  return {
    describe: async (place, signal) => (await clusters()).describe(place, signal),
    kubeconfig: async (place, signal) => (await clusters()).kubeconfig(place, signal),
  };
}
