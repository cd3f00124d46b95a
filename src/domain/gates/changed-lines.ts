import { type Parsed, parsed, refused } from '../units/parsed.ts';
import { percentDecoded } from '../units/percent-encoding.ts';
import type { Place } from './place.ts';

/** The lines that a change adds or alters, by file. A file that only lost lines is there with none. */
export type ChangedLines = ReadonlyMap<string, readonly { readonly from: number; readonly to: number }[]>;

const remedy = 'Run it with `changed-only: false`.';

/**
 * The answer of `git diff --unified=0 --no-color --no-ext-diff --no-prefix --no-renames`. File names that git has quoted (they hold
 * control characters or quotes) are unquoted.
 */
export function parseDiff(text: string): Parsed<ChangedLines> {
  const files = new Map<string, { from: number; to: number }[]>();
  let ranges: { from: number; to: number }[] | undefined;
  let bodyLines = 0;
  for (const line of text.split('\n')) {
    // A line of the files' own text may look like a header.
    if (bodyLines > 0 && /^[-+]/.test(line)) bodyLines -= 1;
    else if (line.startsWith('diff --git ')) {
      bodyLines = 0;
      ranges = undefined;
    } else if (line.startsWith('+++ ')) {
      const name = line.slice(4).replace(/\t$/, '');
      const path = name === '/dev/null' ? undefined : unquoted(name);
      ranges = path === undefined ? [] : (files.get(path) ?? []);
      if (path !== undefined) files.set(path, ranges);
    } else if (line.startsWith('@@ ')) {
      const [, removed = '1', from, added = '1'] = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
      if (from === undefined || ranges === undefined) return refused('is no answer of git diff', remedy);
      bodyLines = Number(removed) + Number(added);
      if (Number(added) > 0) ranges.push({ from: Number(from), to: Number(from) + Number(added) - 1 });
    }
  }
  // A cut answer would leave findings out of what counts.
  return bodyLines > 0 ? refused('ends in the middle of a file', remedy) : parsed(files);
}

const escapes: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };

/** As git quotes: C escapes, and bytes above 127 in octal. */
function unquoted(name: string): string {
  if (!/^".*"$/.test(name)) return name;
  const bytes: number[] = [];
  for (const [, octal, letter, plain] of name.slice(1, -1).matchAll(/\\([0-3][0-7]{2})|\\(.)|([^\\])/gsu)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (letter !== undefined) bytes.push(escapes[letter] ?? letter.charCodeAt(0));
    else if (plain !== undefined) bytes.push(...utf8(plain.codePointAt(0) ?? 0));
  }
  return decodeUtf8(bytes);
}

const utf8 = (code: number): readonly number[] =>
  code < 0x80
    ? [code]
    : [...encodeURIComponent(String.fromCodePoint(code)).matchAll(/%(..)/g)].map(([, hex = '']) => Number.parseInt(hex, 16));

function decodeUtf8(bytes: readonly number[]): string {
  const escaped = bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  return percentDecoded(escaped) ?? escaped;
}

/**
 * Whether a finding counts when only changed lines do. One without a line counts when its file changed; one without a file always
 * does: it cannot be told to be old.
 */
export function isChanged(changes: ChangedLines, place: Place): boolean {
  if (place.in !== 'file') return true;
  const ranges = changes.get(place.path);
  if (ranges === undefined) return false;
  const { line } = place;
  if (line === undefined) return true;
  const last = place.endLine ?? line;
  return ranges.some(({ from, to }) => from <= last && line <= to);
}
