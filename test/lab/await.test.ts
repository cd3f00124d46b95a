import { describe, expect, test } from '@jest/globals';
import { until } from './await.ts';

describe('until', () => {
  test('looks once more after its time, where one look took all of it', async () => {
    let looks = 0;
    const probe = async () => {
      looks += 1;
      await new Promise((resolve) => setTimeout(resolve, 150));
      return looks === 2 && 'seen';
    };
    expect(await until('the second look', probe, { seconds: 0.1, every: 1 })).toBe('seen');
  });

  test('has an end, and says what the last look met', async () => {
    const probe = async () => {
      throw new Error('not there');
    };
    await expect(until('the impossible', probe, { seconds: 0.05, every: 1 })).rejects.toThrow(
      'the impossible did not happen within 0.05 s: not there',
    );
  });
});
