import { expect, it } from '@jest/globals';
import { percentDecoded } from '../../../src/domain/units/percent-encoding.ts';

it.each([
  ['', ''],
  ['p%40ss%2Fword', 'p@ss/word'],
  ['100%25', '100%'],
  ['100%', undefined],
  ['%zz', undefined],
  ['%ff', undefined],
])('%j stands for %j', (encoded, text) => expect(percentDecoded(encoded)).toBe(text));
