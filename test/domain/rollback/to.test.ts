import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseTo, wishText } from '../../../src/domain/rollback/to.ts';

describe('where to go back to', () => {
  it.each([
    ['previous', { kind: 'previous' }],
    ['last-known-good', { kind: 'last-known-good' }],
    ['7', { kind: 'revision', number: 7 }],
    ['revision:12', { kind: 'revision', number: 12 }],
    ['agent:v1', { kind: 'image', image: { name: 'agent', tag: 'v1' } }],
    ['2026-03-01T21:00Z', { kind: 'time', at: Date.UTC(2026, 2, 1, 21), text: '2026-03-01T21:00Z' }],
    ['2026-03-01T21:00:00.5+02:00', { kind: 'time', at: Date.UTC(2026, 2, 1, 19, 0, 0, 500), text: '2026-03-01T21:00:00.5+02:00' }],
  ])('%s', (text, value) => expect(parseTo(text)).toEqual({ ok: true, value }));

  it.each([
    '',
    '0',
    '-1',
    'revision:',
    'revision:0',
    'revision:9999999999',
    'before',
    'agent',
    '2026-03-01',
    '2026-03-01T21:00',
    '2026-02-30T00:00Z',
    '2026-13-01T00:00Z',
    '2026-03-01T25:00Z',
  ])('%j is refused, with what can be written', (text) =>
    expect(parseTo(text)).toMatchObject({ ok: false, remedy: expect.stringMatching(/\S/) }),
  );

  it.each([
    ['previous', 'previous'],
    ['last-known-good', 'last-known-good'],
    ['7', 'revision:7'],
    ['revision:7', 'revision:7'],
    ['agent:v1', 'agent:v1'],
    ['2026-03-01T21:00Z', '2026-03-01T21:00Z'],
  ])('%s is the wish %s', (text, wish) => {
    const to = parseTo(text);
    expect(to.ok && wishText(to.value)).toBe(wish);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof parseTo(text).ok === 'boolean'));
  });
});
