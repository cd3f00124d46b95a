import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { ApiObject } from './api-objects.ts';
import { must } from './command.ts';
import { LabFailure } from './failure.ts';
import { findGo } from './go.ts';
import { cacheRoot } from './places.ts';
import { moduleFolder } from './tools.ts';

/** Where each set of definitions lies in its Go module. */
const sources = [
  { module: 'sigs.k8s.io/gateway-api', path: 'config/crd/standard' },
  { module: 'istio.io/api', path: 'kubernetes/customresourcedefinitions.gen.yaml' },
  { module: 'github.com/kedacore/keda/v2', path: 'config/crd/bases/keda.sh_scaledobjects.yaml' },
];

export function definitionsPath(): string {
  const hash = createHash('sha256').update(JSON.stringify(sources));
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(moduleFolder('manifests'), file)));
  return join(cacheRoot(), hash.digest('hex').slice(0, 16), 'definitions.json');
}

export async function readDefinitions(): Promise<ApiObject[]> {
  if (!existsSync(definitionsPath()))
    throw new LabFailure('The definitions of Gateway API, Istio and KEDA are not there yet.', 'Run `npm run lab -- provision` once.');
  return JSON.parse(await readFile(definitionsPath(), 'utf8')) as ApiObject[];
}

/** Kept as JSON, which reads a hundred times faster than a megabyte of YAML. */
export async function fetchDefinitions(): Promise<void> {
  const go = await findGo();
  if (!go) throw new LabFailure('Go is not there.', 'Run `npm run lab -- provision`.');
  const definitions: unknown[] = [];
  for (const { module, path } of sources) {
    const answer = await must([go, 'mod', 'download', '-json', module], { directory: moduleFolder('manifests') });
    const { Dir } = JSON.parse(answer.toString()) as { Dir: string };
    for (const file of await filesOf(join(Dir, path)))
      for (const document of parseAllDocuments(await readFile(file, 'utf8'))) if (document.contents) definitions.push(document.toJS());
  }
  const output = definitionsPath();
  await mkdir(dirname(output), { recursive: true });
  const unfinished = `${output}.${randomBytes(4).toString('hex')}`;
  await writeFile(unfinished, JSON.stringify(definitions.filter(isDefinition)));
  await rename(unfinished, output);
}

async function filesOf(path: string): Promise<string[]> {
  if (path.endsWith('.yaml')) return [path];
  return (await readdir(path))
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(path, name));
}

function isDefinition(document: unknown): boolean {
  return (document as ApiObject).kind === 'CustomResourceDefinition';
}
