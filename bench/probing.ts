import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../test/lab/lab.ts';
import { ask } from '../test/rollout/example-service.ts';
import type { Answer } from './switch-gaps.ts';

export interface Probing {
  /** Questions that nobody, or not the service, answered with 200. */
  readonly failed: () => number;
  stop(): Promise<void>;
}

/** Milliseconds. */
const pause = 5;

/** One client that asks again as soon as it has its answer, each time over a new connection: what a load in bursts leaves unseen. */
export function startProbing(lab: Pick<Lab, 'gatewayUrl'>, host: string, onAnswer: (answer: Answer) => void): Probing {
  let isOn = true;
  let failed = 0;
  const asking = async (): Promise<void> => {
    while (isOn) {
      const answer = await ask(lab, host);
      if (answer?.status === 200 && answer.version !== undefined) onAnswer({ at: performance.now(), version: answer.version });
      else failed += 1;
      await sleep(pause);
    }
  };
  const ended = asking();
  return {
    failed: () => failed,
    async stop() {
      isOn = false;
      await ended;
    },
  };
}
