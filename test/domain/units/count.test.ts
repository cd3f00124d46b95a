import { expect, it } from '@jest/globals';
import { count } from '../../../src/domain/units/count.ts';

it('is one of a thing, or none or many of them', () =>
  expect([0, 1, 2].map((number) => count(number, 'pod'))).toEqual(['0 pods', '1 pod', '2 pods']));
