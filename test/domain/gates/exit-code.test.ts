import { describe, expect, it } from '@jest/globals';
import { withExitCode } from '../../../src/domain/gates/exit-code.ts';
import { finding, report } from './findings.ts';

const exits = { clean: [0], findings: [1], decide: true };
const state = (code: number | undefined, findings = [finding()], more = exits) => withExitCode(report(findings), code, more, 'high').state;

describe('a tool and the way it ended', () => {
  it('is an answer when both say the same', () => {
    expect(state(0, [])).toBe('read');
    expect(state(1)).toBe('read');
  });
  it('is none when it was stopped, crashed, or was killed', () => {
    for (const code of [undefined, 2, 137, -1]) expect(state(code, [])).toBe('unusable');
    expect(withExitCode(report([finding()]), undefined, exits, 'high').findings).toHaveLength(1);
  });
  it('is none when it says that it found something and shows nothing that blocks', () => {
    expect(state(1, [])).toBe('unusable');
    expect(state(1, [finding({ severity: 'low' })])).toBe('unusable');
    expect(state(1, [finding({ excused: true })])).toBe('unusable');
  });
  it('is an answer where the code does not decide', () => {
    for (const found of [finding({ severity: 'low' }), finding({ excused: true })])
      expect(state(1, [found], { ...exits, decide: false })).toBe('read');
    for (const decide of [true, false]) expect(state(0, [], { clean: [0], findings: [0], decide })).toBe('read');
  });
  it('is none when it says that it found something and shows nothing at all, also where the code does not decide', () => {
    expect(state(1, [], { ...exits, decide: false })).toBe('unusable');
  });
  it('leaves a report unusable that was so before', () => {
    const unusable = { state: 'unusable', tool: 'linter', findings: [], why: 'w', remedy: 'r' } as const;
    expect(withExitCode(unusable, 0, exits, 'high')).toBe(unusable);
  });
});
