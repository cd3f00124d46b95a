import { describe, expect, it } from '@jest/globals';
import { Failure } from '../../src/failure.ts';
import type { FailureCode } from '../../src/failure-codes.ts';
import { performStep } from '../../src/flows/perform-step.ts';
import { handLock } from './locks.ts';
import { stage } from './stand-ins.ts';

const forever = new AbortController().signal;
const failure = (code: FailureCode) => new Failure(code, 'What.', 'Remedy.');

describe('performStep', () => {
  it('tries again what may pass, until its time is over', async () => {
    const { world, clock, lines } = stage();
    let tries = 0;
    const event = await clock.until(
      performStep({ world, lock: handLock() }, 3, forever, () => {
        tries += 1;
        return Promise.reject(failure('CLUSTER_UNREACHABLE'));
      }),
    );
    expect([tries, event]).toMatchObject([4, { on: 'failed', cause: { kind: 'error', code: 'CLUSTER_UNREACHABLE' } }]);
    expect(lines).toEqual(['  What. Trying again.', '  What. Trying again.', '  What. Trying again.']);
  });

  it.each([
    ['SMOKE_FAILED', { on: 'failed', cause: { kind: 'harm', code: 'SMOKE_FAILED', text: 'What.', remedy: 'Remedy.' } }],
    ['NO_DATA', { on: 'failed', cause: { kind: 'no-data' } }],
    ['DRIFT', { on: 'failed', cause: { kind: 'drift' } }],
    ['CLUSTER_FORBIDDEN', { on: 'failed', cause: { kind: 'error' } }],
    ['LOCK_LOST', { on: 'lock-lost', text: 'What.' }],
  ] as const)('answers with the event of %s', async (code, event) => {
    const { world } = stage();
    expect(await performStep({ world, lock: handLock() }, 3, forever, () => Promise.reject(failure(code)))).toMatchObject(event);
  });

  it('calls a defect by its name', async () => {
    const { world } = stage();
    const event = await performStep({ world, lock: handLock() }, 3, forever, () => Promise.reject(new TypeError('x is not y')));
    expect(event).toMatchObject({ on: 'failed', cause: { code: 'INTERNAL', text: 'A defect: x is not y' } });
  });

  it.each(['the signal', 'a lost lock'])('throws what %s has ended', async (by) => {
    const { world } = stage();
    const [lock, controller] = [handLock(), new AbortController()];
    if (by === 'the signal') controller.abort();
    else lock.lose();
    await expect(
      performStep({ world, lock }, 3, controller.signal, () => Promise.reject(failure('CLUSTER_UNREACHABLE'))),
    ).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
  });
});
