import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { Failure } from '../../failure.ts';
import type { ClusterAccess } from '../../ports/cluster-access.ts';
import { kubernetesConnection } from '../cluster/connection.ts';
import { kubeconfigDocument, loadKubeconfig } from '../cluster/kubeconfig.ts';
import { kubernetesCluster } from '../cluster/kubernetes.ts';

export interface AccessOptions {
  /** Where kubeconfigs are kept: outside of the workspace, emptied after the job. */
  readonly folder: string;
  /** `KUBECONFIG` as this step found it. */
  readonly earlier: string;
  readonly version: string;
  readonly mask: (secret: string) => void;
  readonly onRequest: (method: string, path: string, status: number | undefined) => void;
}

const prefix = 'wf-deploy-cluster-';
const fileName = 'kubeconfig';

export function kubernetesAccess({ folder, earlier, version, mask, onRequest }: AccessOptions): ClusterAccess {
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
      const content: Record<string, unknown> = {
        ...kubeconfigDocument(text.trim(), 'The kubeconfig'),
        'current-context': load(text, context).context,
      };
      const path = join(await mkdtemp(join(folder, prefix)), fileName);
      await writeFile(path, JSON.stringify(content), { mode: 0o600, flag: 'wx' });
      return { path, search: [path, ...beside(namesIn(content), keptIn(earlier, folder))].join(delimiter) };
    },
    async forget(path) {
      if (!isOurs(path, folder))
        throw new Failure('FILE_UNREADABLE', `${path} is no kubeconfig that this action has written.`, 'Nothing was removed.');
      await rm(dirname(resolve(path)), { recursive: true, force: true });
    },
  };
}

function isOurs(path: string, folder: string): boolean {
  const kept = dirname(resolve(path));
  return basename(path) === fileName && basename(kept).startsWith(prefix) && dirname(kept) === resolve(folder);
}

/** Only ours: somebody's own file may name clusters that this job has no business with. */
const keptIn = (earlier: string, folder: string): readonly string[] =>
  earlier.split(delimiter).filter((path) => isOurs(path, folder) && existsSync(path));

/** Of two entries with one name the first counts: a context of a later file would lead to the cluster of an earlier one. Such a file is left out. */
function beside(taken: Set<string>, paths: readonly string[]): readonly string[] {
  return paths.filter((path) => {
    const names = namesIn(kubeconfigDocument(readFileSync(path, 'utf8'), `The kubeconfig ${path}`));
    if ([...names].some((name) => taken.has(name))) return false;
    for (const name of names) taken.add(name);
    return true;
  });
}

const namesIn = (document: Readonly<Record<string, unknown>>): Set<string> =>
  new Set(
    ['contexts', 'clusters', 'users'].flatMap((list) =>
      ((document[list] ?? []) as readonly { readonly name?: unknown }[]).map(({ name }) => `${list}/${String(name)}`),
    ),
  );
