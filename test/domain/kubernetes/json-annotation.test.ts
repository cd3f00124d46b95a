import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonAnnotation, textsOf } from '../../../src/domain/kubernetes/json-annotation.ts';

it('reads an object as it was written', () => expect(jsonAnnotation('{"a":1,"b":"c"}')).toEqual({ a: 1, b: 'c' }));

it.each([undefined, '', '{', 'null', '[]', '"text"', '7'])('takes %j for nothing', (text) => expect(jsonAnnotation(text)).toBeUndefined());

it('survives any text', () =>
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const fields = jsonAnnotation(text);
      expect(fields === undefined || (typeof fields === 'object' && !Array.isArray(fields))).toBe(true);
    }),
  ));

it('picks the named texts and no other field', () => {
  expect(textsOf({ a: 'x', b: 'y', c: 'z' }, ['a', 'c'])).toEqual({ a: 'x', c: 'z' });
});

it.each([[{ a: 'x' }], [{ a: 'x', b: 7 }], [{}], [undefined]])('has none where one is missing or no text: %j', (fields) =>
  expect(textsOf(fields, ['a', 'b'])).toBeUndefined(),
);
