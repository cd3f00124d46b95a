import { expect, it } from '@jest/globals';
import { goesOn, hasLasted, type Lasting } from '../../../src/domain/kubernetes/lasting.ts';

/** What is seen at each second, and whether it has lasted three of them. */
const seen = (...each: readonly (string | undefined)[]): readonly boolean[] => {
  let lasting: Lasting<string> | undefined;
  return each.map((what, at) => {
    lasting = goesOn(lasting, what, at);
    return hasLasted(lasting, at, 3);
  });
};

it.each([
  ['it lasts from when it was first seen', ['a', 'a', 'a', 'a', 'a'], [false, false, false, true, true]],
  ['another thing begins anew', ['a', 'a', 'b', 'b', 'b', 'b'], [false, false, false, false, false, true]],
  ['so does the same after a pause', ['a', 'a', undefined, 'a', 'a'], [false, false, false, false, false]],
  ['nothing lasts for ever', [undefined, undefined, undefined, undefined], [false, false, false, false]],
])('%s', (_, what, lasted) => expect(seen(...what)).toEqual(lasted));
