import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the probe answers with something; a probe that throws counts as "not yet", and its last error becomes the cause. */
export async function until<Answer>(
  what: string,
  probe: () => Promise<Answer | undefined | false | null>,
  { seconds = 60, every = 100 }: { seconds?: number; every?: number } = {},
): Promise<Answer> {
  const deadline = performance.now() + seconds * 1000;
  let cause: unknown;
  do {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false && answer !== null) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await sleep(every);
  } while (performance.now() < deadline);
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  throw new Error(`${what} did not happen within ${seconds} s${reason}`, { cause });
}
