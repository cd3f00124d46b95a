import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Failure } from '../../failure.ts';
import type { ClusterAccess } from '../../ports/cluster-access.ts';
import { kubernetesConnection } from '../cluster/connection.ts';
import { kubeconfigDocument, loadKubeconfig } from '../cluster/kubeconfig.ts';
import { kubernetesCluster } from '../cluster/kubernetes.ts';

export interface AccessOptions {
  /** Where kubeconfigs are kept: outside of the workspace, emptied after the job. */
  readonly folder: string;
  readonly version: string;
  readonly mask: (secret: string) => void;
  readonly onRequest: (method: string, path: string, status: number | undefined) => void;
}

const prefix = 'wf-deploy-cluster-';
const fileName = 'kubeconfig';

export function kubernetesAccess({ folder, version, mask, onRequest }: AccessOptions): ClusterAccess {
  const load = (text: string, context: string) => {
    const kubeconfig = loadKubeconfig({ text, context });
    for (const secret of kubeconfig.secrets) mask(secret);
    return kubeconfig;
  };
  return {
    open(text, context) {
      const kubeconfig = load(text, context);
      const connection = kubernetesConnection({ kubeconfig, version, onSecret: mask, onRequest });
      return {
        cluster: kubernetesCluster(connection),
        context: kubeconfig.context,
        namespace: kubeconfig.config.getContextObject(kubeconfig.context)?.namespace ?? 'default',
        server: new URL(kubeconfig.config.getCurrentCluster()?.server ?? '').host,
        close: () => connection.close(),
      };
    },
    async keep(text, context) {
      // With the context that was asked for as the current one: a tool that comes later may know no other.
      const content = { ...kubeconfigDocument(text.trim(), 'The kubeconfig'), 'current-context': load(text, context).context };
      const path = join(await mkdtemp(join(folder, prefix)), fileName);
      await writeFile(path, JSON.stringify(content), { mode: 0o600, flag: 'wx' });
      return path;
    },
    async forget(path) {
      const kept = dirname(resolve(path));
      const ours = basename(path) === fileName && basename(kept).startsWith(prefix) && dirname(kept) === resolve(folder);
      if (!ours) throw new Failure('FILE_UNREADABLE', `${path} is no kubeconfig that this action has written.`, 'Nothing was removed.');
      await rm(kept, { recursive: true, force: true });
    },
  };
}
