import { type Parsed, parsed, refused } from '../units/parsed.ts';
import { recordOf, unknownKey } from '../units/record.ts';
import { shown } from '../units/shown.ts';
import { type Day, dayText, parseDay } from './day.ts';
import type { Finding } from './finding.ts';
import { type PathPattern, parsePathPattern } from './path-pattern.ts';

/** Someone's promise to live with a finding until a day. */
export interface Suppression {
  /** The rule, as the tool names it. */
  readonly id: string;
  /** Only of this tool; of every tool when missing. */
  readonly tool: string | undefined;
  /** Only in this dependency. */
  readonly dependency: string | undefined;
  /** Only in these files; empty: everywhere. */
  readonly paths: readonly { readonly text: string; readonly matches: PathPattern }[];
  readonly reason: string;
  readonly owner: string;
  /** The last day on which it holds, in UTC. */
  readonly expires: Day;
}

const known = ['id', 'tool', 'package', 'paths', 'reason', 'owner', 'expires'];
const mostEntries = 2_000;
const mostDays = 366;
const remedy =
  'Each entry has `id`, `reason`, `owner` and `expires` (a day such as `2027-03-31`), and may have `tool`, `package`, `paths`.';

/** A suppressions file's content, parsed. `today` bounds how far ahead an entry may expire. */
export function parseSuppressions(value: unknown, today: Day): Parsed<readonly Suppression[]> {
  const document = recordOf(value);
  const stray = document === undefined ? undefined : unknownKey(document, ['suppressions']);
  if (stray !== undefined) return refused(`has an unknown field \`${shown(stray)}\``, 'Write a list below `suppressions:`.');
  const entries = document?.['suppressions'];
  if (!Array.isArray(entries)) return refused('has no list `suppressions`', remedy);
  if (entries.length > mostEntries) return refused(`has ${entries.length} entries, more than ${mostEntries}`, remedy);
  const suppressions: Suppression[] = [];
  for (const [index, entry] of entries.entries()) {
    const read = parseEntry(entry, today);
    if (!read.ok) return refused(`has an entry ${index + 1} that ${read.problem}`, read.remedy);
    suppressions.push(read.value);
  }
  return parsed(suppressions);
}

function parseEntry(value: unknown, today: Day): Parsed<Suppression> {
  const entry = recordOf(value);
  if (entry === undefined) return refused('is no map', remedy);
  const stray = unknownKey(entry, known);
  if (stray !== undefined) return refused(`has an unknown field \`${shown(stray)}\``, remedy);
  for (const name of ['id', 'reason', 'owner']) if (textOf(entry[name]) === undefined) return refused(`has no \`${name}\``, remedy);
  for (const name of ['tool', 'package'])
    if (entry[name] !== undefined && textOf(entry[name]) === undefined) return refused(`has an empty \`${name}\``, remedy);
  const expires = parseDay(textOf(entry['expires']) ?? '');
  if (!expires.ok) return refused(`has an \`expires\` that ${expires.problem}`, expires.remedy);
  if (expires.value - today > mostDays)
    return refused(
      `expires on ${dayText(expires.value)}, more than ${mostDays} days ahead`,
      'Choose a day within a year; it can be moved again when it comes.',
    );
  const paths = parsePaths(entry['paths']);
  if (!paths.ok) return paths;
  return parsed({
    id: textOf(entry['id']) ?? '',
    tool: textOf(entry['tool']),
    dependency: textOf(entry['package']),
    paths: paths.value,
    reason: textOf(entry['reason']) ?? '',
    owner: textOf(entry['owner']) ?? '',
    expires: expires.value,
  });
}

function parsePaths(value: unknown): Parsed<Suppression['paths']> {
  if (value === undefined) return parsed([]);
  // An empty list would suppress everywhere what was meant to be suppressed nowhere.
  if (!Array.isArray(value) || value.length === 0 || value.length > 100) return refused('has `paths` that is no list of 1 to 100', remedy);
  const paths: { text: string; matches: PathPattern }[] = [];
  for (const each of value) {
    const text = textOf(each) ?? '';
    const pattern = parsePathPattern(text);
    if (!pattern.ok) return refused(`has a path \`${shown(text)}\` that ${pattern.problem}`, pattern.remedy);
    paths.push({ text, matches: pattern.value });
  }
  return parsed(paths);
}

const textOf = (value: unknown): string | undefined => {
  const text = typeof value === 'string' ? shown(value, 500) : '';
  return text === '' ? undefined : text;
};

/** Whether a suppression means this finding, whatever the day. A finding without a file is never meant by `paths`. */
export function means({ id, tool, dependency, paths }: Suppression, by: string, finding: Finding): boolean {
  if (id !== finding.rule) return false;
  if (tool !== undefined && tool !== by) return false;
  if (dependency !== undefined && dependency !== finding.dependency?.name) return false;
  const { place } = finding;
  return paths.length === 0 || (place.in === 'file' && paths.some(({ matches }) => matches(place.path)));
}
