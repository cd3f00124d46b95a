import { constants } from 'node:os';

/**
 * Runs work that leaves things behind when it is simply killed. On Ctrl-C, or when the process is told to end, the work is left where it
 * is, what it holds is cleared up, and the process ends with the signal's code: nothing that the work does afterwards counts.
 */
export async function untilInterrupted(work: () => Promise<number>, clearUp: () => Promise<void>): Promise<never> {
  let interrupt: (code: number) => void = () => undefined;
  const interrupted = new Promise<number>((resolve) => {
    interrupt = resolve;
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      process.stderr.write(`${signal}: clearing up.\n`);
      interrupt(128 + constants.signals[signal]);
    });
  let code = 1;
  try {
    code = await Promise.race([work(), interrupted]);
  } catch (error) {
    process.stderr.write(`${explained(error)}\n`);
  }
  try {
    await clearUp();
  } catch (error) {
    process.stderr.write(`Not everything was cleared up: ${explained(error)}\n`);
    code ||= 1;
  }
  process.exit(code);
}

/** A failure that was foreseen says what to do; of any other the stack is what helps. */
const explained = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return 'remedy' in error ? error.message : (error.stack ?? error.message);
};
