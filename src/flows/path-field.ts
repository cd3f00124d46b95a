import { type Parsed, parsed, refused } from '../domain/units/parsed.ts';

const most = 50;

/** Paths or patterns relative to the workspace, one a line. */
export function parsePaths(text: string): Parsed<readonly string[]> {
  const paths = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (text !== '' && paths.length === 0)
    return refused('names no file', 'Write a file, a folder or a pattern of the workspace on each line.');
  if (paths.length > most) return refused(`has ${paths.length} lines, and at most ${most} are read`, 'Give a folder or a pattern.');
  return paths.some(leadsOut)
    ? refused('leads out of the workspace', 'Write paths relative to it, such as `deploy/manifests` or `deploy/*.yaml`.')
    : parsed(paths);
}

/** One file of the workspace. */
export function parsePath(text: string): Parsed<string> {
  if (/\p{Cc}/u.test(text)) return refused('is no path', 'Write one path in one line.');
  return leadsOut(text)
    ? refused('leads out of the workspace', 'Write a path relative to it, such as `.github/release.yml`.')
    : parsed(text);
}

const leadsOut = (path: string): boolean => path.startsWith('/') || path.split('/').includes('..');
