/** A version of Kubernetes as far as skew is about it. */
export interface KubernetesVersion {
  readonly major: number;
  readonly minor: number;
}

/** `v1.34.4`, `v1.33.2-gke.100`, `1.31+`; `undefined` for what is no such version. */
export function parseKubernetesVersion(text: string): KubernetesVersion | undefined {
  const [, major, minor] = /^v?(\d{1,3})\.(\d{1,4})(?:[.+-].*)?$/.exec(text) ?? [];
  return major === undefined || minor === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

export const versionText = ({ major, minor }: KubernetesVersion): string => `${major}.${minor}`;

/** A node's kubelet may be at most so many minor versions behind the API server, and never ahead (kubernetes.io, version skew policy). */
export const kubeletMinorsBehind = 3;

export interface NodeVersion {
  readonly node: string;
  /** As the node says it. */
  readonly kubelet: string;
}

/** One sentence per node whose kubelet does not go with the API server, or says something unreadable. */
export function skewProblems(server: KubernetesVersion, nodes: readonly NodeVersion[]): readonly string[] {
  return nodes.flatMap(({ node, kubelet }) => {
    const version = parseKubernetesVersion(kubelet);
    if (version === undefined) return [`node ${node} does not say which version its kubelet has`];
    const behind = version.major === server.major ? server.minor - version.minor : Number.NaN;
    if (behind >= 0 && behind <= kubeletMinorsBehind) return [];
    const relation = behind < 0 ? 'newer than' : `more than ${kubeletMinorsBehind} minor versions behind`;
    return [`node ${node} has kubelet ${versionText(version)}, which is ${relation} the API server's ${versionText(server)}`];
  });
}
