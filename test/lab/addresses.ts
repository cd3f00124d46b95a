// Every lab has a network namespace of its own, so that all labs can use the same addresses and ports inside it.
export const nodeAddress = '192.0.2.1';
export const podNetwork = '10.244.0.0/16';
export const serviceNetwork = '10.96.0.0/16';
export const kubernetesService = '10.96.0.1';

export const ports = {
  etcd: 2379,
  etcdPeer: 2380,
  api: 6443,
  gateway: 8000,
  gatewayHealth: 8081,
  prometheus: 9090,
  alertmanager: 9093,
  controllerManager: 10257,
  scheduler: 10259,
  kubelet: 10250,
  kubeletHealth: 10248,
  proxyHealth: 10256,
} as const;

/** What the host can reach, each through one loopback port. */
export const forwardNames = ['api', 'gateway', 'prometheus', 'alertmanager', 'registry'] as const;
export type ForwardName = (typeof forwardNames)[number];
