import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ports } from '../addresses.ts';
import { answers } from '../http.ts';
import type { Part } from '../supervisor.ts';
import type { LabPlan } from './plan.ts';

export async function prometheus({ settings, files }: LabPlan): Promise<Part> {
  const configuration = join(files.configuration, 'prometheus.yaml');
  const content = {
    global: {
      scrape_interval: settings.scrapeInterval,
      scrape_timeout: settings.scrapeInterval,
      evaluation_interval: settings.scrapeInterval,
    },
    scrape_configs: [{ job_name: 'pods', file_sd_configs: [{ files: [join(files.targets, '*.json')], refresh_interval: '5s' }] }],
  };
  await mkdir(files.targets, { recursive: true });
  await writeFile(configuration, stringify(content));
  const address = `http://127.0.0.1:${ports.prometheus}`;
  return {
    name: 'prometheus',
    command: [
      'prometheus',
      ...[`--config.file=${configuration}`, `--storage.tsdb.path=${join(files.data, 'prometheus')}`],
      ...[`--web.listen-address=0.0.0.0:${ports.prometheus}`, '--web.enable-lifecycle', '--web.enable-admin-api', '--log.level=warn'],
    ],
    address,
    ready: () => answers(`${address}/-/ready`),
  };
}

/**
 * Prometheus runs on the node and not in a pod, but the API server's proxy to Services takes no address that is not a pod's:
 * a pod in the node's network has the node's address.
 */
export function prometheusObjects(image: string): object[] {
  const labels = { app: 'prometheus' };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'monitoring' } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'monitoring', name: 'default' } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: 'monitoring', name: 'prometheus' },
      spec: { selector: labels, ports: [{ name: 'web', port: ports.prometheus, targetPort: ports.prometheus }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'monitoring', name: 'prometheus', labels },
      spec: {
        hostNetwork: true,
        automountServiceAccountToken: false,
        containers: [{ name: 'address', image, ports: [{ containerPort: ports.prometheus, hostPort: ports.prometheus }] }],
      },
    },
  ];
}
