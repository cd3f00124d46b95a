import { type Parsed, parsed, refused } from '../units/parsed.ts';

/** Whether a path of the repository is meant. */
export type PathPattern = (path: string) => boolean;

const remedy = 'Write a path of the repository, where `*` stands for a part of a name and `**` for any folders, such as `tests/**`.';

/** `src/legacy/*.py`, `tests/**`, `**` + `/generated.ts`. From the root of the repository; a name alone is only meant there. */
export function parsePathPattern(text: string): Parsed<PathPattern> {
  if (text === '') return refused('is empty', remedy);
  if (text.length > 200) return refused('is longer than 200 characters', remedy);
  const parts = text.split('/');
  if (text.startsWith('/') || parts.includes('..') || parts.includes('.') || parts.slice(0, -1).includes(''))
    return refused('is no path of the repository', remedy);
  if (parts.some((part) => part.includes('**') && part !== '**')) return refused('has a `**` beside other characters', remedy);
  // A path that ends in `/` means everything below that folder.
  const wanted = parts.map((part, index) => (part === '' && index === parts.length - 1 ? '**' : part));
  return parsed((path) => matchesParts(wanted, path.split('/')));
}

/** Both matchers take time as the product of both lengths, and no more, whatever the text: no regular expression does. */
function matchesParts(pattern: readonly string[], path: readonly string[]): boolean {
  // Which beginnings of the path the pattern so far can stand for.
  let ends: readonly boolean[] = [true, ...path.map(() => false)];
  for (const [position, part] of pattern.entries()) {
    // In the end it stands for what is in a folder, and not for the folder.
    const least = part === '**' && position === pattern.length - 1 ? 1 : 0;
    const next = path.map(() => false);
    const first = ends[0] === true && part === '**' && least === 0;
    let open = first;
    for (const [index, name] of path.entries()) {
      if (part === '**') open ||= ends[index + 1 - least] === true;
      next[index] = part === '**' ? open : ends[index] === true && matchesName(part, name);
    }
    ends = [first, ...next];
  }
  return ends.at(-1) === true;
}

function matchesName(pattern: string, name: string): boolean {
  let [at, star, mark] = [0, -1, 0];
  for (let index = 0; index < name.length; ) {
    if (pattern[at] === '*') [star, mark, at] = [at, index, at + 1];
    else if (pattern[at] === '?' || pattern[at] === name[index]) [at, index] = [at + 1, index + 1];
    else if (star >= 0) [mark, index, at] = [mark + 1, mark + 1, star + 1];
    else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
