import { describe, expect, it } from '@jest/globals';
import { identityKey, identityOf } from '../../../src/domain/gates/identity.ts';
import { finding } from './findings.ts';

const key = (more: Parameters<typeof finding>[0], tool = 'linter'): string => identityKey(identityOf(tool, finding(more)));
const at = (line: number) => ({ in: 'file', path: 'src/app.py', line }) as const;

describe('the identity of a finding', () => {
  it('stays when its line moves, and when its message names a line that moves', () => {
    expect(key({ place: at(12) })).toBe(key({ place: at(90) }));
    expect(key({ message: 'Redefinition of `x` from line 3' })).toBe(key({ message: 'Redefinition of `x` from line 33' }));
    expect(key({ message: 'Duplicate of app.py:12:4' })).toBe(key({ message: 'Duplicate of app.py:19:4' }));
    expect(key({ message: 'See lines 3-7.' })).toBe(key({ message: 'See lines 13-17.' }));
  });
  it.each([
    ['the rule', { rule: 'R2' }],
    ['the file', { place: { in: 'file', path: 'src/other.py', line: 12 } }],
    ['the message', { message: 'Something else is wrong.' }],
    ['a number that is no line', { message: 'Complexity 12 is too high' }],
    ['the text of the line', { context: 'abc' }],
    ['a place out of the repository', { place: { in: 'elsewhere', shown: '/etc' } }],
  ] as const)('is another one when %s is', (_name, more) => expect(key(more)).not.toBe(key({})));
  it('is another one of another tool', () => expect(key({}, 'other')).not.toBe(key({})));
  it('of a dependency is not its version and not its message', () => {
    const of = (version: string, message: string, name = 'requests') => key({ message, dependency: { name, version, fix: 'none' } });
    expect(of('1.0', 'a 1.0')).toBe(of('1.1', 'a 1.1'));
    expect(of('1.0', 'a')).not.toBe(of('1.0', 'a', 'flask'));
  });
});
