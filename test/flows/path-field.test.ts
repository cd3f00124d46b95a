import { describe, expect, it } from '@jest/globals';
import { parsePaths } from '../../src/flows/path-field.ts';

describe('paths of the workspace', () => {
  it('are lines, without the empty ones', () =>
    expect(parsePaths(' deploy/manifests \n\ndeploy/*.yaml\n')).toEqual({ ok: true, value: ['deploy/manifests', 'deploy/*.yaml'] }));

  it('may have dots in their names', () => expect(parsePaths('a..b/.hidden/c')).toMatchObject({ ok: true }));

  it.each(['/etc/passwd', '../other', 'deploy/../../other', 'deploy\n..'])('%j leads out of it', (text) =>
    expect(parsePaths(text)).toMatchObject({ ok: false, problem: 'leads out of the workspace' }),
  );

  it('are at most fifty', () => {
    const lines = (count: number): string => Array.from({ length: count }, (_, index) => `file-${index}`).join('\n');
    expect(parsePaths(lines(50))).toMatchObject({ ok: true });
    expect(parsePaths(lines(51))).toMatchObject({ ok: false, problem: 'has 51 lines, and at most 50 are read' });
  });
});
