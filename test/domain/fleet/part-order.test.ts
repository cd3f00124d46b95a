import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { orderProblems, type Part, returnable, startable } from '../../../src/domain/fleet/part-order.ts';
import { anyParts } from './any-parts.ts';

const part = (name: string, ...needs: string[]): Part => ({ name, needs, settings: false });
const settings: Part = { name: 'settings', needs: [], settings: true };

describe('needs that make no order', () => {
  it.each([
    ['a circle', [part('a', 'b'), part('b', 'c'), part('c', 'a')], /need each other in a circle.*`a` needs `b`/],
    ['itself', [part('a', 'a')], /`a` needs `a`/],
    ['a stranger', [part('a', 'x')], /needs `x`, which is no service/],
  ])('%s', (_, parts, what) => expect(orderProblems(parts)).toEqual([expect.objectContaining({ what: expect.stringMatching(what) })]));

  it('a diamond is one', () => expect(orderProblems([part('a', 'b', 'c'), part('b', 'd'), part('c', 'd'), part('d')])).toEqual([]));
});

it('the settings come first on the way forward, and on the way back too', () => {
  const parts = [settings, part('a'), part('b', 'a')];
  expect(startable(parts, { settings: 'waiting', a: 'waiting', b: 'waiting' }, 4)).toEqual(['settings']);
  expect(startable(parts, { settings: 'done', a: 'waiting', b: 'waiting' }, 4)).toEqual(['a']);
  expect(returnable(parts, { settings: 'done', a: 'done', b: 'done' }, 4)).toEqual(['settings']);
  expect(returnable(parts, { settings: 'returned', a: 'done', b: 'done' }, 4)).toEqual(['b']);
});

it('as many as may run at once, in the order of the plan; back, the last first', () => {
  const parts = [part('a'), part('b'), part('c')];
  expect(startable(parts, { a: 'running', b: 'waiting', c: 'waiting' }, 2)).toEqual(['b']);
  expect(startable(parts, { a: 'running', b: 'waiting', c: 'waiting' }, 1)).toEqual([]);
  expect(returnable(parts, { a: 'done', b: 'done', c: 'done' }, 2)).toEqual(['c', 'b']);
});

it('on the way back nothing goes that something left needs', () => {
  const parts = [part('a'), part('b', 'a'), part('c', 'a')];
  expect(returnable(parts, { a: 'done', b: 'returning', c: 'returned' }, 4)).toEqual([]);
  expect(returnable(parts, { a: 'done', b: 'returned', c: 'kept' }, 4)).toEqual(['a']);
});

it('what goes back is told by looking at each part once, however many there are', () => {
  let looks = 0;
  const parts = Array.from({ length: 1000 }, (_, index): Part => {
    const needs = index === 0 ? [] : [`p${index - 1}`];
    return {
      name: `p${index}`,
      settings: false,
      get needs() {
        looks += 1;
        return needs;
      },
    };
  });
  expect(returnable(parts, Object.fromEntries(parts.map(({ name }) => [name, 'done'])), 4)).toEqual(['p999']);
  expect(looks).toBeLessThanOrEqual(parts.length);
});

it('an order of acyclic needs is none to complain of', () =>
  fc.assert(fc.property(anyParts, (parts) => expect(orderProblems(parts)).toEqual([]))));
