import { Failure } from '../failure.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { World } from '../ports/worlds/cluster.ts';

/** The one wish of a run to end early. It interrupts what waits or moves forward, once. */
export interface Cancel {
  readonly signal: AbortSignal;
  /** Who wished it; `undefined` as long as nobody did. The first one counts. */
  readonly by: string | undefined;
  delivered: boolean;
  /** As if the platform had asked. */
  request(by: string): void;
  stop(): void;
}

export function listenForCancel({ cancellation, log }: Pick<World, 'cancellation' | 'log'>, then = 'going back'): Cancel {
  const controller = new AbortController();
  let requested: string | undefined;
  const request = (by: string): void => {
    if (requested !== undefined) return;
    requested = by;
    log.line(`Cancelled (${by}): ${then}.`);
    controller.abort();
  };
  return {
    signal: controller.signal,
    get by() {
      return requested;
    },
    delivered: false,
    request,
    stop: cancellation.onRequest(request),
  };
}

/** As long as nothing is written a cancel just ends the work, by way of the signal that it is given. Throws CANCELLED. */
export async function endedByCancel<T>(cancellation: Cancellation, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stopListening = cancellation.onRequest((by) =>
    controller.abort(
      new Failure('CANCELLED', `The run was cancelled (${by}) before anything was written.`, 'Start it again when you are ready.'),
    ),
  );
  try {
    return await work(controller.signal);
  } finally {
    stopListening();
  }
}
