import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHere } from './command.ts';
import { type JestResult, type Tally, tallyOfJest } from './tally.ts';

/** Tests that need a cluster: those in the lab's own folder, and every `*.lab.test.ts`. */
const needsLab = String.raw`(/test/lab/.*|\.lab(\.long)?)\.test\.ts$`;
const needsTime = String.raw`\.long\.test\.ts$`;

/** Arguments that choose the tests. Files with `.long` in their name are for `--long` alone. */
export function jestArguments(kind: 'pure' | 'lab', long: boolean): readonly string[] {
  const ignored = ['/node_modules/', ...(kind === 'pure' ? [needsLab] : []), ...(long ? [] : [needsTime])];
  return [
    ...(kind === 'lab' ? ['--testPathPatterns', needsLab] : []),
    '--testPathIgnorePatterns',
    ...ignored,
    // Labs mostly wait: two side by side fill two cores. More of them would slow each other down until time-outs are met.
    ...(kind === 'lab' ? ['--maxWorkers=2'] : []),
  ];
}

export async function runJest(kind: 'pure' | 'lab', long: boolean, root: string): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-test-'));
  const output = join(folder, 'result.json');
  const node = [process.execPath, '--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  try {
    await runHere([...node, 'node_modules/jest/bin/jest.js', '--json', '--outputFile', output, ...jestArguments(kind, long)], root);
    return tallyOfJest(`${kind} tests`, existsSync(output) ? (JSON.parse(readFileSync(output, 'utf8')) as JestResult) : undefined);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
