import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { type OutputChunk, type RolldownLog, rolldown } from 'rolldown';
import { readActions } from '../action-metadata.ts';
import { guardians } from './guardians.ts';
import { withoutBrowser, withoutUndici } from './left-out.ts';
import { bundledPackages, licenceText } from './licences.ts';
import { pluginStarter, starters } from './starters.ts';

/** 2.5 MB, so that no user pays for our dependencies in download and start time. */
export const mostScriptBytes = 2_500_000;

/**
 * Everything that belongs into dist/: content by path, sorted. Nothing is written. The same sources give the same bytes wherever
 * they lie.
 */
export async function bundle(root: string): Promise<ReadonlyMap<string, string>> {
  const chunks = await pack(root);
  const files = new Map(chunks.map((chunk) => [chunk.fileName, chunk.code]));
  for (const [path, code] of starters(readActions(root))) files.set(path, code);
  // What kubeconfigs name as their credential plugin.
  if (existsSync(join(root, 'src/credential'))) files.set('credential.js', pluginStarter);
  for (const [path, code] of await guardians(root)) files.set(path, code);
  const scriptBytes = totalBytes(files);
  if (scriptBytes > mostScriptBytes)
    throw new Error(
      `dist would hold ${scriptBytes} bytes of JavaScript; ${mostScriptBytes} is the most. Look for a dependency that can go.`,
    );
  files.set('licences.txt', licenceText(bundledPackages(chunks.flatMap((chunk) => chunk.moduleIds))));
  for (const [path, text] of files) if (text.includes(root)) throw new Error(`dist/${path} would name the folder it was built in: ${root}`);
  return new Map([...files].sort(([one], [other]) => (one < other ? -1 : 1)));
}

export function totalBytes(files: ReadonlyMap<string, string>): number {
  return [...files].filter(([path]) => path.endsWith('.js')).reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0);
}

async function pack(root: string): Promise<readonly OutputChunk[]> {
  const complaints: RolldownLog[] = [];
  const build = await rolldown({
    cwd: root,
    input: { index: 'src/index.ts' },
    platform: 'node',
    // Links stay as they are: the place a linked node_modules leads to must not show in the result.
    resolve: { symlinks: false },
    // These packages do not say that importing them does nothing by itself. Where nothing of theirs is used they can go.
    treeshake: { moduleSideEffects: [{ test: /node_modules.(@actions|@azure|tunnel|undici)/, sideEffects: false }] },
    plugins: [withoutUndici(), withoutBrowser()],
    onLog: (_level, log) => complaints.push(log),
  });
  const { output } = await build.generate({
    format: 'esm',
    // No hash in a name, so that a change touches few files.
    chunkFileNames({ facadeModuleId, moduleIds, name }) {
      const leading = facadeModuleId ?? moduleIds.at(-1);
      return `lib/${leading === undefined ? name : chunkName(root, leading)}.js`;
    },
    // Names are kept for the stacks in bug reports.
    minify: { compress: true, mangle: { keepNames: true, toplevel: true }, codegen: { removeWhitespace: true } },
    comments: { legal: false },
  });
  await build.close();
  if (complaints.length > 0) throw new Error(`The bundler complains:\n${complaints.map((log) => log.message).join('\n')}`);
  return output.map((file) => {
    if (file.type === 'chunk') return file;
    throw new Error(`The bundler made ${file.fileName}, which is no script: nothing here should need one.`);
  });
}

/**
 * `src/flows/canary/index.ts` → `flows-canary-index`, and the package's name where its module leads: no two files of the same name in
 * different folders take turns at one name.
 */
export function chunkName(root: string, leadingModule: string): string {
  const path = leadingModule.startsWith('\0') ? leadingModule.slice(1) : relative(root, leadingModule).split(sep).join('/');
  if (path.startsWith('../') || isAbsolute(path)) throw new Error(`${leadingModule} lies outside of ${root}.`);
  const [, packageName] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return (packageName ?? path.replace(/^src\//, '').replace(/\.[cm]?[jt]s$/, '')).replaceAll('/', '-').replace('@', '');
}
