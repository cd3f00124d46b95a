import type { Log } from '../ports/log.ts';

/** Every request is a line of the debug log, whoever is asked. */
export const tellRequests =
  (log: Pick<Log, 'debug'>) =>
  (method: string, path: string, status: number | undefined): void =>
    log.debug(`${method} ${path} ${status ?? 'no answer'}`);
