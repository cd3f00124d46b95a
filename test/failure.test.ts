import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Failure } from '../src/failure.ts';
import { failureCodes, retiredCodes } from '../src/failure-codes.ts';

describe('a failure', () => {
  it('says what happened and what to do', () => {
    const failure = new Failure('LOCK_HELD', 'Held by x.', 'Wait.');
    expect(failure).toMatchObject({
      name: 'Failure',
      code: 'LOCK_HELD',
      what: 'Held by x.',
      remedy: 'Wait.',
      message: 'Held by x.\n→ Wait.',
    });
    expect('cause' in failure).toBe(false);
  });

  it('keeps what it was made from', () => {
    const cause = new Error('ECONNREFUSED');
    expect(new Failure('CLUSTER_UNREACHABLE', 'a', 'b', cause).cause).toBe(cause);
  });
});

describe('the tests', () => {
  const tests = readdirSync(import.meta.dirname, { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.test.ts') && path !== 'failure.test.ts')
    .map((path) => readFileSync(join(import.meta.dirname, path), 'utf8'))
    .join('\n');

  it.each(Object.keys(failureCodes))('see %s', (code) => expect(tests).toMatch(new RegExp(`\\b${code}\\b`)));
});

it.each(Object.entries({ ...failureCodes, ...retiredCodes }))('%s is explained in a sentence', (code, sentence) => {
  expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
  expect(sentence).toMatch(/^[A-Z].*\.$/);
});

describe('the sources', () => {
  const folder = join(import.meta.dirname, '../src');
  const sources = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.ts') && path !== 'failure-codes.ts')
    .map((path) => readFileSync(join(folder, path), 'utf8'))
    .join('\n');
  /** Without what only asks whether it is this code. */
  const given = sources.replace(/[!=]== '[A-Z_]+'/g, '').replace(/\[[^\]]*\]\.includes\(/g, '');

  it.each(Object.keys(failureCodes))('give %s', (code) => expect(given.includes(`'${code}'`)).toBe(true));

  it.each(Object.keys(retiredCodes))('do not know %s any more, and never will', (code) => {
    expect(sources).not.toContain(`'${code}'`);
    expect(Object.keys(failureCodes)).not.toContain(code);
  });
});
