import { describe, expect, it } from '@jest/globals';
import { Failure } from '../src/failure.ts';
import { failureCodes } from '../src/failure-codes.ts';

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

it.each(Object.entries(failureCodes))('%s is explained in a sentence', (code, sentence) => {
  expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
  expect(sentence).toMatch(/^[A-Z].*\.$/);
});
