import { describe, expect, it } from '@jest/globals';
import { parseDay } from '../../../src/domain/gates/day.ts';
import { means, parseSuppressions } from '../../../src/domain/gates/suppression.ts';
import { finding, parsedValue, problemOf } from './findings.ts';

const today = parsedValue(parseDay('2027-01-10'));
const entry = { id: 'R1', reason: 'Not reachable.', owner: 'team-agent', expires: '2027-03-01' };
const parse = (entries: unknown) => parseSuppressions({ suppressions: entries }, today);
const one = (more: object) => parsedValue(parse([{ ...entry, ...more }]))[0]!;

describe('a suppressions file', () => {
  it('may be empty', () => expect(parsedValue(parse([]))).toEqual([]));
  it.each([
    ['no map', [], 'no list `suppressions`'],
    ['an unknown field', { suppressions: [], ignore: [] }, 'unknown field `ignore`'],
    ['no list', { suppressions: 'all' }, 'no list'],
    ['too many', { suppressions: Array.from({ length: 2001 }, () => entry) }, 'more than 2000'],
  ])('%s', (_name, value, told) => expect(problemOf(parseSuppressions(value, today))).toContain(told));
  it.each([
    ['text', 'R1', 'is no map'],
    ['an unknown field', { ...entry, path: 'x' }, '`path`'],
    ['no id', { ...entry, id: '' }, '`id`'],
    ['no reason', { ...entry, reason: ' ' }, '`reason`'],
    ['no owner', { ...entry, owner: undefined }, '`owner`'],
    ['an owner that is no text', { ...entry, owner: ['a'] }, '`owner`'],
    ['no day', { ...entry, expires: undefined }, '`expires`'],
    ['a day that there is not', { ...entry, expires: '2027-02-30' }, '`expires`'],
    ['a day in ten years', { ...entry, expires: '2037-01-01' }, 'more than 366 days'],
    ['an empty tool', { ...entry, tool: '' }, '`tool`'],
    ['no path in paths', { ...entry, paths: [] }, '`paths`'],
    ['a path out of the repository', { ...entry, paths: ['../x'] }, '../x'],
  ])('an entry with %s is refused, and named by its number', (_name, value, told) => {
    expect(problemOf(parse([entry, value]))).toMatch(/entry 2/);
    expect(problemOf(parse([entry, value]))).toContain(told);
  });
});

describe('a suppression means', () => {
  it('its rule, and no other', () => {
    expect(means(one({}), 'linter', finding())).toBe(true);
    expect(means(one({}), 'linter', finding({ rule: 'R10' }))).toBe(false);
    expect(means(one({ id: '*' }), 'linter', finding())).toBe(false);
  });
  it('its tool, package and paths where it names them', () => {
    expect(means(one({ tool: 'trivy' }), 'linter', finding())).toBe(false);
    expect(means(one({ package: 'requests' }), 'linter', finding())).toBe(false);
    expect(means(one({ package: 'requests' }), 'x', finding({ dependency: { name: 'requests', version: '1', fix: 'none' } }))).toBe(true);
    expect(means(one({ paths: ['tests/**', 'src/**'] }), 'linter', finding())).toBe(true);
    expect(means(one({ paths: ['tests/**'] }), 'linter', finding())).toBe(false);
    for (const place of [{ in: 'nothing' }, { in: 'elsewhere', shown: 'src/app.py' }] as const)
      expect(means(one({ paths: ['**'] }), 'linter', finding({ place }))).toBe(false);
  });
});
