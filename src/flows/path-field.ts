import { type Parsed, parsed, refused } from '../domain/units/parsed.ts';

const most = 50;

/** Paths or patterns relative to the workspace, one a line. */
export function parsePaths(text: string): Parsed<readonly string[]> {
  const paths = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (paths.length > most) return refused(`has ${paths.length} lines, and at most ${most} are read`, 'Give a folder or a pattern.');
  const outside = paths.find((path) => path.startsWith('/') || path.split('/').includes('..'));
  return outside === undefined
    ? parsed(paths)
    : refused('leads out of the workspace', 'Write paths relative to it, such as `deploy/manifests` or `deploy/*.yaml`.');
}
