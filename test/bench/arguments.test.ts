import { describe, expect, it } from '@jest/globals';
import { parseBenchArguments } from '../../bench/arguments.ts';

const names = ['cancel', 'cold-start'];

describe('the arguments of a bench', () => {
  it('are its name and, if wanted, its rounds', () => {
    expect(parseBenchArguments(['cancel'], names)).toEqual({ ok: true, value: { name: 'cancel', rounds: undefined } });
    expect(parseBenchArguments(['cold-start', '--rounds', '3'], names)).toEqual({ ok: true, value: { name: 'cold-start', rounds: 3 } });
    expect(parseBenchArguments(['--rounds=20', 'cancel'], names)).toEqual({ ok: true, value: { name: 'cancel', rounds: 20 } });
  });

  it.each([
    [[], 'No bench is named'],
    [['cancle'], 'There is no bench `cancle`'],
    [['toString'], 'There is no bench `toString`'],
    [['cancel', 'cold-start'], '`cancel` and `cold-start` are two benches'],
    [['cancel', '--rounds', '0'], '`--rounds` = `0` is no number from 1 to 9999'],
    [['cancel', '--rounds', '1e3'], '`--rounds` = `1e3` is no number from 1 to 9999'],
    [['cancel', '--rounds', '-1'], "Option '--rounds' argument is ambiguous"],
    [['cancel', '--fast'], "Unknown option '--fast'"],
  ])('%j is one clear error', (argv, words) => {
    expect(parseBenchArguments(argv, names)).toMatchObject({ ok: false, problem: expect.stringContaining(words) });
  });

  it('lists the names', () => expect(parseBenchArguments([], names)).toMatchObject({ remedy: 'Name one: cancel, cold-start.' }));
});
