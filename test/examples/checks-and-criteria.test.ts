import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseStrict } from '../../src/adapters/yaml/strict.ts';
import { defaultMinRequests } from '../../src/domain/analysis/criteria.ts';
import { presets } from '../../src/domain/analysis/presets/index.ts';
import { parseCriteria } from '../../src/domain/analysis/written-criteria.ts';
import { parseMetricSource } from '../../src/domain/analysis/written-source.ts';
import type { Parsed } from '../../src/domain/units/parsed.ts';
import { parseSmoke } from '../../src/flows/smoke.ts';

// The page about three inputs in YAML: what it shows is taken by the parsers of these inputs, and what it lists is what they know.
const guide = readFileSync(join(resolve(import.meta.dirname, '../..'), 'docs/guides/checks-and-criteria.md'), 'utf8');
const parsers: Readonly<Record<string, (written: unknown) => Parsed<unknown>>> = {
  smoke: parseSmoke,
  criteria: parseCriteria,
  metrics: parseMetricSource,
};

const valuesOf = (text: string): readonly unknown[] => {
  const found = parseStrict(text);
  if ('error' in found) throw new Error(found.error);
  return found.values;
};
const sectionOf = (input: string): string => new RegExp(`\n## \`${input}\`\n(.*?)(?=\n## |$)`, 's').exec(guide)?.[1] ?? '';
const examplesOf = (input: string): readonly unknown[] =>
  [...sectionOf(input).matchAll(/```yaml\n(.*?)```/gs)].map(([, block = '']) => {
    const [whole] = valuesOf(block) as readonly Readonly<Record<string, string>>[];
    expect(Object.keys(whole ?? {})).toEqual([input]);
    return valuesOf(whole?.[input] ?? '')[0];
  });
/** The names in the first column of the table with this head. */
const listed = (input: string, head: string): readonly string[] => {
  const [, rows = ''] = new RegExp(`\n\\| ${head} \\|[^\n]*\n\\|[ -|]*\n(.*?)\n(?!\\|)`, 's').exec(sectionOf(input)) ?? [];
  return rows.split('\n').flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`([a-z0-9.-]+)`/g)].map(([, name = '']) => name));
};
const keysIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.flatMap(keysIn) : typeof value === 'object' && value !== null ? Object.keys(value) : [];

describe.each([
  ['smoke', 1],
  ['criteria', 2],
  ['metrics', 2],
])('%s', (input, examples) => {
  it('has examples that the input takes', () => {
    const found = examplesOf(input);
    expect(found).toHaveLength(examples);
    for (const value of found) expect(parsers[input]?.(value)).toMatchObject({ ok: true });
  });
});

describe('a field that the page lists', () => {
  const [source] = examplesOf('metrics');

  it('is in one of its examples, which are held to what is known', () => {
    const shown = ['smoke', 'criteria', 'metrics'].flatMap((input) => examplesOf(input).flatMap(keysIn));
    const names = [...listed('smoke', 'field'), ...listed('criteria', 'field of a query'), ...listed('metrics', 'field')];
    expect(names.length).toBeGreaterThan(18);
    expect(names.filter((name) => !shown.includes(name))).toEqual([]);
    expect(parseMetricSource({ ...(source as object), unheard: 'x' })).toMatchObject({ ok: false });
  });

  it('is every built-in criterion', () => {
    const result = parseCriteria({ unheard: '1%' });
    const known = result.ok ? [] : [...result.remedy.matchAll(/`([a-z0-9.-]+)`/g)].map(([, name]) => name);
    expect(listed('criteria', 'built-in').toSorted()).toEqual(known.toSorted());
  });

  it('is every preset, with its names', () => {
    const rows = [...sectionOf('metrics').matchAll(/^\| `([a-z-]+)`(?: \(default\))? \| `(\w+)` \| `(\w+)` \| `([^`]+)` \| `(\w+)` \|$/gm)];
    expect(rows.map(([, ...cells]) => cells).toSorted()).toEqual(
      Object.entries(presets)
        .map(([name, { counter, statusLabel, errors, buckets }]) => [name, counter, statusLabel, errors, buckets])
        .toSorted(),
    );
  });
});

it('the number of requests that it names is the one that is asked for', () => {
  const criteria = parseCriteria({ 'latency-p99.9': '5s' });
  expect(criteria.ok && defaultMinRequests(criteria.value)).toBe(3000);
  expect(guide).toContain('asks for 3,000');
});
