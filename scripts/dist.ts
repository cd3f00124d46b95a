import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, totalBytes } from './dist/bundle.ts';
import { differences, readFolder, withCopy, writeFolder } from './dist/folder.ts';

const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false }, out: { type: 'string' } } });
const dist = resolve(values.out ?? resolve(root, 'dist'));

if (values.check) await check();
else {
  const files = await bundle(root);
  writeFolder(dist, files);
  console.log(`${dist}: ${files.size} files, ${totalBytes(files)} bytes of JavaScript`);
}

/** Two builds in folders of different depth, and what is committed: all three have to agree in every byte. */
async function check(): Promise<void> {
  const shallow = await withCopy(root, 0, bundle);
  const deep = await withCopy(root, 4, bundle);
  const found = [
    ...differences(shallow, deep, ['a build in one folder', 'a build in another']),
    ...differences(shallow, readFolder(dist), ['a fresh build', 'dist']),
  ];
  if (found.length === 0)
    return console.log(`dist is what the sources give: ${shallow.size} files, ${totalBytes(shallow)} bytes of JavaScript`);
  console.error(`${found.join('\n')}\n→ Run \`npm run dist\` and commit what it writes.`);
  process.exitCode = 1;
}
