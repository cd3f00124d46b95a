import type { World } from '../ports/world.ts';

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

export function listenForCancel({ cancellation, log }: Pick<World, 'cancellation' | 'log'>): Cancel {
  const controller = new AbortController();
  let requested: string | undefined;
  const request = (by: string): void => {
    if (requested !== undefined) return;
    requested = by;
    log.line(`Cancelled (${by}): going back.`);
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
