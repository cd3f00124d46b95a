import { describe, expect, it } from '@jest/globals';
import { reportOperation } from '../../../src/flows/operations/report.ts';
import { told } from '../../../src/flows/operations/result.ts';
import { planOf, shop } from '../canary/shop.ts';
import { left, operate, operationPlan } from './on-shop.ts';

describe('the report of an operation', () => {
  it.each([
    ['done', true, undefined],
    ['nothing-to-do', true, undefined],
    ['unknown', false, 'error'],
  ] as const)('%s', (outcome, succeeded, level) => {
    const report = reportOperation(operationPlan('pause'), told(outcome, 'It is so.'));
    expect([report.succeeded, report.annotation?.level, report.outputs['outcome'], report.outputs['reason']]).toEqual([
      succeeded,
      level,
      outcome,
      'It is so.',
    ]);
    expect(report.summary).toMatch(new RegExp(`^## agent: pause, ${outcome}\\n\\nIt is so\\.`));
  });

  it('warns of what is left to do, and lists what was written', () => {
    const report = reportOperation(
      operationPlan('unlock', { reason: 'x' }),
      told('done', 'It is free.', { remedy: 'Run `operation: abort` now.', writes: ['Lease l: given away'] }),
    );
    expect(report.annotation).toMatchObject({ level: 'warning', text: expect.stringContaining('operation: abort') });
    expect(report.summary).toContain('- Lease l: given away');
  });

  it('makes foreign text inert', () => {
    const { summary } = reportOperation(operationPlan('abort'), told('aborted', 'x aborted it: <img src=x> [a](http://b) @all.'));
    expect(summary).not.toMatch(/<img|\[a\]|@all/);
  });

  it('of a run that it made is that of the run; an abort that took back has succeeded', async () => {
    const on = shop();
    left(on, 'stages', '');
    const result = await on.clock.until(operate(on, 'abort'));
    const report = reportOperation(operationPlan('abort'), result);
    expect([report.succeeded, report.annotation, report.outputs['outcome'], report.outputs['weight']]).toEqual([
      true,
      undefined,
      'aborted',
      '0',
    ]);
    expect(report.file).toMatchObject({ schema: 'wf-deploy/canary-report/v1', outcome: 'aborted' });
    if (result.is !== 'run') throw new Error('It was no run.');
    const failed = reportOperation(operationPlan('promote'), { ...result, plan: planOf() });
    expect(failed.succeeded).toBe(false);
  });
});
