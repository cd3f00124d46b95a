import { type Kubeconfig, loadKubeconfig } from '../../../src/adapters/cluster/kubeconfig.ts';

export interface Entry {
  readonly server: string;
  readonly ca?: string;
  readonly cluster?: Record<string, unknown>;
  readonly user?: Record<string, unknown>;
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A kubeconfig (JSON is YAML) with one context, `lab`. */
export const kubeconfigText = ({ server, ca, cluster = {}, user = {} }: Entry): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'lab',
    clusters: [{ name: 'lab', cluster: { server, ...(ca === undefined ? {} : { 'certificate-authority-data': base64(ca) }), ...cluster } }],
    users: [{ name: 'deployer', user }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'deployer' } }],
  });

export const kubeconfig = (entry: Entry): Kubeconfig => loadKubeconfig({ text: kubeconfigText(entry) });
