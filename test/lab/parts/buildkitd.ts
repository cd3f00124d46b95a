import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Part } from '../supervisor.ts';
import type { LabPlan } from './plan.ts';

/** Listens on a socket outside of the lab's own file systems, so that `docker buildx` reaches it from the host by its driver `remote`. */
export async function buildkitd({ settings, files, tool }: LabPlan): Promise<Part> {
  const configuration = join(files.configuration, 'buildkitd.toml');
  const registry = `127.0.0.1:${settings.forwards.registry}`;
  const content = [
    `root = ${JSON.stringify(join(files.data, 'buildkit'))}`,
    `[grpc]\naddress = [${JSON.stringify(`unix://${files.buildkit}`)}]`,
    '[worker.oci]\nenabled = true\nsnapshotter = "native"',
    '[worker.containerd]\nenabled = false',
    `[registry.${JSON.stringify(registry)}]\nhttp = true`,
  ];
  await writeFile(configuration, `${content.join('\n')}\n`);
  return {
    name: 'buildkitd',
    command: [tool('buildkitd'), '--config', configuration],
    address: `unix://${files.buildkit}`,
    ready: () => Promise.resolve(existsSync(files.buildkit)),
  };
}
