import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ports } from './addresses.ts';
import type { Credentials } from './credentials.ts';
import { ask } from './http.ts';

interface Pod {
  metadata: { name: string; namespace: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  status?: { podIP?: string; phase?: string };
}

export interface ScrapeTarget {
  targets: string[];
  labels: Record<string, string>;
}

/** Tells Prometheus which pods to scrape, as its own Kubernetes discovery would: Debian's build has none. */
export async function discoverTargets(folder: string, credentials: Credentials, log: (line: string) => void): Promise<never> {
  await mkdir(folder, { recursive: true });
  let written = '';
  let reachable = true;
  for (;;) {
    try {
      const content = JSON.stringify(scrapeTargets(await listPods(credentials)));
      if (content !== written) await replaceFile(join(folder, 'pods.json'), content);
      written = content;
      reachable = true;
    } catch (error) {
      // The API server may be down on a test's wish: the last targets stay, as they would with real discovery.
      if (reachable) log(`scrape targets are not renewed: ${(error as Error).message}`);
      reachable = false;
    }
    await sleep(500);
  }
}

export function scrapeTargets(pods: readonly Pod[]): ScrapeTarget[] {
  return pods
    .filter(
      ({ metadata, status }) => metadata.annotations?.['prometheus.io/scrape'] === 'true' && status?.podIP && status.phase === 'Running',
    )
    .map(({ metadata, status }) => {
      const { 'prometheus.io/port': port = '8080', 'prometheus.io/path': path = '/metrics' } = metadata.annotations ?? {};
      const labels = Object.entries(metadata.labels ?? {}).map(([name, value]) => [name.replace(/[^a-zA-Z0-9_]/g, '_'), value]);
      return {
        targets: [`${status?.podIP}:${port}`],
        labels: { ...Object.fromEntries(labels), namespace: metadata.namespace, pod: metadata.name, __metrics_path__: path },
      };
    });
}

async function listPods({ authority, tokenOf }: Credentials): Promise<Pod[]> {
  const headers = { authorization: `Bearer ${tokenOf.discovery}` };
  const { status, body } = await ask(`https://127.0.0.1:${ports.api}/api/v1/pods`, { authority, headers });
  if (status !== 200) throw new Error(`the API server answered ${status}`);
  return (JSON.parse(body) as { items: Pod[] }).items;
}

/** Prometheus reads the file whenever it changes and must never see half of it. */
async function replaceFile(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}
