import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { failureCodes, retiredCodes } from '../src/failure-codes.ts';
import { readActions } from './action-metadata.ts';
import { permissionPage } from './docs/permissions.ts';
import { errorPage, withTables } from './docs/tables.ts';

const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

const made = new Map([
  [join(root, 'docs/errors.md'), errorPage(failureCodes, retiredCodes)],
  [join(root, 'docs/permissions.md'), permissionPage()],
]);
for (const action of readActions(root)) {
  const readme = join(action.folder, 'README.md');
  made.set(readme, withTables(read(readme), action));
}

const stale = [...made].filter(([path, text]) => read(path) !== text);
const names = stale.map(([path]) => relative(root, path)).join('\n');
if (!values.check) {
  for (const [path, text] of stale) writeFileSync(path, text);
  console.log(stale.length === 0 ? 'The pages are as they should be.' : `Written:\n${names}`);
} else if (stale.length > 0) {
  console.error(`Not what action.yml and the sources say:\n${names}\n→ Run \`npm run docs\` and commit what it writes.`);
  process.exitCode = 1;
} else console.log(`${made.size} pages are what action.yml and the sources say`);
