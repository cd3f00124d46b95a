import { resolve } from 'node:path';
import { mostScriptBytes } from '../../scripts/dist/bundle.ts';
import { readFolder } from '../../scripts/dist/folder.ts';
import { textTable } from '../../scripts/text-table.ts';
import type { Bench } from '../bench.ts';

const dist = resolve(import.meta.dirname, '../../dist');

export const distSize: Bench = {
  about: 'the bytes of JavaScript that every user of an action downloads',
  round: 'reading dist',
  rounds: 1,
  onLab: false,
  run() {
    const files = readFolder(dist);
    const scripts = [...files]
      .filter(([path]) => path.endsWith('.js'))
      .map(([path, text]) => ({ path, bytes: Buffer.byteLength(text) }))
      .sort((one, other) => other.bytes - one.bytes);
    const bytes = scripts.reduce((sum, file) => sum + file.bytes, 0);
    const packages = bundled(files.get('licences.txt') ?? '');
    const text = [
      textTable(
        ['file', 'bytes'],
        scripts.map((file) => [file.path, file.bytes]),
      ),
      textTable(
        ['package', 'version', 'licence'],
        packages.map(({ name, version, licence }) => [name, version, licence]),
      ),
    ].join('\n\n');
    const goals = [{ what: 'JavaScript in dist', value: bytes, limit: mostScriptBytes, unit: 'bytes' }];
    return Promise.resolve({ text, figures: { bytes, files: scripts, packages }, goals });
  },
};

/** The packages that licences.txt names, each below a line of dashes. */
function bundled(licences: string): readonly { readonly name: string; readonly version: string; readonly licence: string }[] {
  return [...licences.matchAll(/^-{80}\n(\S+) (\S+)\n(.+)\n$/gm)].map(([, name = '', version = '', licence = '']) => ({
    name,
    version,
    licence,
  }));
}
