import type { Request } from '../../domain/rollout/request.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import { type Lock, whyLost } from '../held-lock.ts';

/**
 * One wish to end for the whole release, whoever has it: the platform, a person through the Lease of any of its services, or one who took a
 * Lease for a rollback by hand: what goes back in one place is not to go on in all others.
 */
export interface Asking extends Cancellation {
  request(by: string): void;
  hear(lock: Lock): void;
  stop(): void;
}

export function asking(platform: Cancellation): Asking {
  const listeners = new Set<(by: string) => void>();
  let asked: string | undefined;
  const request = (by: string): void => {
    if (asked !== undefined) return;
    asked = by;
    for (const listener of [...listeners]) listener(by);
  };
  const stopPlatform = platform.onRequest(request);
  const stops: (() => void)[] = [stopPlatform];
  const heard = (lock: Lock, { id, what, who, why }: Request): void => {
    const abort = what === 'abort';
    lock.answer({
      id,
      is: abort ? 'accepted' : 'refused',
      text: abort ? 'The whole release ends.' : 'A release can only be aborted.',
    });
    if (abort) request(`${who} asked for it${why === '' ? '' : `: ${why}`}`);
  };
  return {
    onRequest(listener) {
      listeners.add(listener);
      if (asked !== undefined) listener(asked);
      return () => listeners.delete(listener);
    },
    request,
    hear(lock) {
      const taken = (): void => request(whyLost(lock));
      lock.lost.addEventListener('abort', taken, { once: true });
      stops.push(
        lock.onRequest((seen) => heard(lock, seen)),
        () => lock.lost.removeEventListener('abort', taken),
      );
      if (lock.lost.aborted) taken();
      // A renewal may have seen it before anybody listened, and tells of it once.
      const pending = lock.requested();
      if (pending !== undefined) heard(lock, pending);
    },
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}
