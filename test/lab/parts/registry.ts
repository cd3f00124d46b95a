import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { answers } from '../http.ts';
import type { Part } from '../supervisor.ts';
import type { LabPlan } from './plan.ts';

/** Listens on the same port inside and outside, so that one image reference is good for both. */
export async function registry({ settings, files }: LabPlan): Promise<Part> {
  const configuration = join(files.configuration, 'registry.yaml');
  const content = {
    version: '0.1',
    log: { level: 'info', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(files.data, 'registry') }, delete: { enabled: true } },
    http: { addr: `0.0.0.0:${settings.forwards.registry}` },
  };
  await writeFile(configuration, stringify(content));
  const address = `http://127.0.0.1:${settings.forwards.registry}`;
  return { name: 'registry', command: ['docker-registry', 'serve', configuration], address, ready: () => answers(`${address}/v2/`) };
}
