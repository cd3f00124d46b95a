import { percentDecoded } from '../units/percent-encoding.ts';
import { shown } from '../units/shown.ts';

/** Where a finding is. Paths are relative to the repository, with `/`, and never lead out of it. */
export type Place =
  | { readonly in: 'file'; readonly path: string; readonly line?: number; readonly column?: number; readonly endLine?: number }
  /** The tool named a place that is none of the repository's. It is shown, and nothing is ever opened there. */
  | { readonly in: 'elsewhere'; readonly shown: string }
  | { readonly in: 'nothing' };

export interface Region {
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly endLine?: number | undefined;
}

const longestPath = 1024;
const highestLine = 10_000_000;

/**
 * A path or `file:` address as a tool wrote it. An absolute one has to lie below one of the roots (the repository as the tool saw
 * it); one with `..`, another scheme, a drive or control characters is `elsewhere`.
 */
export function placeOf(text: string, roots: readonly string[], region: Region = {}): Place {
  if (text === '') return { in: 'nothing' };
  const path = withinRepository(text, roots);
  if (path === undefined) return { in: 'elsewhere', shown: shown(text, 200) };
  const line = position(region.line);
  const [column, endLine] = [position(region.column), position(region.endLine)];
  return {
    in: 'file',
    path,
    ...(line === undefined ? {} : { line }),
    ...(line === undefined || column === undefined ? {} : { column }),
    ...(line === undefined || endLine === undefined || endLine < line ? {} : { endLine }),
  };
}

function withinRepository(text: string, roots: readonly string[]): string | undefined {
  if (text.length > longestPath) return undefined;
  const plain = decoded(text)?.replaceAll('\\', '/');
  if (plain === undefined || /[\p{Cc}\p{Cf}]/u.test(plain)) return undefined;
  const root = plain.startsWith('/') ? roots.find((each) => plain.startsWith(`${each}/`)) : '';
  if (root === undefined) return undefined;
  const parts = (root === '' ? plain : plain.slice(root.length + 1)).split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || parts.includes('..') || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(parts[0] ?? '')) return undefined;
  return parts.join('/');
}

/** `file:///a/b%20c` → `/a/b c`; every other text as it is. `undefined` for a `file:` address of another machine. */
function decoded(text: string): string | undefined {
  if (!/^file:/i.test(text)) return text;
  const [, path] = /^file:\/\/(?:localhost)?(\/.*)$/i.exec(text) ?? [];
  return path === undefined ? undefined : percentDecoded(path);
}

const position = (value: number | undefined): number | undefined =>
  value !== undefined && Number.isInteger(value) && value >= 1 && value <= highestLine ? value : undefined;

/** `src/app.py:12`, as editors and log viewers know it. */
export function placeText(place: Place): string {
  if (place.in === 'nothing') return '';
  if (place.in === 'elsewhere') return `${place.shown} (outside of the repository)`;
  return `${place.path}${place.line === undefined ? '' : `:${place.line}${place.column === undefined ? '' : `:${place.column}`}`}`;
}
