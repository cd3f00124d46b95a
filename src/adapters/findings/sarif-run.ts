import type { Finding } from '../../domain/gates/finding.ts';
import type { Place } from '../../domain/gates/place.ts';
import type { Severity } from '../../domain/gates/severity.ts';
import { percentDecoded } from '../../domain/units/percent-encoding.ts';
import { clean, helpOf, limits, listOf, objectOf, textOf } from './fields.ts';
import type { Json, JsonObject } from './json.ts';
import { placeIn } from './place-of.ts';
import type { ReadContext } from './reader.ts';
import type { RawResult } from './sarif-result.ts';

/** The findings of a run, with what its rules and folders add to each. */
export function runOf(
  run: JsonObject,
  results: readonly RawResult[],
  context: ReadContext,
): { readonly findings: readonly Finding[]; readonly notes: readonly string[] } {
  const tool = objectOf(run['tool']);
  const driver = rulesOf(objectOf(tool?.['driver']));
  const extensions = (listOf(tool?.['extensions']) ?? []).map((each) => rulesOf(objectOf(each)));
  const findings = results.map((raw) => {
    const rules = raw.extension === undefined ? driver : (extensions[raw.extension] ?? driver);
    const rule = ruleFor(raw, rules) ?? extensions.map((each) => each.byId.get(raw.ruleId)).find((each) => each !== undefined);
    return findingOf(raw, rule, placeFor(raw, run, context));
  });
  const excused = findings.filter((finding) => finding.excused).length;
  return { findings, notes: excused === 0 ? [] : [`${excused} results are suppressed by the tool's own report.`] };
}

interface Rules {
  readonly list: readonly (JsonObject | undefined)[];
  readonly byId: ReadonlyMap<string, JsonObject>;
}

function rulesOf(component: JsonObject | undefined): Rules {
  const list = (listOf(component?.['rules']) ?? []).map(objectOf);
  return { list, byId: new Map(list.flatMap((rule) => (rule === undefined ? [] : [[clean(rule['id'], limits.rule), rule] as const]))) };
}

/** By index where there is one and it is not of another rule; a result `CA1000/2` is of the rule `CA1000`. */
function ruleFor({ ruleId, ruleIndex }: RawResult, { list, byId }: Rules): JsonObject | undefined {
  const indexed = ruleIndex === undefined ? undefined : list[ruleIndex];
  const id = clean(indexed?.['id'], limits.rule);
  if (indexed !== undefined && (ruleId === '' || ruleId === id || ruleId.startsWith(`${id}/`))) return indexed;
  return byId.get(ruleId) ?? byId.get(ruleId.split('/').slice(0, -1).join('/'));
}

function findingOf(raw: RawResult, rule: JsonObject | undefined, place: Place): Finding {
  const help = helpOf(rule?.['helpUri']);
  return {
    rule: raw.ruleId || clean(rule?.['id'], limits.rule),
    severity: severityOf(raw, rule),
    message: messageOf(raw, rule),
    place,
    ...(help === undefined ? {} : { help }),
    ...(raw.excused ? { excused: true } : {}),
  };
}

const levels: Readonly<Record<string, Severity>> = { error: 'high', warning: 'medium', note: 'low' };

/**
 * The score that GitHub reads (`security-severity`, as CVSS) says more than the level. The standard's default for a missing level is
 * "warning"; here what nobody said is unknown, and so is "none".
 */
function severityOf(raw: RawResult, rule: JsonObject | undefined): Severity {
  const score = raw.score ?? objectOf(rule?.['properties'])?.['security-severity'];
  if (raw.level !== 'unknown' && score !== undefined) return scored(score);
  const level = raw.level ?? textOf(objectOf(rule?.['defaultConfiguration'])?.['level']) ?? '';
  return Object.hasOwn(levels, level) ? (levels[level] ?? 'unknown') : 'unknown';
}

function scored(value: Json): Severity {
  const score =
    typeof value === 'number' ? value : typeof value === 'string' && /^\d{1,2}(?:\.\d{1,3})?$/.test(value) ? Number(value) : Number.NaN;
  if (!(score > 0 && score <= 10)) return 'unknown';
  return score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : 'low';
}

function messageOf(raw: RawResult, rule: JsonObject | undefined): string {
  const template = raw.message ?? clean(objectOf(objectOf(rule?.['messageStrings'])?.[raw.messageId ?? ''])?.['text'], limits.message);
  const text = template.replace(/\{(\d{1,2})\}/g, (whole, index: string) => raw.arguments[Number(index)] ?? whole).slice(0, limits.message);
  return text || clean(objectOf(rule?.['shortDescription'])?.['text'], limits.message) || raw.ruleId;
}

function placeFor(raw: RawResult, run: JsonObject, context: ReadContext): Place {
  const artifact = raw.artifact === undefined ? undefined : objectOf(objectOf(listOf(run['artifacts'])?.[raw.artifact])?.['location']);
  const uri = raw.uri ?? textOf(artifact?.['uri']) ?? '';
  const base = raw.base ?? textOf(artifact?.['uriBaseId']);
  const folder = base === undefined ? '' : (textOf(objectOf(objectOf(run['originalUriBaseIds'])?.[base])?.['uri']) ?? '');
  const region = { line: raw.line, column: raw.column, endLine: raw.endLine };
  if (/^[A-Za-z][A-Za-z0-9+.-]*:|^\//.test(uri)) return placeIn(context, uri, region);
  const path = percentDecoded(uri);
  if (path === undefined) return { in: 'elsewhere', shown: clean(uri, 200) };
  const whole = folder.startsWith('file:') ? placeIn(context, `${folder.replace(/\/$/, '')}/${uri}`, region) : undefined;
  // The base of another machine says nothing here: the path is then the repository's.
  return whole?.in === 'file' ? whole : placeIn(context, path, region);
}
