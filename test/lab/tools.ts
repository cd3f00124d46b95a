import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabFailure } from './failure.ts';
import { goBuild } from './go.ts';
import { cacheRoot } from './places.ts';

export interface Tool {
  name: string;
  /** The folder of `tools/` whose go.mod pins it. */
  module: string;
  target: string;
  version: string;
}

const kubernetes = (name: string): Tool => ({ name, module: 'kubernetes', target: `k8s.io/kubernetes/cmd/${name}`, version: 'v1.34.4' });

/** In the order of building: what shares most of its packages stands side by side. */
export const tools: readonly Tool[] = [
  { name: 'etcd', module: 'etcd', target: 'go.etcd.io/etcd/server/v3', version: 'v3.6.14' },
  ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'].map(kubernetes),
  { name: 'buildx', module: 'buildkit', target: 'github.com/docker/buildx/cmd/buildx', version: 'v0.37.2' },
  { name: 'buildkitd', module: 'buildkit', target: 'github.com/moby/buildkit/cmd/buildkitd', version: 'v0.33.1' },
  { name: 'traefik', module: 'traefik', target: 'github.com/traefik/traefik/v3/cmd/traefik', version: 'v3.6.12' },
  { name: 'actionlint', module: 'actionlint', target: 'github.com/rhysd/actionlint/cmd/actionlint', version: 'v1.7.12' },
  { name: 'act', module: 'act', target: 'github.com/nektos/act', version: 'v0.2.89' },
  { name: 'gotestsum', module: 'gotestsum', target: 'gotest.tools/gotestsum', version: 'v1.13.0' },
];

export function moduleFolder(module: string): string {
  return join(import.meta.dirname, 'tools', module);
}

export function toolPath(tool: Tool): string {
  const hash = createHash('sha256').update(`${tool.name} ${tool.version}\n`);
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(moduleFolder(tool.module), file)));
  return join(cacheRoot(), hash.digest('hex').slice(0, 16), tool.name);
}

export function missingTools(): Tool[] {
  return tools.filter((tool) => !existsSync(toolPath(tool)));
}

/** Where every built tool is; the lab never builds while it starts. */
export function builtTools(): Record<string, string> {
  const missing = missingTools();
  if (missing.length > 0)
    throw new LabFailure(
      `Not built yet: ${missing.map(({ name }) => name).join(', ')}.`,
      'Run `npm run lab -- provision` once; later starts use what it built.',
    );
  return Object.fromEntries(tools.map((tool) => [tool.name, toolPath(tool)]));
}

export async function buildTool(tool: Tool): Promise<void> {
  const version = tool.module === 'kubernetes' ? ` -X k8s.io/component-base/version.gitVersion=${tool.version}` : '';
  await goBuild({ directory: moduleFolder(tool.module), target: tool.target, linkerFlags: `-s -w${version}`, output: toolPath(tool) });
}
