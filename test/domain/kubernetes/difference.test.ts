import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { differences, isTelling } from '../../../src/domain/kubernetes/difference.ts';

describe('differences', () => {
  it('go by the names of items, whatever their order, and by their place where they have none', () => {
    const one = {
      containers: [
        { name: 'a', image: 'x' },
        { name: 'b', image: 'y' },
      ],
      args: ['1', '2'],
    };
    const other = {
      containers: [
        { name: 'b', image: 'z' },
        { name: 'a', image: 'x' },
      ],
      args: ['1'],
    };
    expect(differences(one, other)).toEqual([
      { path: ['containers', 'b', 'image'], one: 'y', other: 'z' },
      { path: ['args', '1'], one: '2', other: undefined },
    ]);
  });

  it('are none between a value and its copy, and some as soon as one leaf is not the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(differences(value, structuredClone(value))).toEqual([]);
        expect(differences({ a: value, b: 1 }, { a: value, b: 2 })).toHaveLength(1);
      }),
    );
  });

  it('a list is not an object', () => expect(differences([], {})).toHaveLength(1));
});

describe('what is telling', () => {
  it.each([
    [['spec', 'replicas'], 3, 5, true],
    [['containers', 'a', 'env', 'TOKEN', 'value'], 'a', 'b', false],
    [['metadata', 'annotations', 'note'], 'a', 'b', false],
    [['metadata', 'annotations', 'wf-deploy.io/run'], 'a', 'b', true],
    [['spec', 'volumes'], undefined, { a: 1 }, false],
  ])('%j', (path, one, other, telling) => expect(isTelling({ path, one, other })).toBe(telling));
});
