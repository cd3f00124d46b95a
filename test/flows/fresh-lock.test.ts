import { expect, it } from '@jest/globals';
import { Failure } from '../../src/failure.ts';
import { freshLock } from '../../src/flows/fresh-lock.ts';
import type { Lock } from '../../src/flows/held-lock.ts';

function held(is: { readonly fresh: boolean; readonly lost?: boolean; readonly answer?: Failure }) {
  const lost = is.lost === true ? AbortSignal.abort(new Error('lost')) : new AbortController().signal;
  const asked: unknown[] = [];
  const lock: Pick<Lock, 'lost' | 'fresh' | 'record'> = {
    lost,
    fresh: () => is.fresh,
    record: (change) => {
      asked.push(change);
      return is.answer === undefined ? Promise.resolve() : Promise.reject(is.answer);
    },
  };
  return { lock, asked };
}

it('asks nobody while the lock was renewed in time', async () => {
  const { lock, asked } = held({ fresh: true });
  await freshLock({ lock });
  expect(asked).toEqual([]);
});

it('asks the Lease once where it was not', async () => {
  const { lock, asked } = held({ fresh: false });
  await freshLock({ lock });
  expect(asked).toEqual([{}]);
});

it.each(['LOCK_LOST', 'CLUSTER_UNREACHABLE'] as const)('throws %s, and does not wait', async (code) => {
  const { lock } = held({ fresh: false, answer: new Failure(code, 'What.', 'Remedy.') });
  await expect(freshLock({ lock })).rejects.toMatchObject({ code });
});

it('is nothing for a lock that is lost', async () => {
  const { lock, asked } = held({ fresh: true, lost: true });
  await expect(freshLock({ lock })).rejects.toThrow('lost');
  expect(asked).toEqual([]);
});
