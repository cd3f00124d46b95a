import { describe, expect, it } from '@jest/globals';
import { judgeGates, parseAllowedSkips, parsePipelineGates } from '../../../src/domain/gates/pipeline.ts';

describe('parsePipelineGates', () => {
  it('reads what GitHub says of `needs`, and lines of names with results', () => {
    const expected = {
      ok: true,
      value: [
        { name: 'lint', result: 'success' },
        { name: 'scan', result: 'skipped' },
      ],
    };
    expect(
      parsePipelineGates({ lint: { result: 'success', outputs: { outcome: 'blocked' } }, scan: { result: 'skipped', outputs: {} } }),
    ).toEqual(expected);
    expect(parsePipelineGates({ lint: 'success', scan: 'skipped' })).toEqual(expected);
  });

  it.each([
    ['no list', 'success', 'is not a list'],
    ['an array', ['success'], 'is not a list'],
    ['nothing', null, 'is not a list'],
    ['no gate, which would pass', {}, 'names 0 gates'],
    ['too many', Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`g${n}`, 'success'])), 'names 51 gates'],
    ['a job whose result is missing', { lint: {} }, 'what became of `lint`'],
    ['a job whose result is empty, as of one that is not in `needs`', { lint: '' }, 'what became of `lint`'],
    ['a job with a result that there is not', { lint: 'passed' }, 'what became of `lint`'],
    ['a job whose result is a number', { lint: 0 }, 'what became of `lint`'],
    ['what no job is called', { 'a b\n::error::': 'success' }, 'which no job can be called'],
  ])('refuses %s', (_, value, problem) => {
    expect(parsePipelineGates(value)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
  });
});

describe('parseAllowedSkips', () => {
  it('reads a reason for each', () =>
    expect(parseAllowedSkips({ scan: ' no database here ' })).toEqual({ ok: true, value: { scan: 'no database here' } }));

  it.each([
    ['a list without reasons', ['scan'], 'is not a list of gates with reasons'],
    ['an empty reason', { scan: '  ' }, 'gives no reason'],
    ['a reason that is none', { scan: true }, 'gives no reason'],
    ['nothing behind the name', { scan: null }, 'gives no reason'],
    ['a reason of many lines', { scan: 'a\n::error::b' }, 'not one line'],
    ['a reason that is too long', { scan: 'a'.repeat(301) }, 'not one line'],
    ['what no job is called', { '': 'why' }, 'which no job can be called'],
  ])('refuses %s', (_, value, problem) => {
    expect(parseAllowedSkips(value)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
  });
});

describe('judgeGates', () => {
  const gates = (results: Readonly<Record<string, 'success' | 'failure' | 'cancelled' | 'skipped'>>) =>
    Object.entries(results).map(([name, result]) => ({ name, result }));

  it('opens when all have passed, or when there is a reason for each that was skipped', () => {
    expect(judgeGates(gates({ lint: 'success' }), {})).toEqual({ is: 'open', gates: [{ name: 'lint', result: 'success', reason: null }] });
    expect(judgeGates(gates({ lint: 'success', scan: 'skipped' }), { scan: 'why' })).toEqual({
      is: 'open',
      gates: [
        { name: 'lint', result: 'success', reason: null },
        { name: 'scan', result: 'skipped', reason: 'why' },
      ],
    });
  });

  it('a reason for a gate that has passed is not shown: nothing was left out', () =>
    expect(judgeGates(gates({ lint: 'success' }), { lint: 'why' })).toMatchObject({ gates: [{ reason: null }] }));

  it.each([
    ['a gate that failed', { lint: 'failure' }, {}, 'Gates that did not pass: `lint` (failure).'],
    ['a gate that failed, whatever reason is given', { lint: 'failure' }, { lint: 'why' }, 'Gates that did not pass: `lint` (failure).'],
    ['a gate that was cancelled', { lint: 'cancelled' }, { lint: 'why' }, 'Gates that did not pass: `lint` (cancelled).'],
    ['a gate that was skipped', { scan: 'skipped' }, {}, 'Gates that were skipped: `scan`.'],
    [
      'a gate that was skipped, with a reason for another',
      { scan: 'skipped', test: 'skipped' },
      { test: 'why' },
      'Gates that were skipped: `scan`.',
    ],
    ['a name that only an object of JavaScript has', { constructor: 'skipped' }, {}, 'Gates that were skipped: `constructor`.'],
  ] as const)('stays closed for %s', (_, results, allowed, text) => {
    expect(judgeGates(gates(results), allowed)).toMatchObject({ is: 'closed', text });
  });

  it('says of both what to do', () =>
    expect(judgeGates(gates({ lint: 'failure', scan: 'skipped' }), {})).toEqual({
      is: 'closed',
      text: 'Gates that did not pass: `lint` (failure). Gates that were skipped: `scan`.',
      remedy: 'Mend what they found: no input excuses a gate that failed. Let `scan` run, or name it in `allow-skip` with the reason.',
    }));
});
