import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { kubernetesService, nodeAddress, ports } from './addresses.ts';
import { must } from './command.ts';
import { type LabFiles, type LabSettings, labFiles } from './settings.ts';

// All parts may do everything; each has a name of its own so that the audit log tells them apart.
const users = {
  admin: 'admin',
  apiserverProbe: 'lab-probe',
  controllerManager: 'system:kube-controller-manager',
  scheduler: 'system:kube-scheduler',
  kubelet: 'system:node:lab',
  proxy: 'system:kube-proxy',
  gateway: 'traefik',
  discovery: 'prometheus-discovery',
} as const;
export type User = keyof typeof users;

export interface Credentials {
  certificate: string;
  certificateKey: string;
  serviceAccountKey: string;
  serviceAccountPublicKey: string;
  tokens: string;
  /** The certificate itself, which is its own authority. */
  authority: string;
  tokenOf: Record<User, string>;
  kubeconfigOf: Record<User, string>;
}

export async function createCredentials(settings: LabSettings): Promise<Credentials> {
  const files = labFiles(settings.directory);
  await mkdir(files.keys, { recursive: true, mode: 0o700 });
  const at = (name: string) => join(files.keys, name);
  const certificate = at('server.crt');
  const certificateKey = at('server.key');
  await must(selfSigned(certificate, certificateKey));

  const pair = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await writePrivate(at('service-account.key'), pair.privateKey);
  await writePrivate(at('service-account.pub'), pair.publicKey);

  const names = Object.keys(users) as User[];
  const tokenOf = Object.fromEntries(names.map((name) => [name, randomBytes(24).toString('hex')])) as Record<User, string>;
  await writePrivate(at('tokens.csv'), names.map((name) => `${tokenOf[name]},${users[name]},${users[name]},"system:masters"\n`).join(''));

  const authority = await readFile(certificate, 'utf8');
  const kubeconfigOf = Object.fromEntries(names.map((name) => [name, at(`${name}.kubeconfig`)])) as Record<User, string>;
  for (const name of names) await writeKubeconfig(kubeconfigOf[name], `https://127.0.0.1:${ports.api}`, authority, tokenOf[name]);
  await writeAdminKubeconfig(files, settings, authority, tokenOf.admin);

  return {
    certificate,
    certificateKey,
    serviceAccountKey: at('service-account.key'),
    serviceAccountPublicKey: at('service-account.pub'),
    tokens: at('tokens.csv'),
    authority,
    tokenOf,
    kubeconfigOf,
  };
}

async function writeAdminKubeconfig(files: LabFiles, settings: LabSettings, authority: string, token: string): Promise<void> {
  await writeKubeconfig(files.kubeconfig, `https://127.0.0.1:${settings.forwards.api}`, authority, token);
}

export async function writeKubeconfig(path: string, server: string, authority: string, token: string): Promise<void> {
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'lab', cluster: { server, 'certificate-authority-data': Buffer.from(authority).toString('base64') } }],
    users: [{ name: 'lab', user: { token } }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'lab' } }],
    'current-context': 'lab',
  };
  await writePrivate(path, stringify(kubeconfig));
}

async function writePrivate(path: string, content: string): Promise<void> {
  await writeFile(path, content, { mode: 0o600 });
}

function selfSigned(certificate: string, key: string): string[] {
  const names = [
    'IP:127.0.0.1',
    `IP:${nodeAddress}`,
    `IP:${kubernetesService}`,
    'DNS:localhost',
    'DNS:kubernetes',
    'DNS:kubernetes.default.svc',
  ];
  return [
    ...['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '3650'],
    ...['-subj', '/CN=wf-deploy-lab', '-addext', `subjectAltName=${names.join(',')}`],
    ...['-keyout', key, '-out', certificate],
  ];
}
