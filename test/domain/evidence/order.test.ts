import { describe, expect, it } from '@jest/globals';
import type { Comparison } from '../../../src/domain/evidence/comparison.ts';
import { orderOf } from '../../../src/domain/evidence/order.ts';

const [ours, theirs] = ['a'.repeat(40), 'b'.repeat(40)];
const order = (
  comparison: Comparison,
  wish: { readonly reason?: string; readonly allowUnordered?: boolean } = {},
  newest: string | undefined = theirs,
) => orderOf({ commit: ours, reason: '', allowUnordered: false, ...wish }, newest, comparison);

describe('a commit goes on when', () => {
  it.each([
    ['it comes after', { is: 'ahead', by: 3 }],
    ['it is the same', { is: 'identical' }],
  ] as const)('%s', (_, comparison) => expect(order(comparison)).toEqual({ is: 'in-order' }));
  it('it is the first', () =>
    expect(orderOf({ commit: ours, reason: '', allowUnordered: false }, undefined, { is: 'unknown' })).toEqual({ is: 'in-order' }));
  it('it is the deployed one, whoever may be asked', () => expect(order({ is: 'unknown' }, {}, ours)).toEqual({ is: 'in-order' }));
  it.each([
    ['its history has diverged, for a reason', { is: 'diverged', ahead: 1, behind: 2 }, { reason: 'hotfix' }],
    ['it is not known, and that is allowed for a reason', { is: 'unknown' }, { reason: 'moved here', allowUnordered: true }],
  ] as const)('%s, which is told', (_, comparison, wish) =>
    expect(order(comparison, wish)).toMatchObject({ is: 'in-order', note: expect.stringContaining(`Accepted: ${wish.reason}`) }),
  );
});

it('an ancestor is superseded, whatever reason there is', () => {
  expect(order({ is: 'behind', by: 1 }, { reason: 'I want it', allowUnordered: true })).toEqual({
    is: 'superseded',
    text: 'Commit aaaaaaaaaaaa is 1 commit older than bbbbbbbbbbbb, which was deployed here already.',
  });
});

describe('it is refused when', () => {
  it.each([
    ['its history has diverged', { is: 'diverged', ahead: 1, behind: 2 }, {}, /2 of its commits would be lost/],
    ['it is not known', { is: 'unknown' }, {}, /Not checked/],
    ['it is not known, and there is only a reason', { is: 'unknown' }, { reason: 'x' }, /Not checked/],
    ['it is not known, and that is allowed without a reason', { is: 'unknown' }, { allowUnordered: true }, /Not checked/],
  ] as const)('%s', (_, comparison, wish, what) =>
    expect(order(comparison, wish)).toMatchObject({
      is: 'refused',
      what: expect.stringMatching(what),
      remedy: expect.stringContaining('`reason`'),
    }),
  );
});
