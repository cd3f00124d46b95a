import type { CoverageUnit } from '../../../domain/gates/coverage.ts';
import { UnreadableReport } from '../unreadable.ts';
import { wholeNumber } from '../whole-number.ts';
import { readXml } from '../xml.ts';
import { CoveredFiles, lineUnit } from './covered-files.ts';
import type { CoverageReader } from './reader.ts';

const mostSources = 100;

/**
 * Cobertura XML: coverage.py, Istanbul, gcovr and others. Lines are those of a `class`; those of its `methods` only where it has no others, as
 * some tools name there the line of a declaration that is not coverable. The rates that the report states are not looked at.
 */
export const cobertura: CoverageReader = {
  name: 'Cobertura XML',
  recognises: (beginning) => /<coverage\b[^>]*\bline-rate\s*=/.test(beginning),
  async read(bytes, sources) {
    const files = new CoveredFiles();
    const folders: string[] = [];
    let units: Map<number | string, CoverageUnit> | undefined;
    let ofMethods = new Map<number, CoverageUnit>();
    let hasOwn = false;
    let folder: string | undefined;
    await readXml(bytes, {
      open(name, attributes, path) {
        if (path.length === 1 && (name !== 'coverage' || attributes['line-rate'] === undefined))
          throw new UnreadableReport('it is not Cobertura XML: its root element is no coverage with a line-rate');
        if (name === 'source') folder = '';
        else if (name === 'class') {
          units = files.file(sources.key(required(attributes['filename'], 'a class without filename'), folders));
          ofMethods = new Map();
          hasOwn = false;
        } else if (name === 'line') {
          const number = wholeNumber(attributes['number']);
          const hits = wholeNumber(attributes['hits']);
          if (units === undefined || number === undefined || hits === undefined)
            throw new UnreadableReport('it has a line without class, number or whole number of hits');
          hasOwn ||= !path.includes('methods');
          CoveredFiles.add(path.includes('methods') ? ofMethods : units, number, lineUnit(hits > 0));
        }
      },
      close(name) {
        if (name === 'source' && folder !== undefined) {
          if (folders.length < mostSources) folders.push(folder.trim());
          folder = undefined;
        } else if (name === 'class' && units !== undefined) {
          if (!hasOwn) for (const [number, unit] of ofMethods) CoveredFiles.add(units, number, unit);
          units = undefined;
        }
      },
      wantsText: () => folder !== undefined && folder.length < 4096,
      text: (text) => {
        if (folder !== undefined) folder += text.slice(0, 4096);
      },
    });
    return files.all();
  },
};

function required(value: string | undefined, missing: string): string {
  if (value === undefined || value === '') throw new UnreadableReport(`it has ${missing}`);
  return value;
}
