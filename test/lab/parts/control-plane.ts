import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { nodeAddress, podNetwork, ports, serviceNetwork } from '../addresses.ts';
import { answers } from '../http.ts';
import type { Part } from '../supervisor.ts';
import type { LabPlan } from './plan.ts';

export function etcd({ files, tool }: LabPlan): Part {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return {
    name: 'etcd',
    command: [
      tool('etcd'),
      ...['--data-dir', join(files.data, 'etcd'), '--unsafe-no-fsync', '--log-level', 'warn'],
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
    ],
    address: client,
    ready: () => answers(`${client}/health`),
  };
}

export async function apiServer({ files, credentials, tool }: LabPlan): Promise<Part> {
  const policy = join(files.configuration, 'audit-policy.yaml');
  await writeFile(policy, stringify(auditPolicy));
  const address = `https://127.0.0.1:${ports.api}`;
  return {
    name: 'kube-apiserver',
    command: [
      tool('kube-apiserver'),
      ...['--etcd-servers', `http://127.0.0.1:${ports.etcd}`],
      ...['--bind-address', '0.0.0.0', '--advertise-address', nodeAddress, '--secure-port', String(ports.api)],
      ...['--tls-cert-file', credentials.certificate, '--tls-private-key-file', credentials.certificateKey],
      ...['--token-auth-file', credentials.tokens, '--authorization-mode', 'Node,RBAC', '--anonymous-auth=false'],
      ...['--service-account-issuer', 'https://kubernetes.default.svc', '--service-account-key-file', credentials.serviceAccountPublicKey],
      ...['--service-account-signing-key-file', credentials.serviceAccountKey, '--service-cluster-ip-range', serviceNetwork],
      ...['--audit-policy-file', policy, '--audit-log-path', files.auditLog, '--audit-log-maxsize', '4096'],
      ...['--enable-priority-and-fairness=false', '--shutdown-delay-duration', '0s', '--kubelet-preferred-address-types', 'InternalIP'],
    ],
    address,
    ready: () =>
      answers(`${address}/readyz`, {
        authority: credentials.authority,
        headers: { authorization: `Bearer ${credentials.tokenOf.apiserverProbe}` },
      }),
  };
}

// Tests read who changed what and with which body; the lab's own polling would only hide it.
const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'None', users: ['prometheus-discovery', 'lab-probe'] },
    { level: 'Metadata', namespaces: ['kube-system', 'kube-node-lease'] },
    {
      level: 'Request',
      resources: [
        { group: '', resources: ['configmaps', 'services'] },
        { group: 'apps' },
        { group: 'coordination.k8s.io', resources: ['leases'] },
        { group: 'gateway.networking.k8s.io' },
        { group: 'networking.istio.io' },
        { group: 'networking.k8s.io', resources: ['ingresses'] },
      ],
    },
    { level: 'Metadata' },
  ],
};

export function controllerManager({ credentials, tool }: LabPlan): Part {
  const health = `https://127.0.0.1:${ports.controllerManager}`;
  return {
    name: 'kube-controller-manager',
    command: [
      tool('kube-controller-manager'),
      ...['--kubeconfig', credentials.kubeconfigOf.controllerManager, '--leader-elect=false'],
      ...['--service-account-private-key-file', credentials.serviceAccountKey, '--root-ca-file', credentials.certificate],
      ...['--allocate-node-cidrs=true', '--cluster-cidr', podNetwork, '--service-cluster-ip-range', serviceNetwork],
      ...['--kube-api-qps', '200', '--kube-api-burst', '400', '--concurrent-deployment-syncs', '10'],
    ],
    address: health,
    ready: () => answers(`${health}/healthz`, { anyCertificate: true }),
  };
}

export function scheduler({ credentials, tool }: LabPlan): Part {
  const health = `https://127.0.0.1:${ports.scheduler}`;
  return {
    name: 'kube-scheduler',
    command: [tool('kube-scheduler'), '--kubeconfig', credentials.kubeconfigOf.scheduler, '--leader-elect=false'],
    address: health,
    ready: () => answers(`${health}/healthz`, { anyCertificate: true }),
  };
}
