import { kubernetesAccess } from '../adapters/cluster-access/kubernetes.ts';
import type { AccessConnections } from '../flows/flow.ts';
import type { Access } from '../ports/access.ts';
import type { Surroundings } from './surroundings.ts';
import { buildWorkspace } from './workspace.ts';

/** The ports of a flow that leads to a cluster. Asks nobody anything yet. */
export function buildAccess({ kubeconfig }: AccessConnections, around: Surroundings): Access & { close(): void } {
  const { temporary, version, mask, log } = around;
  return {
    ...buildWorkspace(around),
    kubeconfig,
    access: kubernetesAccess({
      folder: temporary,
      version,
      mask,
      onRequest: (method, path, status) => log.debug(`${method} ${path} ${status ?? 'no answer'}`),
    }),
    close: () => undefined,
  };
}
