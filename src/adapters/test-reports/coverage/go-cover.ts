import { linesOf } from '../text-stream.ts';
import { UnreadableReport } from '../unreadable.ts';
import { CoveredFiles } from './covered-files.ts';
import type { CoverageReader } from './reader.ts';

const mode = /^mode: (?:set|count|atomic)$/;
const block = /^(.+):(\d{1,9}\.\d{1,9},\d{1,9}\.\d{1,9}) (\d{1,9}) (\d{1,19})$/;

/**
 * A cover profile of Go: blocks with their number of statements, counted as `go tool cover` counts them. Packages that were tested together
 * give a block several times; concatenated profiles repeat the first line.
 */
export const goCover: CoverageReader = {
  name: 'Go cover profile',
  recognises: (beginning) => /^mode: /.test(beginning),
  async read(bytes) {
    const files = new CoveredFiles();
    let number = 0;
    for await (const line of linesOf(bytes)) {
      number += 1;
      if (mode.test(line)) continue;
      const [, path, range, statements, hits] = (number > 1 && block.exec(line)) || [];
      if (path === undefined || range === undefined) throw new UnreadableReport(`its line ${number} is no block of a cover profile`);
      CoveredFiles.add(files.file(path), range, { size: Number(statements), covered: Number(hits) > 0 });
    }
    return files.all();
  },
};
