import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { nodeAddress, ports } from '../addresses.ts';
import { answers } from '../http.ts';
import type { Part } from '../supervisor.ts';
import type { LabPlan } from './plan.ts';

/** Of Ingresses that the gateway serves; those of other classes are left to controllers that do not run here. */
export const ingressClass = 'traefik';

export async function traefik({ settings, files, credentials, tool }: LabPlan): Promise<Part> {
  const configuration = join(files.configuration, 'traefik.yaml');
  const health = `127.0.0.1:${ports.gatewayHealth}`;
  const access = {
    endpoint: `https://127.0.0.1:${ports.api}`,
    token: credentials.tokenOf.gateway,
    certAuthFilePath: credentials.certificate,
  };
  const content = {
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    entryPoints: { web: { address: `:${ports.gateway}` }, traefik: { address: health } },
    ping: {},
    log: { level: 'INFO' },
    accessLog: { filePath: join(files.logs, 'gateway-access.log'), format: 'json' },
    providers: {
      providersThrottleDuration: settings.gatewayThrottle,
      kubernetesGateway: { ...access, statusAddress: { ip: nodeAddress } },
      kubernetesIngress: { ...access, ingressClass },
    },
  };
  await writeFile(configuration, stringify(content), { mode: 0o600 });
  return {
    name: 'traefik',
    command: [tool('traefik'), `--configfile=${configuration}`],
    address: `http://127.0.0.1:${ports.gateway}`,
    ready: () => answers(`http://${health}/ping`),
  };
}

/** The class and the Gateway that routes of tests attach to; the listener's port is that of the entry point. */
export const gatewayObjects = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'gateway' } },
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: 'traefik' },
    spec: { controllerName: 'traefik.io/gateway-controller' },
  },
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'default', namespace: 'gateway' },
    spec: {
      gatewayClassName: 'traefik',
      listeners: [{ name: 'web', protocol: 'HTTP', port: ports.gateway, allowedRoutes: { namespaces: { from: 'All' } } }],
    },
  },
];
