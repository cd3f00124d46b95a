// npm run dist [-- --check] [--out DIR] [--root DIR]
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, totalBytes } from './dist/bundle.ts';
import { differences, readFolder, withCopy, writeFolder } from './dist/folder.ts';

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    out: { type: 'string' },
    root: { type: 'string', default: resolve(import.meta.dirname, '..') },
  },
});
const root = resolve(values.root);
const dist = resolve(values.out ?? join(root, 'dist'));

async function write(): Promise<void> {
  const files = await bundle(root);
  writeFolder(dist, files);
  console.log(`${dist}: ${files.size} files, ${totalBytes(files)} bytes of JavaScript`);
}

/** Two builds in folders of different depth, and what is committed: all three have to agree in every byte. */
async function check(): Promise<void> {
  // The second is a copy of the first, so that nothing can change between the two.
  const [shallow, deep] = await withCopy(root, 0, async (copy) => [await bundle(copy), await withCopy(copy, 4, bundle)] as const);
  const found = [
    ...differences(shallow, deep, ['a build in one folder', 'a build in another']),
    ...differences(shallow, readFolder(dist), ['a fresh build', 'dist']),
  ];
  if (found.length > 0) throw new Error(`${found.join('\n')}\n→ Run \`npm run dist\` and commit what it writes.`);
  console.log(`dist is what the sources give: ${shallow.size} files, ${totalBytes(shallow)} bytes of JavaScript`);
}

try {
  await (values.check ? check() : write());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
