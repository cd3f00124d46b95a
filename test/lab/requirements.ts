import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';

/** Which Debian package has each command that the lab runs. */
const packageOf = {
  containerd: 'containerd',
  'containerd-shim-runc-v2': 'containerd',
  ctr: 'containerd',
  runc: 'runc',
  ip: 'iproute2',
  iptables: 'iptables',
  mount: 'mount',
  unshare: 'util-linux',
  openssl: 'openssl',
  prometheus: 'prometheus',
  'prometheus-alertmanager': 'prometheus-alertmanager',
  'docker-registry': 'docker-registry',
  tini: 'tini',
  tar: 'tar',
  // Only its client: the lab starts no Docker.
  docker: 'docker.io',
  // For the tests of services that the lab's pipelines run.
  'redis-server': 'redis-server',
  pg_lsclusters: 'postgresql',
} as const;

const networkPluginPackage = 'containernetworking-plugins';
const networkPluginFolders = ['/usr/lib/cni', '/opt/cni/bin'];

/** What the check looks at, so that a test can show it another machine. */
export interface Machine {
  platform: string;
  isRoot: boolean;
  hasCommand(name: string): boolean;
  hasNetworkPlugins(): boolean;
}

export type Requirements =
  | { state: 'met' }
  | { state: 'missing'; packages: string[]; statement: string }
  | { state: 'impossible'; because: 'not-linux' | 'not-root'; cannotRun: string[]; statement: string };

export const thisMachine: Machine = {
  platform: process.platform,
  isRoot: process.getuid?.() === 0,
  hasCommand,
  hasNetworkPlugins: () => networkPlugins() !== undefined,
};

const cannotRun = [
  'the node (kubelet, containerd, runc, kube-proxy)',
  'the gateway in front of pods',
  'tests, demo and benchmarks that start a lab',
];

export function requirements(machine: Machine = thisMachine): Requirements {
  if (machine.platform !== 'linux') return impossible('not-linux', `The lab runs pods on Linux itself; this is ${machine.platform}.`);
  if (!machine.isRoot)
    return impossible('not-root', 'The lab makes namespaces, mounts and cgroups, which only root may; this process is not root.');
  const commands = Object.entries(packageOf).filter(([command]) => !machine.hasCommand(command));
  const packages = new Set<string>(commands.map(([, name]) => name));
  if (!machine.hasNetworkPlugins()) packages.add(networkPluginPackage);
  if (packages.size === 0) return { state: 'met' };
  const list = [...packages];
  return {
    state: 'missing',
    packages: list,
    statement: `The lab needs these packages: ${list.join(', ')}. \`npm run lab -- provision\` installs them where apt is there.`,
  };
}

function impossible(because: 'not-linux' | 'not-root', what: string): Requirements {
  const instead =
    'Unit tests and everything without a cluster run as they are. For the rest, run as root on Linux (a virtual machine or a privileged container will do), or point the tool at a cluster of your own from kind, k3d or minikube by naming its kubeconfig context.';
  return { state: 'impossible', because, cannotRun, statement: `${what} Not available here: ${cannotRun.join('; ')}. ${instead}` };
}

export function networkPlugins(): string | undefined {
  return networkPluginFolders.find((folder) => existsSync(join(folder, 'ptp')));
}

export function hasCommand(name: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(':').concat('/usr/local/sbin', '/usr/sbin', '/sbin');
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
