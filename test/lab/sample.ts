import { join } from 'node:path';
import { ports } from './addresses.ts';
import { buildGo } from './go.ts';
import { buildAndPush } from './image.ts';
import type { Lab } from './lab.ts';

/** Pushes the sample service as a version of an image that lives as long as the lab. */
export async function pushSample(lab: Lab, version: string): Promise<string> {
  const binary = await buildGo(join(import.meta.dirname, 'sample'));
  const files = [{ path: '/sample', mode: 0o755, from: binary }];
  const { reference } = await buildAndPush(lab.registry, 'sample', version, {
    files,
    entrypoint: ['/sample'],
    env: { VERSION: version },
    ports: [8080],
  });
  return reference;
}

/** A Deployment of the sample service with a Service of its own, scraped by Prometheus. */
export function sampleObjects(namespace: string, version: string, image: string, replicas = 1): object[] {
  const name = `sample-${version}`;
  const labels = { app: 'sample', version };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace, name },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080' } },
          spec: {
            terminationGracePeriodSeconds: 30,
            containers: [
              {
                name: 'sample',
                image,
                ports: [{ containerPort: 8080 }],
                readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1, timeoutSeconds: 10 },
                // The gateway hears of its end within two seconds, and later where the machine does other work.
                lifecycle: { preStop: { sleep: { seconds: 15 } } },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace, name },
      spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    },
  ];
}

/** A route by weight; a request with `x-version: <version>` goes to that version alone. */
export function sampleRoute(namespace: string, host: string, weights: Record<string, number>, byHeader?: string): object {
  const backend = (version: string, weight: number) => ({ name: `sample-${version}`, port: 80, weight });
  const rules: object[] = [{ backendRefs: Object.entries(weights).map(([version, weight]) => backend(version, weight)) }];
  if (byHeader) rules.unshift({ matches: [{ headers: [{ name: 'x-version', value: byHeader }] }], backendRefs: [backend(byHeader, 1)] });
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { namespace, name: 'sample' },
    spec: { parentRefs: [{ name: 'default', namespace: 'gateway', port: ports.gateway }], hostnames: [host], rules },
  };
}
