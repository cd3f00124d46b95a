import { describe, expect, it } from '@jest/globals';
import { Failure } from '../../src/failure.ts';
import type { FailureCode } from '../../src/failure-codes.ts';
import { patiently } from '../../src/flows/patiently.ts';
import { stage } from './stand-ins.ts';

const failing = (code: FailureCode, times: number) => {
  let asked = 0;
  return {
    asked: () => asked,
    work: () => {
      asked += 1;
      return asked <= times ? Promise.reject(new Failure(code, 'No answer.', 'Wait.')) : Promise.resolve('an answer');
    },
  };
};

describe('patience', () => {
  it.each(['CLUSTER_UNREACHABLE', 'CLUSTER_BROKEN'] as const)('lasts while the API server gives no answer: %s', async (code) => {
    const { world, lines, clock } = stage();
    const { work, asked } = failing(code, 3);
    await expect(clock.until(patiently(world, 60, work))).resolves.toBe('an answer');
    expect(asked()).toBe(4);
    expect(lines).toHaveLength(3);
  });

  it.each(['CLUSTER_FORBIDDEN', 'CLUSTER_CONFLICT', 'LOCK_LOST'] as const)('is not for what was refused: %s', async (code) => {
    const { work, asked } = failing(code, 3);
    await expect(patiently(stage().world, 60, work)).rejects.toMatchObject({ code });
    expect(asked()).toBe(1);
  });

  it('ends when its time is up', async () => {
    const { world, clock } = stage();
    const began = world.clock.monotonic();
    await expect(clock.until(patiently(world, 60, failing('CLUSTER_UNREACHABLE', 1000).work))).rejects.toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
    });
    expect(world.clock.monotonic() - began).toBeLessThan(70);
  });
});
