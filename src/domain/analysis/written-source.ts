import { type Parsed, parsed, refused } from '../units/parsed.ts';
import { recordOf, unknownKey } from '../units/record.ts';
import { shown } from '../units/shown.ts';
import { knownNames, knownVariant } from '../units/variant.ts';
import type { LabelledSource, LatencyUnit, MetricSource } from './metric-source.ts';
import { presets } from './presets/index.ts';
import { placeholdersInStrings, placeholdersOf, structureOf } from './promql.ts';

const presetKeys = ['preset', 'counter', 'status-label', 'latency-buckets', 'latency-unit', 'pod-label'] as const;
const queryKeys = ['requests', 'errors', 'latency-buckets', 'latency-unit', 'pod-label'] as const;
const shape =
  'Write the name of a preset, `{ preset: http, counter: …, status-label: … }`, or queries: ' +
  '`{ requests: "my_requests_total{$selector}", errors: \'my_requests_total{$selector,code=~"5.."}\', latency-buckets: "my_seconds_bucket{$selector}", latency-unit: s }`.';

/** Where to measure, as YAML gives it: a preset's name, a preset with other names in it, or queries of counters. */
export function parseMetricSource(written: unknown): Parsed<MetricSource> {
  if (typeof written === 'string') return preset(written);
  const record = recordOf(written);
  if (record === undefined) return refused('is neither a preset nor a map', shape);
  const keys = 'preset' in record ? presetKeys : queryKeys;
  const extra = unknownKey(record, keys);
  if (extra !== undefined)
    return refused(`has the unknown field \`${shown(extra, 60)}\``, `Known are ${keys.map((key) => `\`${key}\``).join(', ')}. ${shape}`);
  const bad = Object.entries(record).find(([, value]) => typeof value !== 'string' || value.trim() === '' || value.length > 8192);
  if (bad !== undefined) return refused(`has a field \`${bad[0]}\` that is not a text`, shape);
  const texts = new Map(Object.entries(record).map(([key, value]) => [key, String(value).trim()]));
  const unit = texts.get('latency-unit');
  if (unit !== undefined && unit !== 's' && unit !== 'ms')
    return refused(`has the \`latency-unit\` \`${shown(unit, 20)}\``, 'Write `s` or `ms`: the unit of the bucket edges.');
  const podLabel = texts.get('pod-label');
  if (podLabel !== undefined && !labelName.test(podLabel))
    return refused(`has the \`pod-label\` \`${shown(podLabel, 60)}\`, which is no label name`, shape);
  return 'preset' in record ? presetWith(texts, unit, podLabel) : queries(texts, unit, podLabel);
}

const labelName = /^[a-zA-Z_]\w*$/;
const metricName = /^[a-zA-Z_:][\w:]*$/;

function preset(name: string): Parsed<LabelledSource> {
  const found = knownVariant(presets, name);
  return found.ok
    ? found
    : refused(`names the preset \`${shown(name, 60)}\`, which is not known`, `Known are ${knownNames(presets)}. ${shape}`);
}

type Texts = ReadonlyMap<string, string>;

/** What is not named stays as the preset has it: the unit of its buckets, and whose pods its label names. */
function presetWith(texts: Texts, unit?: LatencyUnit, podLabel?: string): Parsed<LabelledSource> {
  const base = preset(texts.get('preset') ?? '');
  if (!base.ok) return base;
  const counter = texts.get('counter') ?? base.value.counter;
  const buckets = texts.get('latency-buckets') ?? base.value.buckets;
  const statusLabel = texts.get('status-label') ?? base.value.statusLabel;
  const badMetric = [counter, buckets].find((name) => !metricName.test(name));
  if (badMetric !== undefined)
    return refused(`has \`${shown(badMetric, 60)}\`, which is no metric name`, 'Write the bare name, such as `http_requests_total`.');
  if (!labelName.test(statusLabel)) return refused(`has the \`status-label\` \`${shown(statusLabel, 60)}\`, which is no label name`, shape);
  const { unit: ownUnit, podLabel: ownLabel } = base.value;
  return parsed({ ...base.value, counter, buckets, statusLabel, unit: unit ?? ownUnit, podLabel: podLabel ?? ownLabel });
}

function queries(texts: Texts, unit: LatencyUnit = 's', podLabel = 'pod'): Parsed<MetricSource> {
  for (const key of ['requests', 'errors', 'latency-buckets']) {
    const query = texts.get(key);
    if (query === undefined && key !== 'latency-buckets') return refused(`has no \`${key}\``, shape);
    const fault = query === undefined ? undefined : queryFault(query);
    if (fault !== undefined) return refused(`has \`${key}\` = \`${shown(query ?? '')}\`, which ${fault.problem}`, fault.remedy);
  }
  const buckets = texts.get('latency-buckets');
  const [requests = '', errors = ''] = [texts.get('requests'), texts.get('errors')];
  return parsed({ kind: 'queries', requests, errors, unit, podLabel, ...(buckets === undefined ? {} : { buckets }) });
}

function queryFault(query: string): { readonly problem: string; readonly remedy: string } | undefined {
  const structure = structureOf(query);
  if (structure === undefined) return { problem: 'has a quote or bracket without its partner, or a comment', remedy: shape };
  if (structure.includes('[')) {
    return {
      problem: 'asks for a range',
      remedy: 'Give the counter itself, without `rate` or `increase`: what changed is counted from its raw values.',
    };
  }
  if (!placeholdersOf(structure).includes('selector')) {
    return {
      problem: 'has no `$selector` among its label matchers',
      remedy: `Without it both versions would be measured together. ${shape}`,
    };
  }
  if (placeholdersInStrings(query).includes('selector')) {
    return { problem: 'has `$selector` in quotes', remedy: 'Write `{$selector}`: it stands for label matchers.' };
  }
  const foreign = placeholdersOf(structure).find((name) => name !== 'selector');
  return foreign === undefined ? undefined : { problem: `has \`$${shown(foreign, 60)}\``, remedy: 'Only `$selector` is filled in.' };
}
