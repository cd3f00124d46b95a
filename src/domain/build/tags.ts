import type { BuildContext } from './context.ts';

const longestTag = 128;
/** Tags that mean something by their form: no branch and no git tag may take one. */
const reserved = /^(?:latest|pr-\d+|tree-.*|buildcache|[0-9a-f]{7}|[0-9a-f]{40})$/;
// Semantic Versioning 2.0.0, with the usual `v`.
const version = /^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

/**
 * The tags of an image, the most telling one first: branch, pull request or version, `latest` for the default branch, and the short
 * commit. When the commit that was checked out is not the event's, it is not what the branch or version names, and gets only its own.
 */
export function imageTags({ on, defaultBranch, commit }: BuildContext, checkedOut: string): readonly string[] {
  const isEvents = checkedOut === commit;
  const named = on.is === 'pull-request' ? [`pr-${on.number}`] : isEvents ? namesOf(on, defaultBranch) : [];
  return [...new Set([...named, ...(checkedOut === '' ? [] : [checkedOut.slice(0, 7)])])];
}

function namesOf(on: BuildContext['on'], defaultBranch: string | undefined): readonly string[] {
  if (on.is === 'branch') return [tagOf(on.name, 'branch'), ...(on.name === defaultBranch ? ['latest'] : [])];
  if (on.is !== 'tag') return [];
  const [, major, minor, patch, before] = version.exec(on.name) ?? [];
  if (major === undefined) return [tagOf(on.name, 'tag')];
  if (before !== undefined) return [`${major}.${minor}.${patch}${before}`];
  return [`${major}.${minor}.${patch}`, `${major}.${minor}`, ...(major === '0' ? [] : [major])];
}

/** What a tag may hold; what looks like a tag of another meaning is told apart from it. */
function tagOf(name: string, kind: 'branch' | 'tag'): string {
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '');
  const isTaken = plain === '' || reserved.test(plain) || (kind === 'branch' && version.test(plain)) || /^\d+(?:\.\d+)?$/.test(plain);
  return (isTaken ? `${kind}-${plain}` : plain).slice(0, longestTag);
}

export const isTag = (text: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(text);
