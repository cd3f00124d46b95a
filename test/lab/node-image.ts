import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildAndPush, type ImageFile, type PushedImage } from './image.ts';

const binary = resolve(import.meta.dirname, '../../node_modules/node/bin/node');

/** An image with Node and nothing else: the binary of the npm package `node`, the dynamic loader, and the libraries it asks for. */
export async function pushNode(registry: string): Promise<PushedImage> {
  const files: readonly ImageFile[] = [
    { path: '/usr/local/bin/node', from: realpathSync(binary), mode: 0o755 },
    ...libraries().map((path) => ({ path, from: realpathSync(path), mode: 0o755 })),
  ];
  return await buildAndPush(registry, 'library/node', '24', {
    files,
    entrypoint: [join('/usr/local/bin', 'node')],
    env: { PATH: '/usr/local/bin' },
  });
}

/** As `ldd` lists them: `name => /path (address)`, and the loader as `/path (address)`. */
function libraries(): readonly string[] {
  const lines = execFileSync('ldd', [binary], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => /(?:=>\s+)?(\/\S+)\s+\(0x/.exec(line)?.[1] ?? []);
}
