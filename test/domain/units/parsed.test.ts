import { expect, it } from '@jest/globals';
import { parsed, refused } from '../../../src/domain/units/parsed.ts';

it('is either a value or a problem with its remedy', () => {
  expect(parsed(0)).toEqual({ ok: true, value: 0 });
  expect(refused('is not a number', 'Write a number.')).toEqual({ ok: false, problem: 'is not a number', remedy: 'Write a number.' });
});
