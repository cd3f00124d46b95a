import { describe, expect, it } from '@jest/globals';
import { heldFor } from '../../src/domain/rollout/hold.ts';
import { Failure } from '../../src/failure.ts';
import { type FailureCode, failureCodes } from '../../src/failure-codes.ts';
import { causeOf, failureOf, stepFailed } from '../../src/flows/cause-of.ts';

const codes = Object.keys(failureCodes) as readonly FailureCode[];
const failure = (code: FailureCode) => new Failure(code, 'What.', 'Remedy.');
const causes = codes.map((code) => causeOf(failure(code)));

describe('the cause of a way back', () => {
  it('says what the failure says', () => {
    expect(causeOf(failure('DRIFT'))).toEqual({ kind: 'drift', code: 'DRIFT', text: 'What.', remedy: 'Remedy.' });
  });

  it('holds the image for one code alone: its pods answered, and badly', () => {
    expect(causes.filter((cause) => heldFor(cause) !== undefined).map(({ code }) => code)).toEqual(['SMOKE_FAILED']);
  });

  it('of every other code but three is an error and no more', () => {
    expect(causes.flatMap(({ kind, code }) => (kind === 'error' || code === 'SMOKE_FAILED' ? [] : [[code, kind]]))).toEqual(
      expect.arrayContaining([
        ['NO_DATA', 'no-data'],
        ['DRIFT', 'drift'],
        ['CANCELLED', 'cancel'],
      ]),
    );
    expect(causes.filter(({ kind }) => kind === 'error')).toHaveLength(codes.length - 4);
  });

  it('of what nobody foresaw is a defect, and keeps it', () => {
    const thrown = new TypeError('x is not y');
    expect(causeOf(thrown)).toMatchObject({ kind: 'error', code: 'INTERNAL', text: 'A defect: x is not y' });
    expect(causeOf('x')).toMatchObject({ code: 'INTERNAL', text: 'A defect: x' });
    expect(failureOf(thrown).cause).toBe(thrown);
  });
});

describe('a step that failed', () => {
  it('is told with its cause', () => {
    expect(stepFailed(failure('SMOKE_FAILED'))).toMatchObject({ on: 'failed', cause: { kind: 'harm', code: 'SMOKE_FAILED' } });
  });

  it('because the lock was lost has not failed', () => {
    expect(stepFailed(failure('LOCK_LOST'))).toEqual({ on: 'lock-lost', text: 'What.' });
  });
});
