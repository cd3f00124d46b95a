import { describe, expect, it } from '@jest/globals';
import { readRollout } from '../../../src/domain/rollout/rollout-record.ts';
import { record } from './recorded.ts';

describe('a record that anyone may have edited', () => {
  const json = (more: object): string => JSON.stringify({ ...record, ...more });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"phase":'],
    ['a bare word', 'stages'],
    ['null', 'null'],
    ['a number', '7'],
    ['a text', '"stages"'],
    ['a list', JSON.stringify([record])],
    ['an empty map', '{}'],
    ['a phase that does not exist', json({ phase: 'dreaming' })],
    ['a phase of another type', json({ phase: 3 })],
    ['a phase that every map has', json({ phase: 'constructor' })],
    ['a phase that is a prototype', json({ phase: '__proto__' })],
    ['a weight as text', json({ weight: '25' })],
    ['a weight of 1e9', json({ weight: 1e9 })],
    ['a negative weight', json({ weight: -1 })],
    ['no weight', json({ weight: null })],
    [
      'a weight that is no number',
      '{"phase":"stages","weight":1e999,"container":"a","image":"b","previousImage":"c","run":"d","since":"e"}',
    ],
    ['an image of another type', json({ image: { name: 'x' } })],
    ['no way back', json({ previousImage: undefined })],
    ['a huge text', `{"phase":"${'s'.repeat(300_000)}"`],
    ['deeply nested JSON', `${'['.repeat(5000)}${']'.repeat(5000)}`],
  ])('with %s as its record has none', (_, text) => {
    expect(readRollout(text)).toBeUndefined();
  });

  it('with keys of a prototype poisons nothing', () => {
    const text = `{"__proto__":{"polluted":true},"constructor":{},${json({}).slice(1)}`;
    const rollout = readRollout(text);
    expect(rollout).toMatchObject(record);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(new Set(Object.keys(rollout ?? {}))).toEqual(new Set(Object.keys(record)));
  });

  it.each([
    ['restoring', 4, 4],
    ['restoring', 0, undefined],
    ['restoring', -1, undefined],
    ['restoring', 1.5, undefined],
    ['restoring', '4', undefined],
    ['promoting', 4, undefined],
  ])('in the phase %s with %j pods that are enough has %j', (phase, enough, read) => {
    expect(readRollout(json({ phase, enough }))?.enough).toBe(read);
  });

  it.each([
    [1, 1],
    [0, undefined],
    [-1, undefined],
    [0.5, undefined],
    ['1', undefined],
  ])('with %j rules that lead to the canary alone has %j', (fixed, read) => {
    expect(readRollout(json({ fixed }))?.fixed).toBe(read);
  });

  it('by an older version names no route, and none of another type is read', () => {
    expect(readRollout(json({}))?.route).toBeUndefined();
    expect(readRollout(json({ route: 7 }))?.route).toBeUndefined();
    expect(readRollout(json({ route: 'HTTPRoute shop/agent' }))?.route).toBe('HTTPRoute shop/agent');
  });

  it('of a pause without a deadline is of a stage: it would be a weight without a way back', () => {
    expect(readRollout(json({ phase: 'paused' }))).toMatchObject({ phase: 'stages', weight: 25 });
    expect(readRollout(json({ phase: 'paused', deadline: 60 }))).toMatchObject({ phase: 'paused', deadline: 60 });
  });
});
