import { parseLatency } from '../units/duration.ts';
import { type Parsed, parsed, refused } from '../units/parsed.ts';
import { complement, parseRatio, type Ratio } from '../units/ratio.ts';
import { recordOf, unknownKey } from '../units/record.ts';
import { shown } from '../units/shown.ts';
import { type Criterion, criterionName, type OwnQuery } from './criteria.ts';
import { placeholdersInStrings, placeholdersOf, structureOf } from './promql.ts';

const quantiles = ['50', '75', '90', '95', '99', '99.9'];
const known = ['error-rate', 'success-rate', ...quantiles.map((percentile) => `latency-p${percentile}`)];
const knownList = known.map((name) => `\`${name}\``).join(', ');
const shape = 'Write a map such as `{ error-rate: 1%, latency-p99: 2000ms }`, or a list of such maps and of own queries.';
const queryForm =
  '`{ name, query, max and/or min, required }`, for example `{ name: queue, query: "max(queue_length{$canary})", max: 100 }`.';
const queryShape = `Write ${queryForm}`;
const queryKeys = ['name', 'query', 'min', 'max', 'required'];

/** Criteria as YAML gives them: a map from built-in names to limits, or a list of such maps and of own queries. */
export function parseCriteria(written: unknown): Parsed<readonly Criterion[]> {
  const items = Array.isArray(written) ? written : [written];
  const criteria: Criterion[] = [];
  for (const item of items) {
    const record = recordOf(item);
    if (record === undefined) return refused('is neither a map of criteria nor a list of them', shape);
    const found = 'query' in record || 'name' in record ? parseOwnQuery(record) : parseBuiltIns(record);
    if (!found.ok) return found;
    criteria.push(...found.value);
  }
  const twice = criteria.find((criterion, index) => criteria.findIndex((other) => subject(other) === subject(criterion)) !== index);
  if (twice !== undefined)
    return refused(`says \`${criterionName(twice)}\` twice`, 'Keep one of them. `success-rate: 99%` is the same as `error-rate: 1%`.');
  if (!criteria.some((criterion) => criterion.kind !== 'query' || criterion.required)) {
    return refused('has no required criterion, so everything would pass', shape);
  }
  return parsed(criteria);
}

const subject = (criterion: Criterion): string => (criterion.kind === 'error-rate' ? 'error-rate' : criterionName(criterion));

function parseBuiltIns(record: Readonly<Record<string, unknown>>): Parsed<readonly Criterion[]> {
  const criteria: Criterion[] = [];
  for (const [name, limit] of Object.entries(record)) {
    if (!known.includes(name)) return unknown(name);
    const text = typeof limit === 'string' || typeof limit === 'number' ? String(limit) : '';
    const criterion = parseBuiltIn(name, text);
    if (!criterion.ok) return refused(`has \`${name}\` = \`${shown(text, 60)}\`, which ${criterion.problem}`, criterion.remedy);
    criteria.push(criterion.value);
  }
  return parsed(criteria);
}

function parseBuiltIn(name: string, text: string): Parsed<Criterion> {
  const [, percentile] = /^latency-p(.+)$/.exec(name) ?? [];
  if (percentile !== undefined) {
    const limit = parseLatency(text);
    if (!limit.ok) return limit;
    return parsed({ kind: 'latency', quantile: Number(`${percentile}e-2`), maxSeconds: limit.value });
  }
  if (name === 'error-rate') {
    const limit = parseErrorRate(text);
    return limit.ok ? parsed({ kind: 'error-rate', max: limit.value }) : limit;
  }
  const limit = parseRatio(text);
  if (limit.ok && limit.value === 0)
    return refused('is a limit that every version keeps', 'Write the smallest share that is still good, such as `99%`.');
  return limit.ok ? parsed({ kind: 'error-rate', max: complement(limit.value), as: 'success-rate' }) : limit;
}

/** The largest share of requests that may go wrong. */
export function parseErrorRate(text: string): Parsed<Ratio> {
  const limit = parseRatio(text);
  return limit.ok && limit.value === 1
    ? refused('is a limit that every version keeps', 'Write the largest share that is still good, such as `1%`.')
    : limit;
}

function unknown(name: string): Parsed<never> {
  const meant = known.find((candidate) => candidate === name.replaceAll('_', '-').replace(/-(?:ms|s|seconds)$/, ''));
  const example = meant?.startsWith('latency') ? `${meant}: 2000ms` : `${meant}: ${meant === 'success-rate' ? '99%' : '1%'}`;
  const remedy = meant === undefined ? `Write one of ${knownList}, or a query of your own as ${queryForm}` : `Write \`${example}\`.`;
  return refused(`has the criterion \`${shown(name, 60)}\`, which is not known`, remedy);
}

function parseOwnQuery(record: Readonly<Record<string, unknown>>): Parsed<readonly OwnQuery[]> {
  const { name, query, min, max, required = true } = record;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]{0,62}$/.test(name)) {
    return refused('has a query without a usable `name` (lower-case letters, digits and `-`)', queryShape);
  }
  const own = `the query \`${name}\``;
  if (known.includes(name)) return refused(`has ${own}, which is the name of a built-in criterion`, 'Give the query another name.');
  const extra = unknownKey(record, queryKeys);
  if (extra !== undefined) return refused(`has ${own} with the unknown field \`${shown(extra, 60)}\``, queryShape);
  if (typeof query !== 'string' || query.trim() === '' || query.length > 8192)
    return refused(`has ${own} without a PromQL text`, queryShape);
  const structure = structureOf(query);
  if (structure === undefined) return refused(`has ${own} with a quote or bracket that has no partner, or a comment`, queryShape);
  const foreign = placeholdersOf(structure).find((placeholder) => !['canary', 'stable', 'namespace'].includes(placeholder));
  if (foreign !== undefined)
    return refused(`has ${own} with \`$${shown(foreign, 60)}\``, 'Only `$canary`, `$stable` and `$namespace` are filled in.');
  const hidden = placeholdersInStrings(query).find((placeholder) => placeholder === 'canary' || placeholder === 'stable');
  if (hidden !== undefined)
    return refused(`has ${own} with \`$${hidden}\` in quotes`, `Write \`{$${hidden}}\`: it stands for label matchers.`);
  if (typeof required !== 'boolean') return refused(`has ${own} whose \`required\` is neither true nor false`, queryShape);
  if (!isLimit(min) || !isLimit(max)) return refused(`has ${own} with a limit that is not a plain number`, queryShape);
  if (min === undefined && max === undefined) return refused(`has ${own} without a limit, so everything would pass`, queryShape);
  if (min !== undefined && max !== undefined && min > max) return refused(`has ${own} with min ${min} above max ${max}`, queryShape);
  return parsed([{ kind: 'query', name, query, required, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }]);
}

const isLimit = (value: unknown): value is number | undefined =>
  value === undefined || (typeof value === 'number' && Number.isFinite(value));
