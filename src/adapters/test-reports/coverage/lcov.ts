import type { CoverageUnit } from '../../../domain/gates/coverage.ts';
import { linesOf } from '../text-stream.ts';
import { UnreadableReport } from '../unreadable.ts';
import { wholeNumber } from '../whole-number.ts';
import { CoveredFiles, lineUnit } from './covered-files.ts';
import type { CoverageReader } from './reader.ts';

const end = 'end_of_record';
/** Every kind of record of geninfo(1), and those of lcov 2. Another one is not LCOV, or a part of a line that was cut. */
const known = /^(?:TN|SF|VER|FN|FNL|FNA|FNDA|FNF|FNH|BRDA|BRF|BRH|MCDC|MCF|MCH|DA|LF|LH)$/;

/** LCOV trace files: Jest and Istanbul, c8, lcov, llvm-cov. Lines are those of `DA`; the sums `LF` and `LH` are not looked at. */
export const lcov: CoverageReader = {
  name: 'LCOV',
  recognises: (beginning) => /^(?:#[^\n]*\r?\n|\s)*(?:TN|SF):/.test(beginning),
  async read(bytes, sources) {
    const files = new CoveredFiles();
    let units: Map<number | string, CoverageUnit> | undefined;
    let number = 0;
    let isOpen = false;
    for await (const line of linesOf(bytes, end)) {
      number += 1;
      if (line === '' || line.startsWith('#')) continue;
      if (line === end) {
        if (units === undefined) throw broken(number, 'end_of_record before any SF');
        units = undefined;
        isOpen = false;
        continue;
      }
      const colon = line.indexOf(':');
      const kind = line.slice(0, colon);
      isOpen = true;
      if (colon < 0 || !known.test(kind)) throw broken(number, 'no record that LCOV has');
      if (kind === 'SF') {
        if (units !== undefined) throw broken(number, 'SF before the end_of_record of the file before');
        if (colon + 1 === line.length) throw broken(number, 'SF without a file');
        units = files.file(sources.key(line.slice(colon + 1), []));
      } else if (kind === 'DA') {
        // `DA:line,hits[,checksum]`; some tools write -1 hits for what never ran.
        const [, at, hits] = /^(\d+),(-?\d+)(?:,.*)?$/.exec(line.slice(colon + 1)) ?? [];
        const key = wholeNumber(at);
        if (units === undefined || key === undefined) throw broken(number, 'DA without a file, a line or a whole number of hits');
        CoveredFiles.add(units, key, lineUnit(Number(hits) > 0));
      }
    }
    if (isOpen) throw new UnreadableReport('its last record has no end_of_record');
    return files.all();
  },
};

const broken = (line: number, what: string): UnreadableReport => new UnreadableReport(`its line ${line} is ${what}`);
