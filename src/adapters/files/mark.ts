import { stat } from 'node:fs/promises';

const separator = ' ';

/** Changes whenever a file is written or replaced; the time of its content comes first. Rejects where there is none. */
export async function markOf(path: string): Promise<string> {
  const { mtimeMs, ctimeMs, size, ino } = await stat(path);
  return [mtimeMs, ctimeMs, size, ino].join(separator);
}

/** Milliseconds since 1970. */
export const writtenAt = (mark: string): number => Number(mark.split(separator)[0]);
