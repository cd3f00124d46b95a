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
    await expect(clock.until(patiently(world, { seconds: 60 }, work))).resolves.toBe('an answer');
    expect(asked()).toBe(4);
    expect(lines).toHaveLength(3);
  });

  it.each(['CLUSTER_FORBIDDEN', 'CLUSTER_CONFLICT', 'LOCK_LOST'] as const)('is not for what was refused: %s', async (code) => {
    const { work, asked } = failing(code, 3);
    await expect(patiently(stage().world, { seconds: 60 }, work)).rejects.toMatchObject({ code });
    expect(asked()).toBe(1);
  });

  it('ends when its time is up', async () => {
    const { world, clock } = stage();
    const began = world.clock.monotonic();
    await expect(clock.until(patiently(world, { seconds: 60 }, failing('CLUSTER_UNREACHABLE', 1000).work))).rejects.toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
    });
    expect(world.clock.monotonic() - began).toBeLessThan(70);
  });

  it('is for what its predicate says, and for nothing else', async () => {
    const { world, clock } = stage();
    const mayPass = (error: unknown): error is Failure => error instanceof Failure && error.code === 'CLUSTER_CONFLICT';
    const conflict = failing('CLUSTER_CONFLICT', 2);
    await expect(clock.until(patiently(world, { seconds: 60, mayPass }, conflict.work))).resolves.toBe('an answer');
    const silence = failing('CLUSTER_UNREACHABLE', 2);
    await expect(patiently(world, { seconds: 60, mayPass }, silence.work)).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
    expect([conflict.asked(), silence.asked()]).toEqual([3, 1]);
  });

  it('ends with its signal, without waiting for the pause', async () => {
    const { world, clock } = stage();
    const over = new AbortController();
    const { work, asked } = failing('CLUSTER_UNREACHABLE', 1000);
    const waiting = patiently(world, { seconds: 600, signal: over.signal }, work);
    const ended = expect(waiting).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
    await clock.pass(5);
    const before = asked();
    over.abort();
    await ended;
    expect(asked()).toBe(before);
  });
});
