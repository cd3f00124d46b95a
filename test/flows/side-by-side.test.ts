import { expect, it } from '@jest/globals';
import { sideBySide } from '../../src/flows/side-by-side.ts';

it('answers in the order of the items, at most so many at once', async () => {
  let busy = 0;
  let most = 0;
  const answers = await sideBySide([3, 1, 2, 5, 4], 2, async (item) => {
    busy += 1;
    most = Math.max(most, busy);
    for (let turn = 0; turn < item; turn += 1) await Promise.resolve();
    busy -= 1;
    return item * 10;
  });
  expect(answers).toEqual([30, 10, 20, 50, 40]);
  expect(most).toBe(2);
});

it('one that throws keeps no other from its end', async () => {
  const done: number[] = [];
  const work = sideBySide([1, 2, 3], 1, (item) => {
    done.push(item);
    return item === 1 ? Promise.reject(new Error('one')) : Promise.resolve(item);
  });
  await expect(work).rejects.toThrow('one');
  expect(done).toEqual([1, 2, 3]);
});

it('of nothing is nothing', async () => expect(await sideBySide([], 3, () => Promise.resolve(1))).toEqual([]));
