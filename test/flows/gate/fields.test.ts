import { describe, expect, it } from '@jest/globals';
import { readers } from '../../../src/adapters/findings/index.ts';
import { fileFormats, parseCommands, parsePath, parseWords } from '../../../src/flows/gate/fields.ts';
import { parsedValue, problemOf } from '../../domain/gates/findings.ts';

describe('the fields of a gate', () => {
  it('take files only of formats in which a cut-off report can be told from a whole one', () => {
    expect(Object.keys(fileFormats).filter((format) => readers[format]?.standsAlone !== true)).toEqual([]);
  });
  it.each(['-rf', '--fix', '/etc', '../x', 'a/../../b', 'a\\..\\b', 'a\nb', 'x'.repeat(1001)])('take no path %j', (text) =>
    expect(problemOf(parsePath(text))).not.toBe('nothing is wrong'),
  );
  it('take paths by the word', () => expect(parsedValue(parseWords(parsePath)(' src,tests\n a..b '))).toEqual(['src', 'tests', 'a..b']));
  it.each([
    ['a text', 'make lint'],
    ['no entry', []],
    ['an entry that is a text', ['make lint']],
    ['an unknown field', [{ name: 'a', run: ['x'], shell: true }]],
    ['no name', [{ run: ['x'] }]],
    ['a name that leads away', [{ name: '../a', run: ['x'] }]],
    ['no program', [{ name: 'a', run: [] }]],
    ['a number among the arguments', [{ name: 'a', run: ['x', 1] }]],
    ['a format that needs an exit code to be whole', [{ name: 'a', run: ['x'], format: 'mypy' }]],
    ['a report without a format', [{ name: 'a', run: ['x'], report: 'r.sarif' }]],
    ['a report out of the workspace', [{ name: 'a', run: ['x'], format: 'sarif', report: '../r' }]],
    ['an exit code of 0 that means findings', [{ name: 'a', run: ['x'], 'findings-exit': [0] }]],
  ])('take no commands with %s', (_name, value) => expect(problemOf(parseCommands(value))).not.toBe('nothing is wrong'));
  it('take a program with its report', () =>
    expect(
      parsedValue(parseCommands([{ name: 'a', run: ['x', '--y'], format: 'sarif', report: 'out/r.sarif', 'findings-exit': [1, 2] }])),
    ).toEqual([{ name: 'a', run: ['x', '--y'], format: 'sarif', report: 'out/r.sarif', findingsExit: [1, 2] }]));
});
