import type { Request } from '../../src/domain/rollout/request.ts';
import type { Lock } from '../../src/flows/held-lock.ts';

export interface HandLock extends Lock {
  readonly answers: { readonly id: string; readonly is: string; readonly text: string }[];
  lose(): void;
  ask(request: Request): void;
}

/** A lock in the hand of a test: fresh as it says, lost and asked when it wants. */
export function handLock(fresh: () => boolean = () => true, pending?: Request): HandLock {
  const lost = new AbortController();
  const listeners = new Set<(request: Request) => void>();
  const answers: HandLock['answers'] = [];
  return {
    epoch: 3,
    found: undefined,
    fresh,
    guardianLost: () => false,
    lost: lost.signal,
    requested: () => pending,
    onRequest: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    answer: (answer) => void answers.push(answer),
    record: () => Promise.resolve(),
    stop: () => undefined,
    answers,
    lose: () => lost.abort(new Error('lost')),
    ask: (request) => {
      for (const each of listeners) each(request);
    },
  };
}
