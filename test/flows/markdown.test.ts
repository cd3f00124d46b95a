import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { code, codeBlock, inert, section, table } from '../../src/flows/markdown.ts';

const hostile = fc.string({
  unit: fc.constantFrom(...'`|<>&[]()!*_~#@\\\r\n:-aé', '</code>', '<script>', '![x](y)', '```', '@team', 'https://evil'),
  maxLength: 40,
});

describe('inert', () => {
  it.each([
    ['<script>alert(1)</script>', /[<>]/],
    ['![x](https://evil.example/?a)', /[![\]()]/],
    ['a | b', /\|/],
    ['`code`', /`/],
    ['**bold** _it_ ~~no~~', /[*_~]/],
    ['@team please', /@/],
    ['# head', /^#(?!\d|x)/],
    ['one\r\ntwo\nthree', /[\r\n]/],
    ['\\', /\\/],
  ])('%j has nothing left that means something', (text, living) => {
    expect(inert(text).replace(/&#\d+;/g, '')).not.toMatch(living);
  });

  it('reads as what it was', () => {
    const decoded = inert('a <b> | `c` @d').replace(/&#(\d+);/g, (_, number: string) => String.fromCharCode(Number(number)));
    expect(decoded).toBe('a <b> | `c` @d');
  });

  it('of anything has none of the characters that begin something', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(inert(text).replace(/&#\d+;/g, '')).not.toMatch(/[\\`*_{}[\]<>()#+!|~@\r\n]/);
      }),
    );
  });
});

describe('codeBlock', () => {
  it('is not ended by what is in it', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const [first = '', ...rest] = codeBlock(text).split('\n');
        const fence = first.replace(/text$/, '');
        expect(fence).toMatch(/^`{3,}$/);
        expect(rest.at(-1)).toBe(fence);
        expect(rest.slice(0, -1).join('\n')).toBe(text);
        expect(text).not.toContain(fence);
      }),
    );
  });
});

it('code is inert too', () => {
  expect(code('</code><b>')).toBe('<code>&#60;/code&#62;&#60;b&#62;</code>');
});

it('a table has a line for each row', () => {
  expect(
    table(
      ['a', 'b'],
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ),
  ).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |');
});

describe('section', () => {
  it('counts its lines and is folded unless asked', () => {
    expect(section('Warnings', ['one', 'two']).join('\n')).toBe('<details><summary>Warnings (2)</summary>\n\n- one\n- two\n\n</details>\n');
    expect(section('Warnings', ['one'], true)[0]).toBe('<details open><summary>Warnings (1)</summary>');
  });

  it('is nothing where there is nothing to list', () => expect(section('Warnings', [])).toEqual([]));
});
