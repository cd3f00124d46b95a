import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  /** Empty when the package ships none. */
  readonly text: string;
}

/** Licences that let us ship the code in a bundle when we ship their text. Anything else has to be read by a person first. */
const known = [
  'MIT',
  'MIT-0',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
  'Python-2.0',
  'Zlib',
];
const licenceFile = /^(licen[cs]e|copying|notice)\b/i;

/** The packages that modules come from, each once, sorted. Our own modules belong to none. */
export function bundledPackages(moduleIds: readonly string[]): readonly BundledPackage[] {
  const folders = new Set(moduleIds.map(packageFolder).filter((folder) => folder !== undefined));
  const found = new Map([...folders].map(describe).map((item) => [`${item.name}@${item.version}`, item]));
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, item]) => item);
}

/** Throws when the licence of a package is not one that lets us ship it. */
export function licenceText(packages: readonly BundledPackage[]): string {
  const bad = packages.filter(({ licence }) => !isKnown(licence));
  if (bad.length > 0) {
    const list = bad.map(({ name, version, licence }) => `${name} ${version}: ${licence || 'none given'}`).join('\n');
    throw new Error(
      `No licence that we know to allow bundling:\n${list}\nUse another package, or read it and add it in scripts/dist/licences.ts.`,
    );
  }
  const line = '-'.repeat(80);
  const parts = packages.map(({ name, version, licence, text }) => {
    const body = text || `The package ships no licence text. Its package.json says: ${licence}.`;
    return `${line}\n${name} ${version}\n${licence}\n\n${body}\n`;
  });
  return `The scripts in this folder hold code of the packages below, each under its own licence.\n\n${parts.join('\n')}`;
}

/** `(MIT OR GPL-2.0)` leaves the choice; `(MIT AND ISC)` asks for both. */
export function isKnown(expression: string): boolean {
  const alternatives = expression
    .replace(/[()]/g, ' ')
    .trim()
    .split(/\s+OR\s+/);
  return alternatives.some((choice) => choice.split(/\s+AND\s+/).every((licence) => known.includes(licence.trim())));
}

/** The bundler's own runtime has ids that begin with a NUL: it is code of the bundler. */
function packageFolder(module: string): string | undefined {
  if (module.startsWith('\0rolldown/')) return packageFolder(fileURLToPath(import.meta.resolve('rolldown')));
  if (!module.includes('node_modules')) return undefined;
  // Not the nearest package.json: some packages have inner ones, with a name even, that say no more than the module type.
  const [, folder] = /^(.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/s.exec(module) ?? [];
  if (folder === undefined || !existsSync(join(folder, 'package.json'))) throw new Error(`${module} belongs to no package.`);
  return folder;
}

function describe(folder: string): BundledPackage {
  const { name, version, license } = packageJson(folder);
  const texts = readdirSync(folder)
    .filter((file) => licenceFile.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
  return { name: String(name), version: String(version), licence: typeof license === 'string' ? license : '', text: texts.join('\n\n') };
}

function packageJson(folder: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Readonly<Record<string, unknown>>;
}
