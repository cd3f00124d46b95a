import { describe, expect, it } from '@jest/globals';
import { jestArguments } from '../../../scripts/test/jest.ts';

/** Whether the arguments choose a file, by Jest's rules: any pattern, and none of the ignored ones. */
function chosen(kind: 'pure' | 'lab', long: boolean, path: string): boolean {
  const argv = jestArguments(kind, long);
  const after = (name: string): readonly string[] => {
    const rest = argv.includes(name) ? argv.slice(argv.indexOf(name) + 1) : [];
    const end = rest.findIndex((argument) => argument.startsWith('--'));
    return end < 0 ? rest : rest.slice(0, end);
  };
  const matches = (pattern: string): boolean => new RegExp(pattern).test(path);
  const patterns = after('--testPathPatterns');
  return (patterns.length === 0 || patterns.some(matches)) && !after('--testPathIgnorePatterns').some(matches);
}

describe('which tests run when', () => {
  it.each([
    ['/w/test/domain/units/ratio.test.ts', ['pure', 'pure --long']],
    ['/w/test/flows/shift.lab.test.ts', ['lab', 'lab --long']],
    ['/w/test/lab/lifecycle.test.ts', ['lab', 'lab --long']],
    ['/w/test/flows/properties.long.test.ts', ['pure --long']],
    ['/w/test/flows/shift.lab.long.test.ts', ['lab --long']],
    ['/w/test/lab/soak.long.test.ts', ['lab --long']],
    ['/w/test/domain/label.test.ts', ['pure', 'pure --long']],
  ])('%s in %j', (path, runs) => {
    const found = (['pure', 'lab'] as const).flatMap((kind) =>
      [false, true].filter((long) => chosen(kind, long, path)).map((long) => (long ? `${kind} --long` : kind)),
    );
    expect(found).toEqual(runs);
  });
});
