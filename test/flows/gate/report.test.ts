import { describe, expect, it } from '@jest/globals';
import { judge, type Policy } from '../../../src/domain/gates/verdict.ts';
import { Failure } from '../../../src/failure.ts';
import { gateOutputNames, refusedGate, reportGate } from '../../../src/flows/gate/report.ts';
import { finding, policy, report } from '../../domain/gates/findings.ts';
import { gatePlan } from './gate-plan.ts';

const reported = (reports: Parameters<typeof judge>[0], by: Partial<Policy> = {}) =>
  reportGate(gatePlan(), { verdict: judge(reports, policy(by)), asked: ['ruff', 'mypy'], uploaded: undefined, baselineNow: '/tmp/b' });
const suppression = {
  id: 'R1',
  tool: undefined,
  dependency: undefined,
  paths: [],
  reason: 'it is | gone',
  owner: 'team',
  expires: 20_000,
} as const;

describe('the report of a gate', () => {
  it('has every output whatever came of it', () => {
    for (const one of [reported([report([])]), refusedGate('lint', new Failure('INPUT_INVALID', 'It is wrong.\n- a', 'Mend it.'))])
      expect(Object.keys({ ...one.outputs, report: '' })).toEqual(gateOutputNames);
  });
  it('names what was asked when nothing was found', () => {
    const { succeeded, outputs, annotation } = reported([report([])]);
    expect({ succeeded, annotation, reason: outputs['reason'] }).toEqual({
      succeeded: true,
      annotation: undefined,
      reason: 'ruff, mypy: nothing was found.',
    });
  });
  it('says that something was not checked, also beside what blocks', () => {
    const unusable = { state: 'unusable', tool: 'mypy', findings: [], why: 'It crashed.', remedy: 'Again.' } as const;
    const { succeeded, outputs, summary, annotation } = reported([report([finding()]), unusable]);
    expect([succeeded, outputs['outcome'], outputs['reason']]).toEqual([
      false,
      'blocked',
      '1 of 1 findings block. mypy gave no answer: It crashed.',
    ]);
    expect(summary).toContain('### Not checked');
    expect(annotation?.text).toContain('Again.');
  });
  it('keeps in sight what does not block, and why', () => {
    const { summary } = reported([report([finding()])], { suppressions: [suppression, { ...suppression, id: 'R7' }] });
    expect(summary).toContain('suppressed until 2024-10-04 by team: it is &#124; gone');
    expect(summary).toMatch(/mean nothing and can go \(1\)[\s\S]*R7/);
  });
  it('stays below what a summary and a report may hold', () => {
    const many = Array.from({ length: 20_000 }, () => finding({ message: 'x'.repeat(600) }));
    const { summary, file } = reported([report([...many, ...many.map((each) => ({ ...each, severity: 'low' as const }))])]);
    expect(summary.length).toBeLessThan(500_000);
    expect(summary).toContain('And 19800 more');
    expect(file?.['findings']).toHaveLength(10_000);
    expect(file?.['counts']).toEqual({ findings: 40_000, blocking: 20_000, fixed: 0 });
    const said = 'The report file has the worst 10000 of 40000 findings. 30000 are not in it';
    expect(summary).toContain(said);
    expect(file?.['notes']).toEqual([expect.stringContaining(said)]);
  });
  it('says nothing of a cut where the report file has every finding', () => {
    const { summary, file } = reported([report(Array.from({ length: 10_000 }, () => finding()))]);
    expect(file?.['findings']).toHaveLength(10_000);
    expect([summary.includes('The report file has'), file?.['notes']]).toEqual([false, []]);
  });
});
