import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Seconds. What a test waits for is rarely what it is about, and a machine that does other work beside it takes many times as long as a quiet one:
 * who waits too briefly finds fault with the machine.
 */
export const patience = 180;

/**
 * Asks until the probe answers with something; a probe that throws counts as "not yet", and its last error becomes the cause. It is asked once more
 * after the last second: where this process stood still, or one answer took all the time, what was waited for may have long happened.
 */
export async function until<Answer>(
  what: string,
  probe: () => Promise<Answer | undefined | false | null>,
  { seconds = patience, every = 100 }: { seconds?: number; every?: number } = {},
): Promise<Answer> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const isLast = performance.now() >= deadline;
    let cause: unknown;
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false && answer !== null) return answer;
    } catch (error) {
      cause = error;
    }
    if (isLast) {
      const reason = cause instanceof Error ? `: ${cause.message}` : '';
      throw new Error(`${what} did not happen within ${seconds} s${reason}`, { cause });
    }
    await sleep(every);
  }
}
