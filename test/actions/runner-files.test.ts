import { describe, expect, it } from '@jest/globals';
import { parseCommands, parseFileCommands } from './runner-files.ts';

describe('workflow commands', () => {
  it.each([
    ['::error title=INPUT_INVALID::one%0Atwo 100%25', { name: 'error', properties: { title: 'INPUT_INVALID' }, message: 'one\ntwo 100%' }],
    ['::add-mask::a:b,c', { name: 'add-mask', properties: {}, message: 'a:b,c' }],
    ['::notice file=a.ts,title=a%3A b%2C c::', { name: 'notice', properties: { file: 'a.ts', title: 'a: b, c' }, message: '' }],
    ['::debug::GET /api 200', { name: 'debug', properties: {}, message: 'GET /api 200' }],
  ])('%s', (line, command) => expect(parseCommands([line])).toEqual([command]));

  it('are not what only looks like one', () => expect(parseCommands(['text ::error::x', ': error :', '\u200b::error::x'])).toEqual([]));
});

describe('file commands', () => {
  it('are name=value or name<<END', () => {
    const text = 'a=1=2\nb<<END_1\none\n\ntwo=2\nEND_1\n\nc<<E\nE\nd=\n';
    expect(parseFileCommands(text)).toEqual({ a: '1=2', b: 'one\n\ntwo=2', c: '', d: '' });
  });
  it('fail where the runner fails', () => {
    expect(() => parseFileCommands('a<<END\nx\n')).toThrow('No end of the value a');
    expect(() => parseFileCommands('nonsense\n')).toThrow('neither');
  });
});
