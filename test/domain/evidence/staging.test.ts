import { describe, expect, it } from '@jest/globals';
import type { RecordedDeployment } from '../../../src/domain/evidence/deployment.ts';
import { stagingVerdict } from '../../../src/domain/evidence/staging.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const tree = 'e'.repeat(40);
const key = 'b'.repeat(64);
const of = (state: RecordedDeployment['state'], more: Partial<RecordedDeployment> = {}): RecordedDeployment => ({
  id: 1,
  service: 'agent',
  image: `agent@${digest('1')}`,
  digest: digest('1'),
  tree,
  key,
  commit: 'a'.repeat(40),
  at: '2026-03-01T10:00:00.000Z',
  state,
  ...more,
});
const other = { digest: digest('2') };
const question = { environment: 'staging', digest: digest('1'), tree, key };

describe('newest first', () => {
  it.each([
    ['it passed', [of('success')], 'passed'],
    ['it passed, and a later one was cancelled', [of('error'), of('success')], 'passed'],
    ['it passed, and a later one has not ended', [of('pending'), of('success')], 'passed'],
    ['it failed, and passed since', [of('success'), of('failure')], 'passed'],
    ['it passed, and failed since', [of('failure'), of('success')], 'missing'],
    ['it failed', [of('failure')], 'missing'],
    ['it was cancelled', [of('error')], 'missing'],
    ['it has not ended', [of('pending')], 'missing'],
    ['there is nothing', [], 'missing'],
    ['another build of the tree passed', [of('success', other)], 'passed'],
    ['another build of the tree with other inputs passed', [of('success', { ...other, key: 'c'.repeat(64) })], 'missing'],
    ['another build of the tree whose inputs are not known passed', [of('success', { ...other, key: undefined })], 'missing'],
    ['another build of the tree failed', [of('failure', other)], 'missing'],
    ['it failed itself, and another build of the tree passed later', [of('success', other), of('failure')], 'missing'],
    ['it passed itself, and another build of the tree failed later', [of('failure', other), of('success')], 'passed'],
  ] as const)('%s: %#', (_, found, is) => expect(stagingVerdict(question, { found })).toMatchObject({ is }));
});

it('says by what', () => {
  expect(stagingVerdict(question, { found: [of('success')] })).toMatchObject({
    by: 'digest',
    text: 'This digest passed (staging, 2026-03-01T10:00:00.000Z).',
  });
  expect(stagingVerdict(question, { found: [of('success', other)] })).toMatchObject({
    by: 'tree',
    text: expect.stringContaining(`passed: ${digest('2')}`),
  });
});

it('a tree that is not known vouches for nothing', () =>
  expect(stagingVerdict({ ...question, tree: undefined }, { found: [of('success', { ...other, tree: undefined })] })).toMatchObject({
    is: 'missing',
  }));

it('says how many did not end', () =>
  expect(stagingVerdict(question, { found: [of('error'), of('pending')] }).text).toContain('(2 deployments did not come to an end)'));

describe('an image that was built by other means', () => {
  const keyless = { ...question, key: undefined };
  it('passes by the tree where what passed has no key either', () =>
    expect(stagingVerdict(keyless, { found: [of('success', { ...other, key: undefined })] })).toMatchObject({ is: 'passed', by: 'tree' }));
  it('does not pass by what has one', () =>
    expect(stagingVerdict(keyless, { found: [of('success', other)] })).toMatchObject({ is: 'missing' }));
});

it('a question about a tree is answered by any build of it', () =>
  expect(stagingVerdict({ ...question, digest: undefined, key: 'any' }, { found: [of('success', other)] })).toMatchObject({
    is: 'passed',
  }));

it('says how far it has looked where the record goes on', () => {
  expect(stagingVerdict(question, { found: [], ofLast: 500 }).text).toContain('into staging of the last 500 of the service has succeeded.');
  expect(stagingVerdict(question, { found: [] }).text).toMatch(/into staging has succeeded\.$/);
});
