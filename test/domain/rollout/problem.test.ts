import { expect, it } from '@jest/globals';
import { briefText, problemText, warningText } from '../../../src/domain/rollout/problem.ts';

const problem = { what: 'It is broken.', remedy: 'Write this:', yaml: 'a:\n  b: 1\n' };

it('shows the YAML by itself, below what it mends', () => {
  expect(problemText(problem)).toBe('- It is broken.\n  → Write this:\n\n      a:\n        b: 1\n');
  expect(warningText(problem)).toBe('  warning: It is broken. → Write this:\n\n      a:\n        b: 1\n');
  expect(warningText({ what: 'It is odd.', remedy: 'Look.' })).toBe('  warning: It is odd. → Look.');
});

it('in a line promises no YAML that is not there', () => {
  expect(briefText(problem)).toBe('It is broken. Write this.');
  expect(briefText({ what: 'It is odd.', remedy: 'Look.' })).toBe('It is odd. Look.');
});
