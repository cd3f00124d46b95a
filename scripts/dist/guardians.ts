import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type RolldownLog, rolldown } from 'rolldown';

/** It travels in a ConfigMap, which holds 1 MiB, and it is read by people who wonder what runs in their cluster. */
export const mostGuardianBytes = 150_000;

const folder = 'src/guardian/routers';

/** The guardian's script for each router, by its path in dist: one file that needs nothing but Node. */
export async function guardians(root: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const entries = existsSync(join(root, folder)) ? readdirSync(join(root, folder)).sort() : [];
  for (const file of entries) {
    const code = await pack(root, `${folder}/${file}`);
    const path = `guardian/${file.replace(/\.ts$/, '.js')}`;
    if (Buffer.byteLength(code) > mostGuardianBytes)
      throw new Error(`${path} would have ${Buffer.byteLength(code)} bytes; ${mostGuardianBytes} is the most.`);
    files.set(path, code);
  }
  return files;
}

async function pack(root: string, input: string): Promise<string> {
  const complaints: RolldownLog[] = [];
  const build = await rolldown({
    cwd: root,
    input,
    platform: 'node',
    resolve: { symlinks: false },
    onLog: (_level, log) => complaints.push(log),
  });
  // CommonJS: Node takes a lone .js file for that, whatever its version. Node 20 is the oldest image that is of use.
  const { output } = await build.generate({
    format: 'cjs',
    codeSplitting: false,
    minify: { compress: true, mangle: { keepNames: true, toplevel: true }, codegen: { removeWhitespace: true } },
    comments: { legal: false },
  });
  await build.close();
  if (complaints.length > 0) throw new Error(`The bundler complains:\n${complaints.map((log) => log.message).join('\n')}`);
  const [chunk, ...others] = output;
  if (others.length > 0) throw new Error(`${input} made ${others.length + 1} files.`);
  const packages = chunk.moduleIds.filter((id) => id.includes('node_modules'));
  if (packages.length > 0) throw new Error(`${input} would ship a package: ${packages.join(', ')}`);
  return chunk.code;
}
