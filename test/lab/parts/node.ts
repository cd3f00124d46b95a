import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import { nodeAddress, podNetwork, ports } from '../addresses.ts';
import { labCgroup } from '../cgroups.ts';
import { run } from '../command.ts';
import { answers } from '../http.ts';
import { networkPlugins } from '../requirements.ts';
import type { Part } from '../supervisor.ts';
import type { LabPlan } from './plan.ts';

export const nodeName = 'lab';

export function pauseImage({ settings }: LabPlan): string {
  return `127.0.0.1:${settings.forwards.registry}/pause:lab`;
}

export async function containerd(plan: LabPlan): Promise<Part> {
  const { files } = plan;
  const networks = join(files.configuration, 'networks');
  await mkdir(networks, { recursive: true });
  await writeFile(join(networks, '10-lab.conflist'), JSON.stringify(podNetworking));
  const configuration = join(files.configuration, 'containerd.toml');
  await writeFile(configuration, containerdConfiguration(plan, networks));
  return {
    name: 'containerd',
    command: ['containerd', '--config', configuration],
    address: files.containerd,
    ready: async () => (await run(['ctr', '--address', files.containerd, 'version'])).code === 0,
  };
}

// Point-to-point pairs, not a bridge: every packet between pods passes the node's rules,
// so that Services work from pod to pod without the kernel module that bridges need for it.
const podNetworking = {
  cniVersion: '1.0.0',
  name: 'lab',
  plugins: [
    {
      type: 'ptp',
      ipMasq: false,
      ipam: { type: 'host-local', ranges: [[{ subnet: podNetwork }]], routes: [{ dst: '0.0.0.0/0' }] },
    },
  ],
};

function containerdConfiguration(plan: LabPlan, networks: string): string {
  const { files } = plan;
  const text = (value: string) => JSON.stringify(value);
  return `version = 2
root = ${text(join(files.data, 'containerd'))}
state = ${text('/run/containerd')}
[grpc]
address = ${text(files.containerd)}
[plugins."io.containerd.internal.v1.opt"]
path = ${text(join(files.data, 'containerd-opt'))}
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = ${text(pauseImage(plan))}
stream_server_address = "127.0.0.1"
# Lowering the OOM score needs a capability that containers and sandboxes often lack.
restrict_oom_score_adj = true
disable_apparmor = true
enable_unprivileged_ports = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = ${text(networkPlugins() ?? '/usr/lib/cni')}
conf_dir = ${text(networks)}
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "overlayfs"
default_runtime_name = "runc"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = false
`;
}

export async function kubelet({ settings, files, credentials, tool }: LabPlan): Promise<Part> {
  const configuration = join(files.configuration, 'kubelet.yaml');
  const content = {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    containerRuntimeEndpoint: `unix://${files.containerd}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: labCgroup(basename(settings.directory)),
    cgroupsPerQOS: true,
    enforceNodeAllocatable: [],
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0,
    healthzBindAddress: '127.0.0.1',
    healthzPort: ports.kubeletHealth,
    podLogsDir: files.podLogs,
    resolvConf: '',
    serializeImagePulls: false,
    imageGCHighThresholdPercent: 100,
    evictionHard: {
      'memory.available': '1Mi',
      'nodefs.available': '0%',
      'imagefs.available': '0%',
      'nodefs.inodesFree': '0%',
      'imagefs.inodesFree': '0%',
    },
    nodeStatusReportFrequency: '10s',
    // Its manager asks for the node before the kubelet has one, and where the API server is slow that ends the kubelet.
    featureGates: { DynamicResourceAllocation: false },
  };
  await writeFile(configuration, stringify(content));
  return {
    name: 'kubelet',
    command: [
      tool('kubelet'),
      ...['--config', configuration, '--kubeconfig', credentials.kubeconfigOf.kubelet],
      ...['--root-dir', '/var/lib/kubelet', '--node-ip', nodeAddress, '--hostname-override', nodeName],
    ],
    address: `https://${nodeAddress}:${ports.kubelet}`,
    ready: () => answers(`http://127.0.0.1:${ports.kubeletHealth}/healthz`),
  };
}

export async function kubeProxy({ files, credentials, tool }: LabPlan): Promise<Part> {
  const configuration = join(files.configuration, 'kube-proxy.yaml');
  const content = {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clientConnection: { kubeconfig: credentials.kubeconfigOf.proxy },
    clusterCIDR: podNetwork,
    hostnameOverride: nodeName,
    healthzBindAddress: `127.0.0.1:${ports.proxyHealth}`,
    // Zero leaves the host's connection tracking limits alone.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    oomScoreAdj: 0,
  };
  await writeFile(configuration, stringify(content));
  const health = `http://127.0.0.1:${ports.proxyHealth}`;
  return {
    name: 'kube-proxy',
    command: [tool('kube-proxy'), '--config', configuration],
    address: health,
    ready: () => answers(`${health}/healthz`),
  };
}
