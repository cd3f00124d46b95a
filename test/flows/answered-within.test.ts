import { describe, expect, it } from '@jest/globals';
import { answeredWithin } from '../../src/flows/answered-within.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Is never answered. Ends with its signal, as the connection does. */
const silent = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

const waiting = { seconds: 5, purpose: 'renew Lease shop/wf-deploy-agent' };

describe('a request that is not waited for as long as its connection would', () => {
  it('is answered', async () => {
    const clock = new VirtualClock();
    await expect(clock.until(answeredWithin(clock, waiting, async () => 'stored'))).resolves.toBe('stored');
    expect(clock.monotonic()).toBe(1000);
  });

  it('is given up after its time, as one without an answer', async () => {
    const clock = new VirtualClock();
    await expect(clock.until(answeredWithin(clock, waiting, silent))).rejects.toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
      what: 'Cannot renew Lease shop/wf-deploy-agent: no answer within 5 s.',
    });
    expect(clock.monotonic()).toBe(1005);
  });

  it('fails as it fails', async () => {
    const clock = new VirtualClock();
    const refused = new Error('no');
    await expect(clock.until(answeredWithin(clock, waiting, () => Promise.reject(refused)))).rejects.toBe(refused);
    expect(clock.monotonic()).toBe(1000);
  });

  it('ends with the signal of who asked, with its reason, and is not begun after it', async () => {
    const clock = new VirtualClock();
    const cancel = new AbortController();
    const asked = answeredWithin(clock, { ...waiting, signal: cancel.signal }, silent);
    asked.catch(() => undefined);
    await clock.pass(1);
    cancel.abort(new Error('cancelled'));
    await expect(clock.until(asked)).rejects.toThrow('cancelled');
    expect(clock.monotonic()).toBe(1001);
    let begun = false;
    const late = answeredWithin(clock, { ...waiting, signal: cancel.signal }, async () => {
      begun = true;
    });
    await expect(late).rejects.toThrow('cancelled');
    expect(begun).toBe(false);
  });
});
