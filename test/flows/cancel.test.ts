import { expect, it } from '@jest/globals';
import { endedByCancel, listenForCancel } from '../../src/flows/cancel.ts';
import { stage } from './stand-ins.ts';

it('the first wish counts, whoever has it, and is told once', () => {
  const { world, cancel: platform, lines } = stage();
  const cancel = listenForCancel(world);
  expect([cancel.by, cancel.signal.aborted, cancel.delivered]).toEqual([undefined, false, false]);
  cancel.request('someone asked for it');
  platform('SIGINT');
  expect([cancel.by, cancel.signal.aborted]).toEqual(['someone asked for it', true]);
  expect(lines).toEqual(['Cancelled (someone asked for it): going back.']);
});

it('hears the platform until it is stopped', () => {
  const { world, cancel: platform } = stage();
  const [heard, stopped] = [listenForCancel(world), listenForCancel(world)];
  stopped.stop();
  platform('SIGTERM');
  expect([heard.by, stopped.by]).toEqual(['SIGTERM', undefined]);
});

it('as long as nothing is written a cancel ends the work, and is not listened to afterwards', async () => {
  const { world, cancel: platform } = stage();
  const ended = endedByCancel(world.cancellation, async (signal) => {
    platform('SIGINT');
    signal.throwIfAborted();
  });
  await expect(ended).rejects.toMatchObject({ code: 'CANCELLED', what: expect.stringContaining('SIGINT') });
  const signals: AbortSignal[] = [];
  await endedByCancel(world.cancellation, async (signal) => void signals.push(signal));
  platform('SIGINT');
  expect(signals[0]?.aborted).toBe(false);
});
