import { describe, expect, it, jest } from '@jest/globals';
import { runLanes } from './lanes.ts';

interface Lane {
  readonly name: string;
  busy: boolean;
}

const lanes = (...names: readonly string[]): Lane[] => names.map((name) => ({ name, busy: false }));

/** Runs cells by what becomes of each: nothing where it is not said. Answers with the failures, and with who ran what. */
async function ran(subjects: readonly Lane[], cells: readonly string[], ends: Readonly<Record<string, readonly string[] | Error>> = {}) {
  const runs: string[] = [];
  const run = async (lane: Lane, cell: string): Promise<readonly string[]> => {
    expect(lane.busy).toBe(false);
    lane.busy = true;
    runs.push(cell);
    await new Promise((resolve) => setImmediate(resolve));
    lane.busy = false;
    const end = ends[cell] ?? [];
    if (end instanceof Error) throw end;
    return end;
  };
  const said: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  try {
    const failures = await runLanes({ name: 'lanes', text: (cell) => `cell ${cell}`, run }, subjects, cells);
    return { failures, runs: runs.toSorted((one, other) => one.localeCompare(other)), said };
  } finally {
    write.mockRestore();
  }
}

describe('cells on some subjects', () => {
  it('are all run, one after the other on each', async () => {
    const { failures, runs, said } = await ran(lanes('one', 'two'), ['a', 'b', 'c', 'd', 'e']);
    expect(failures).toEqual([]);
    expect(runs).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(said).toEqual(['lanes: 5 cells, 0 failures\n']);
  });

  it.each([
    ['answers with what is wrong', ['it has 5 %', 'a pod is left']],
    ['throws it', new Error('it has 5 %; a pod is left')],
  ])('do not hide each other when one %s: its subject is given up, and the others go on', async (_how, end) => {
    const { failures, runs, said } = await ran(lanes('one', 'two'), ['a', 'b', 'c', 'd'], { a: end });
    expect(failures).toEqual(['cell a: it has 5 %; a pod is left']);
    expect(runs).toEqual(['a', 'b', 'c', 'd']);
    expect(said).toEqual(['lanes: cell a: it has 5 %; a pod is left\n', 'lanes: 4 cells, 1 failures\n']);
  });

  it('are failures when they were not run', async () => {
    const { failures, runs } = await ran(lanes('one', 'two'), ['a', 'b', 'c'], { a: new Error('down'), b: ['down'] });
    expect(runs).toEqual(['a', 'b']);
    expect(failures).toEqual(['cell a: down', 'cell b: down', 'cell c: not run, because no subject was left']);
  });

  it('are failures when there is no subject at all', async () => {
    expect((await ran([], ['a'])).failures).toEqual(['cell a: not run, because no subject was left']);
  });
});
