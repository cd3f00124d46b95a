import { describe, expect, it } from '@jest/globals';
import { baselineOf, parseBaseline } from '../../../src/domain/gates/baseline.ts';
import { identityOf } from '../../../src/domain/gates/identity.ts';
import type { Suppression } from '../../../src/domain/gates/suppression.ts';
import { judge, type Policy } from '../../../src/domain/gates/verdict.ts';
import { finding, parsedValue, policy, report } from './findings.ts';

const unusable = { state: 'unusable', tool: 'scanner', findings: [], why: 'It crashed.', remedy: 'Again.' } as const;
const suppression = (more: Partial<Suppression> = {}): Suppression => ({
  id: 'R1',
  tool: undefined,
  dependency: undefined,
  paths: [],
  reason: 'r',
  owner: 'o',
  expires: 20_000,
  ...more,
});
const standing = (more: Parameters<typeof finding>[0], by: Partial<Policy> = {}) =>
  judge([report([finding(more)])], policy(by)).judged[0]?.standing.is;
const baseline = (...findings: ReturnType<typeof finding>[]) =>
  parsedValue(parseBaseline(baselineOf(findings.map((each) => identityOf('linter', each)))));

describe('a verdict', () => {
  it('passes when everything was checked and nothing blocks', () => {
    expect(judge([report([])], policy())).toMatchObject({ outcome: 'passed', judged: [], unchecked: [] });
    expect(judge([report([finding({ severity: 'medium' })])], policy()).outcome).toBe('passed');
  });
  it('without any report is not checked', () => expect(judge([], policy()).outcome).toBe('not-checked'));
  it('with an unusable report is never a pass, and shows what it could read', () => {
    expect(judge([report([]), unusable], policy())).toMatchObject({
      outcome: 'not-checked',
      unchecked: [{ tool: 'scanner', why: 'It crashed.' }],
    });
    const low = finding({ severity: 'low' });
    expect(judge([{ ...unusable, findings: [low] }], policy())).toMatchObject({ outcome: 'not-checked', judged: [{ finding: low }] });
    expect(judge([{ ...unusable, findings: [finding()] }], policy()).outcome).toBe('blocked');
  });
  it('blocks on what reaches the threshold of its tool', () => {
    expect(standing({ severity: 'medium' }, { threshold: (tool) => (tool === 'linter' ? 'medium' : 'high') })).toBe('blocks');
    expect(standing({ severity: 'unknown' })).toBe('blocks');
    expect(standing({ severity: 'low' })).toBe('below');
  });
  it('lets a suppression hold to the end of its last day, and blocks from the next on', () => {
    expect(standing({}, { suppressions: [suppression({ expires: 20_000 })] })).toBe('suppressed');
    expect(standing({}, { suppressions: [suppression({ expires: 19_999 })] })).toBe('expired');
    expect(judge([report([finding()])], policy({ suppressions: [suppression({ expires: 19_999 })] })).outcome).toBe('blocked');
  });
  it('blocks on an expired suppression whatever else would excuse the finding', () => {
    const expired = [suppression({ expires: 19_999 })];
    const others: Partial<Policy> = { suppressions: expired, baseline: baseline(finding()), ignoreUnfixed: true, changes: new Map() };
    expect(standing({ severity: 'info', excused: true, dependency: { name: 'a', version: '1', fix: 'none' } }, others)).toBe('expired');
  });
  it('lets one that holds win over one that has expired', () =>
    expect(standing({}, { suppressions: [suppression({ expires: 1 }), suppression()] })).toBe('suppressed'));
  it('names the suppressions that mean nothing, and does not block for an expired one of them', () => {
    const idle = [suppression({ id: 'R9', expires: 1 }), suppression({ id: 'R8' })];
    expect(judge([report([])], policy({ suppressions: idle }))).toMatchObject({ outcome: 'passed', idle });
    expect(judge([report([finding()])], policy({ suppressions: [suppression()] })).idle).toEqual([]);
  });
  it('lets through as many as the baseline has of a kind, wherever they moved to', () => {
    const [first, second, third] = [1, 50, 99].map((line) => finding({ place: { in: 'file', path: 'src/app.py', line } }));
    const known = baseline(first!, second!);
    expect(judge([report([third!, first!])], policy({ baseline: known }))).toMatchObject({ outcome: 'passed', fixed: 0 });
    expect(judge([report([third!, first!, second!])], policy({ baseline: known })).judged.map(({ standing: { is } }) => is)).toEqual([
      'blocks',
      'known',
      'known',
    ]);
    expect(judge([report([])], policy({ baseline: known }))).toMatchObject({ outcome: 'passed', fixed: 2 });
  });
  it('ignores what has no fix only when asked to, and only what is known to have none', () => {
    const dependency = (fix: 'none' | 'unknown' | { in: string }) => ({ dependency: { name: 'a', version: '1', fix } });
    expect(standing(dependency('none'))).toBe('blocks');
    expect(standing(dependency('none'), { ignoreUnfixed: true })).toBe('unfixed');
    expect(standing(dependency('unknown'), { ignoreUnfixed: true })).toBe('blocks');
    expect(standing(dependency({ in: '2' }), { ignoreUnfixed: true })).toBe('blocks');
    expect(standing({}, { ignoreUnfixed: true })).toBe('blocks');
  });
  it('counts only changed lines when asked to', () => {
    const changes = new Map([['src/app.py', [{ from: 12, to: 12 }]]]);
    expect(standing({}, { changes })).toBe('blocks');
    expect(standing({}, { changes: new Map() })).toBe('unchanged');
  });
  it('takes the word of the source', () => expect(standing({ excused: true })).toBe('excused'));
  it('puts what blocks first, and keeps everything', () => {
    const all = [finding({ severity: 'low' }), finding({ severity: 'critical', excused: true }), finding()];
    expect(judge([report(all)], policy()).judged.map(({ finding: { severity } }) => severity)).toEqual(['high', 'critical', 'low']);
  });
});
