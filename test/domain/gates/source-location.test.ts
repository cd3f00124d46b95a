import { expect, it } from '@jest/globals';
import { sourceLocations } from '../../../src/domain/gates/source-location.ts';

it.each([
  ['tests/test_a.py:17: AssertionError', [['tests/test_a.py', 17]]],
  ['    at Object.<anonymous> (/work/test/a.test.js:5:17)', [['/work/test/a.test.js', 5]]],
  ['    broken_test.go:5: got "<a>"', [['broken_test.go', 5]]],
  ['\tat shop.PriceTest.fails(PriceTest.java:8)', [['PriceTest.java', 8]]],
  ['  File "src/a b.py", line 3, in f', [['src/a b.py', 3]]],
  ['no database at 127.0.0.1:5432', []],
  ['a.py:0: x', []],
  ['', []],
])('%j', (text, places) => {
  expect(sourceLocations(text).map(({ path, line }) => [path, line])).toEqual(places);
});

it('is bounded', () => expect(sourceLocations('a.py:1: '.repeat(1000))).toHaveLength(50));
