import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readers, readReport } from '../../../src/adapters/findings/index.ts';
import { corpus, type Expected, expectedOf, outcomeOf, verdictOf } from '../../corpus/findings.ts';

const folder = resolve(import.meta.dirname, '../../corpus/findings');
/** `gofmt -l` ends with 0 whatever it lists, so an empty answer is a clean one: it is only ever read from a gofmt that this run started. */
const withoutEnd = new Set(['gofmt']);
const files = readdirSync(folder).filter((name) => !['README.md', 'expected.json'].includes(name));

it('knows what is expected of every report, and has every report', () => {
  expect(files.length).toBeGreaterThanOrEqual(40);
  expect(new Set(Object.keys(corpus))).toEqual(new Set(files));
  expect(new Set(Object.values(corpus).map(({ format }) => format))).toEqual(new Set(Object.keys(readers)));
});

describe.each(Object.entries(corpus))('%s', (name, expected) => {
  const bytes = readFileSync(join(folder, name));

  it('is judged as expected', async () => {
    expect(expectedOf(expected, await verdictOf(expected, bytes))).toEqual(expected);
  });

  it('is read the same in pieces of any size', async () => {
    const whole = await verdictOf(expected, bytes);
    for (const size of bytes.length < 1000 ? [1, 7] : [61]) expect(await verdictOf(expected, bytes, size)).toEqual(whole);
  });

  it('never passes when it is cut off where the whole blocks, and never breaks the reader', async () => {
    if (expected.outcome === 'passed' || withoutEnd.has(expected.format)) return;
    const cut = fc.nat({ max: Math.max(0, bytes.length - 1) });
    await fc.assert(
      fc.asyncProperty(cut, async (length) => expect(await outcomeOf(expected, bytes.subarray(0, length))).not.toBe('passed')),
      { numRuns: 12 },
    );
  });

  it('never breaks the reader when bytes of it are changed', async () => {
    const change = fc.array(fc.tuple(fc.nat({ max: Math.max(0, bytes.length - 1) }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(change, async (changes) => {
        const broken = Buffer.from(bytes);
        for (const [at, value] of changes) if (at < broken.length) broken[at] = value;
        expect(['passed', 'blocked', 'not-checked']).toContain(await outcomeOf(expected, broken));
      }),
      { numRuns: 12 },
    );
  });
});

it('cuts at every byte of a small report of each format', async () => {
  const blocking = Object.entries(corpus).filter(([, { outcome, findings }]) => outcome === 'blocked' && findings > 0);
  // What stands alone is cut without the exit code of its tool, as a file that somebody else has written.
  const alone = ({ exitCode: _, ...expected }: Expected): Expected => expected;
  const smallest = new Map<string, readonly [string, Expected]>();
  for (const entry of blocking) {
    const size = (name: string): number => readFileSync(join(folder, name)).length;
    const known = smallest.get(entry[1].format);
    if (known === undefined || size(entry[0]) < size(known[0])) smallest.set(entry[1].format, entry);
  }
  expect(smallest.size).toBe(Object.keys(readers).length);
  for (const name of Object.keys(readers)) expect(withoutEnd.has(name) && readers[name]?.standsAlone).toBe(false);
  for (const [name, whole] of smallest.values()) {
    if (withoutEnd.has(whole.format)) continue;
    const expected = readers[whole.format]?.standsAlone === true ? alone(whole) : whole;
    const bytes = readFileSync(join(folder, name));
    for (let length = 0; length < bytes.length; length += 1)
      if ((await outcomeOf(expected, bytes.subarray(0, length))) === 'passed') throw new Error(`${name} passes when cut at ${length}.`);
  }
});

it('takes a report of an unknown format for a defect: the inputs see to that', async () => {
  await expect(readReport('nonsense', '', createReadStream(join(folder, 'ruff-clean.json')), { roots: [], directory: '' })).rejects.toThrow(
    'nonsense is no format: the inputs were to see to that.',
  );
});
