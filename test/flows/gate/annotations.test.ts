import { describe, expect, it } from '@jest/globals';
import { judge } from '../../../src/domain/gates/verdict.ts';
import { annotationsOf } from '../../../src/flows/gate/annotations.ts';
import { finding, policy, report } from '../../domain/gates/findings.ts';

const of = (...findings: ReturnType<typeof finding>[]) => annotationsOf(judge([report(findings)], policy()));
const many = (count: number, severity: 'high' | 'medium' | 'low') =>
  Array.from({ length: count }, (_, line) => finding({ severity, place: { in: 'file', path: 'a.py', line: line + 1 } }));

describe('annotations', () => {
  it('are as many as the platform shows, with one error left for the gate itself', () => {
    const levels = of(...many(30, 'high'), ...many(30, 'medium'), ...many(30, 'low')).map(({ level }) => level);
    expect(['error', 'warning', 'notice'].map((level) => levels.filter((each) => each === level).length)).toEqual([9, 10, 10]);
  });
  it('stand at their line, and a place out of the repository is only named', () => {
    expect(of(finding())[0]?.at).toEqual({ file: 'src/app.py', line: 12, endLine: undefined });
    const [elsewhere] = of(finding({ place: { in: 'elsewhere', shown: '/etc/passwd' } }));
    expect(elsewhere?.at).toBeUndefined();
    expect(elsewhere?.text).toContain('/etc/passwd (outside of the repository)');
  });
  it('are not made of what somebody has settled', () => {
    expect(of(finding({ excused: true }))).toEqual([]);
    expect(of(finding({ severity: 'medium' }))[0]?.level).toBe('warning');
  });
});
