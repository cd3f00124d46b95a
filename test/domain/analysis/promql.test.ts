import { describe, expect, it } from '@jest/globals';
import {
  filled,
  filledInStrings,
  literally,
  placeholdersInStrings,
  placeholdersOf,
  quoted,
  structureOf,
} from '../../../src/domain/analysis/promql.ts';

describe('quoted', () => {
  it('keeps quotes, backslashes and line ends inside of the literal', () => {
    expect(quoted('a"b\\c\nd')).toBe('"a\\"b\\\\c\\nd"');
  });
});

describe('literally', () => {
  it('matches the text and nothing else', () => {
    const text = 'agent.v1+(x)[y]{2}^$|?*\\';
    expect(new RegExp(`^(?:${literally(text)})$`).test(text)).toBe(true);
    expect(new RegExp(`^(?:${literally('a.b')})$`).test('axb')).toBe(false);
  });
});

describe('structureOf', () => {
  it.each([
    ['sum(rate(x{a="}])"}[5m]))', 'sum(rate(x{a=""}[5m]))'],
    ['x{a=\'"\',b="\'"}', 'x{a="",b=""}'],
    ['x{a=`\\`}', 'x{a=""}'],
    ['x{a="\\""}', 'x{a=""}'],
    ['x{a="#"}', 'x{a=""}'],
  ])('of %s is %s', (promql, structure) => {
    expect(structureOf(promql)).toBe(structure);
  });

  it.each(['x{', 'x}', 'x{a="}', "x{a='b}", 'x{a=`b}', '(x', 'x)', '(x}', 'x[5m', 'x # comment', '"a', '"a\\"', 'x{a="\n"}'])(
    'of %j is none',
    (promql) => {
      expect(structureOf(promql)).toBeUndefined();
    },
  );
});

describe('filled', () => {
  it('fills in what is known, outside of literals', () => {
    expect(filled('x{$canary,a="$canary"} / y{$stable} + $other', { canary: 'c="1"', stable: 's="$canary"' })).toBe(
      'x{c="1",a="$canary"} / y{s="$canary"} + $other',
    );
  });
  it('does not take a longer name for a known one', () => {
    expect(filled('x{$canaryish}', { canary: 'c="1"' })).toBe('x{$canaryish}');
    expect(filled('x{$constructor}', {})).toBe('x{$constructor}');
  });
});

it('filledInStrings fills in one name, within literals only', () => {
  expect(filledInStrings('x{a="$ns-1",b=~"$nsx|$&",c=$ns}', 'ns', '$&')).toBe('x{a="$&-1",b=~"$nsx|$&",c=$ns}');
});

it('placeholdersInStrings lists what a literal would hide', () => {
  expect(placeholdersInStrings('x{$canary,a="$stable",b=`$c`,d=\'5..$\'}')).toEqual(['stable', 'c']);
});

it('placeholdersOf lists the names', () => {
  expect(placeholdersOf('x{$canary} / $__rate_interval + $1')).toEqual(['canary', '__rate_interval']);
});
