import { describe, expect, it } from '@jest/globals';
import { parsePath, parsePaths } from '../../src/flows/path-field.ts';

describe('paths of the workspace', () => {
  it('are lines, without the empty ones', () =>
    expect(parsePaths(' deploy/manifests \n\ndeploy/*.yaml\n')).toEqual({ ok: true, value: ['deploy/manifests', 'deploy/*.yaml'] }));

  it('may have dots in their names', () => expect(parsePaths('a..b/.hidden/c')).toMatchObject({ ok: true }));

  it.each(['/etc/passwd', '../other', 'deploy/../../other', 'deploy\n..'])('%j leads out of it', (text) =>
    expect(parsePaths(text)).toMatchObject({ ok: false, problem: 'leads out of the workspace' }),
  );

  it('are none for nothing, and refused for lines that are all empty', () => {
    expect(parsePaths('')).toEqual({ ok: true, value: [] });
    expect(parsePaths(' \n ')).toMatchObject({ ok: false, problem: 'names no file' });
  });

  it('are at most fifty', () => {
    const lines = (count: number): string => Array.from({ length: count }, (_, index) => `file-${index}`).join('\n');
    expect(parsePaths(lines(50))).toMatchObject({ ok: true });
    expect(parsePaths(lines(51))).toMatchObject({ ok: false, problem: 'has 51 lines, and at most 50 are read' });
  });
});

describe('a path of the workspace', () => {
  it.each(['.github/release.yml', 'a..b/c', 'release file.yml'])('is %s', (text) =>
    expect(parsePath(text)).toEqual({ ok: true, value: text }),
  );

  it.each([
    ['/etc/passwd', 'leads out of the workspace'],
    ['../release.yml', 'leads out of the workspace'],
    ['a/../../b', 'leads out of the workspace'],
    ['one\ntwo', 'is no path'],
    ['a\u0000b', 'is no path'],
  ])('is not %j', (text, problem) => expect(parsePath(text)).toMatchObject({ ok: false, problem }));
});
