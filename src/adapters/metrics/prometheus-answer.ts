import { jsonOf } from '../../domain/units/json.ts';
import type { Series } from '../../ports/metrics.ts';
import { foreignText } from '../foreign-text.ts';
import type { Answer } from '../http/exchange.ts';

export type PrometheusAnswer =
  | { readonly ok: true; readonly series: readonly Series[]; readonly warnings: readonly string[] }
  /** A phrase that says what came instead. */
  | { readonly ok: false; readonly problem: string };

type Fields = Readonly<Record<string, unknown>>;

/** An answer of Prometheus' `/api/v1/query`. Anything but a whole, successful vector or scalar is a problem. */
export function prometheusAnswer({ status, headers, body }: Answer, secrets: Iterable<string> = []): PrometheusAnswer {
  const problem = (text: string): PrometheusAnswer => ({ ok: false, problem: `it answered ${status}: ${text}` });
  if (status >= 300 && status < 400) return problem(`a redirect to ${redirectTarget(headers.location)}, which is often a login page`);
  const text = body.toString('utf8');
  const answer = jsonOf(text);
  if (!isFields(answer))
    return problem(`${text.trimStart().startsWith('<') ? 'HTML' : 'something that is not JSON'}: ${foreignText(text, secrets, 200)}`);
  if (answer['status'] !== 'success' || status !== 200) return problem(errorText(answer, secrets));
  const data = isFields(answer['data']) ? answer['data'] : {};
  const warnings = Array.isArray(answer['warnings']) ? answer['warnings'].map((warning) => foreignText(String(warning), secrets)) : [];
  const series = seriesOf(data['resultType'], data['result']);
  return typeof series === 'string' ? problem(series) : { ok: true, series, warnings };
}

function seriesOf(type: unknown, result: unknown): readonly Series[] | string {
  if (type === 'scalar') {
    const value = numberOf(result);
    return value === undefined ? 'a scalar that cannot be read' : [{ labels: {}, value }];
  }
  const known = type === 'matrix' || type === 'string' ? type : 'unknown';
  if (type !== 'vector') return `a result of type ${known}, and only a vector or a scalar has one value per series`;
  if (!Array.isArray(result)) return 'a vector without its series';
  const series: Series[] = [];
  for (const sample of result as readonly unknown[]) {
    if (isFields(sample) && sample['histogram'] !== undefined)
      return 'a native histogram, which has no single value (use histogram_quantile or histogram_count)';
    const labels = isFields(sample) ? labelsOf(sample['metric']) : undefined;
    const value = isFields(sample) ? numberOf(sample['value']) : undefined;
    if (labels === undefined || value === undefined) return 'a vector with a series that cannot be read';
    series.push({ labels, value });
  }
  return series;
}

function labelsOf(metric: unknown): Readonly<Record<string, string>> | undefined {
  if (!isFields(metric) || !Object.values(metric).every((value) => typeof value === 'string')) return undefined;
  return metric as Readonly<Record<string, string>>;
}

const specialValues = new Map([
  ['NaN', Number.NaN],
  ['+Inf', Number.POSITIVE_INFINITY],
  ['Inf', Number.POSITIVE_INFINITY],
  ['-Inf', Number.NEGATIVE_INFINITY],
]);

/** `[time, "value"]`, the value as Go writes a float. */
function numberOf(sample: unknown): number | undefined {
  if (!Array.isArray(sample) || sample.length !== 2 || typeof sample[0] !== 'number' || typeof sample[1] !== 'string') return undefined;
  const text = sample[1];
  if (specialValues.has(text)) return specialValues.get(text);
  return /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Prometheus' own errors, or the Status of an API server through whose proxy it was asked. */
function errorText(answer: Fields, secrets: Iterable<string>): string {
  const { errorType, error, kind, message } = answer as { errorType?: unknown; error?: unknown; kind?: unknown; message?: unknown };
  if (typeof error === 'string') return foreignText(`${typeof errorType === 'string' ? `${errorType}: ` : ''}${error}`, secrets);
  if (kind === 'Status') return foreignText(`the API server's ${String(message ?? 'error without a message')}`, secrets);
  return `JSON that is no answer of Prometheus: ${foreignText(JSON.stringify(answer), secrets, 200)}`;
}

function redirectTarget(location: string | undefined): string {
  if (location === undefined) return 'nowhere';
  return URL.canParse(location) ? new URL(location).host : 'another path';
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
