import { type Parsed, parsed, refused } from '../units/parsed.ts';
import { recordOf, unknownKey } from '../units/record.ts';
import { type Identity, identityKey } from './identity.ts';

/** The findings of an earlier run that do not block: how many there are of each identity. */
export type Baseline = ReadonlyMap<string, { readonly identity: Identity; readonly count: number }>;

export const baselineSchema = 'wf-deploy/baseline/v1';
const mostEntries = 100_000;
const longestText = 2_000;
const remedy = 'Give a file that this action has written (output `baseline-now`).';
const fields = ['tool', 'rule', 'where', 'message', 'context'] as const;

/** A baseline file's content, parsed. */
export function parseBaseline(value: unknown): Parsed<Baseline> {
  const document = recordOf(value);
  if (document?.['schema'] !== baselineSchema) return refused(`is no baseline: \`schema\` is not \`${baselineSchema}\``, remedy);
  const { findings } = document;
  if (!Array.isArray(findings)) return refused('is no baseline: it has no list `findings`', remedy);
  if (findings.length > mostEntries) return refused(`has ${findings.length} entries, more than ${mostEntries}`, remedy);
  const baseline = new Map<string, { identity: Identity; count: number }>();
  for (const [index, entry] of findings.entries()) {
    const read = parseEntry(entry);
    if (!read.ok) return refused(`has an entry ${index + 1} that ${read.problem}`, read.remedy);
    const key = identityKey(read.value.identity);
    // Twice the same entry would let twice as many through without anyone having counted so many.
    if (baseline.has(key)) return refused(`has an entry ${index + 1} that stands there twice`, remedy);
    baseline.set(key, read.value);
  }
  return parsed(baseline);
}

function parseEntry(value: unknown): Parsed<{ readonly identity: Identity; readonly count: number }> {
  const entry = recordOf(value);
  if (entry === undefined) return refused('is no map', remedy);
  const stray = unknownKey(entry, [...fields, 'count']);
  if (stray !== undefined) return refused('has an unknown field', remedy);
  const texts = fields.map((name) => entry[name]);
  if (!texts.every((text): text is string => typeof text === 'string' && text.length <= longestText))
    return refused(`lacks a text: ${fields.join(', ')}`, remedy);
  const { count } = entry;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > mostEntries)
    return refused('has no `count` from 1 on', remedy);
  const [tool = '', rule = '', where = '', message = '', context = ''] = texts;
  return parsed({ identity: { tool, rule, where, message, context }, count });
}

/** These findings as a baseline file's content, in an order that makes small diffs. */
export function baselineOf(identities: readonly Identity[]): Readonly<Record<string, unknown>> {
  const counted = new Map<string, { readonly identity: Identity; readonly count: number }>();
  for (const identity of identities) {
    const key = identityKey(identity);
    counted.set(key, { identity, count: (counted.get(key)?.count ?? 0) + 1 });
  }
  const entries = [...counted].sort(([one], [other]) => (one < other ? -1 : 1));
  return { schema: baselineSchema, findings: entries.map(([, { identity, count }]) => ({ ...identity, count })) };
}
