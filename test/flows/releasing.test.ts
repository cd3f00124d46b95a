import { expect, it } from '@jest/globals';
import type { Lock } from '../../src/flows/held-lock.ts';
import { releasing } from '../../src/flows/releasing.ts';

function lock(): { readonly held: Lock; readonly said: string[] } {
  const said: string[] = [];
  const held = {
    record: (change: object) => Promise.resolve(void said.push(JSON.stringify(change))),
    stop: () => void said.push('stop'),
  } as unknown as Lock;
  return { held, said };
}

it('gives the lock away when the work throws, and throws the same', async () => {
  const { held, said } = lock();
  await expect(releasing(held, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(said).toEqual(['{"release":true}', 'stop']);
});

it('keeps it otherwise', async () => {
  const { held, said } = lock();
  expect(await releasing(held, () => Promise.resolve(7))).toBe(7);
  expect(said).toEqual([]);
});
