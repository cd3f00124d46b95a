import { expect, it } from '@jest/globals';
import { jsonOf } from '../../../src/domain/units/json.ts';

it('is the value, whatever it is', () => {
  expect(['{"a":[1]}', 'null', 'false', '""', '0'].map(jsonOf)).toEqual([{ a: [1] }, null, false, '', 0]);
});

it('is undefined where there is none', () => {
  expect(['', '{"a":', 'undefined', '<html>'].map(jsonOf)).toEqual([undefined, undefined, undefined, undefined]);
});
