import { expect, it } from '@jest/globals';
import { isCommit, parseCommit, shortCommit } from '../../../src/domain/evidence/commit.ts';

const commit = '7e1f0c5d8a34b96221a0c8f4be7a95d03c6e1f28';

it('a commit is its whole name, by SHA-1 or SHA-256', () => {
  expect([commit, 'a'.repeat(64)].map(isCommit)).toEqual([true, true]);
  expect(parseCommit(commit)).toEqual({ ok: true, value: commit });
  expect(shortCommit(commit)).toBe('7e1f0c5d8a34');
});

it.each(['', 'main', '7e1f0c5', commit.toUpperCase(), `${commit}0`, `${commit}\n`, `../${commit.slice(3)}`, 'v1.2.3'])(
  '%j is none',
  (text) => {
    expect(isCommit(text)).toBe(false);
    expect(parseCommit(text)).toMatchObject({ ok: false });
  },
);

it.each([undefined, null, 7, [commit], { commit }])('%j is none either', (value) => expect(isCommit(value)).toBe(false));
