import { parseDestinations } from '../domain/alert/written-destinations.ts';
import { type Criterion, criterionName } from '../domain/analysis/criteria.ts';
import { criteriaProfiles } from '../domain/analysis/criteria-profiles/index.ts';
import { parseSelector } from '../domain/analysis/selector.ts';
import { parseCriteria, parseErrorRate } from '../domain/analysis/written-criteria.ts';
import { parseMetricSource } from '../domain/analysis/written-source.ts';
import { findRouter } from '../domain/traffic/index.ts';
import { parseDuration, parseLatency, parseTime, type Seconds } from '../domain/units/duration.ts';
import { parseEnvironment } from '../domain/units/environment.ts';
import { parseImage } from '../domain/units/image.ts';
import { parseLabel, parseName } from '../domain/units/name.ts';
import { type Parsed, refused } from '../domain/units/parsed.ts';
import type { Ratio } from '../domain/units/ratio.ts';
import { knownVariant } from '../domain/units/variant.ts';
import { parseHeaders, parsePrometheusService, parseUrl, parseWebhook } from './connection-fields.ts';
import type { RawInputs } from './flow.ts';
import { anyText, type Clash, choice, defaulting, document, flag, optional, required, wholeNumber } from './input-fields.ts';
import { parsePaths } from './path-field.ts';
import { sides } from './side-fields.ts';

/** A lock may be renewed, and its guardian may look at it, three times before it is lost: with less than this, a busy API server loses it. */
const shortestLease = 5;

const leaseTime = (text: string): Parsed<Seconds> => {
  const result = parseDuration(text);
  const sound = !result.ok || (Number.isInteger(result.value) && result.value >= shortestLease && result.value <= 3600);
  return sound ? result : refused('is no such time', `Write whole seconds from ${shortestLease}s to 1h.`);
};

/** The guardian's Job lives for six days, of which its run takes some. */
const longestDeadline = 5 * 86_400;

const deadline = (text: string): Parsed<Seconds> => {
  const result = parseTime(text);
  return result.ok && result.value > longestDeadline ? refused('is too long', 'Write at most `5d`.') : result;
};

/** The inputs that every action that moves traffic has, in the order of action.yml. */
export const beforeStages = {
  service: required(parseLabel),
  namespace: optional(parseLabel),
  environment: optional(parseEnvironment),
};

export const afterImage = {
  container: optional(parseLabel),
  manifests: defaulting(parsePaths, ''),
  kubeconfig: optional(anyText),
  context: optional(anyText),
  'stable-deployment': optional(parseName),
  'canary-deployment': optional(parseLabel),
  router: defaulting(findRouter, 'gateway-api'),
  route: optional(parseName),
  ...sides,
  'stable-selector': optional(parseSelector),
  'canary-selector': optional(parseSelector),
};

export const measuring = {
  interval: defaulting(parseTime, '30s'),
  metrics: document(parseMetricSource),
  'error-rate': optional(parseErrorRate),
  'latency-p99': optional(parseLatency),
  criteria: document(parseCriteria),
  'criteria-profile': defaulting((name) => knownVariant(criteriaProfiles, name), 'standard'),
  'min-requests': optional(wholeNumber(1, 100_000_000)),
  'failure-threshold': optional(wholeNumber(1, 100)),
  'no-data-timeout': defaulting(parseTime, '10m'),
  'prometheus-url': optional(parseUrl),
  'prometheus-service': optional(parsePrometheusService),
  'prometheus-token': optional(anyText),
  'prometheus-ca': optional(anyText),
  'prometheus-headers': optional(parseHeaders),
};

export const limits = {
  'rollout-timeout': defaulting(parseTime, '600s'),
  'lock-timeout': defaulting(parseDuration, '10m'),
  'lease-duration': defaulting(leaseTime, '60s'),
  drain: defaulting(parseDuration, '30s'),
  'pause-limit': defaulting(parseTime, '1h'),
  'pause-deadline': defaulting(deadline, '4h'),
};

export const guarding = {
  guardian: defaulting(flag, 'true'),
  'guardian-image': defaulting(parseImage, 'docker.io/library/node:24-slim'),
  'guardian-service-account': optional(parseName),
};

export const ending = {
  'canary-at-rest': defaulting(wholeNumber(0, 100), '0'),
  gitops: defaulting(choice('refuse', 'accept'), 'refuse'),
  'dry-run': defaulting(flag, 'false'),
  notify: document(parseDestinations),
  'notify-on': defaulting(choice('failure', 'always'), 'failure'),
  'notify-webhook': optional(parseWebhook),
};

export const documents = ['metrics', 'criteria', 'smoke', 'notify', 'gates', 'allow-skip'];

export function nameClashes(raw: RawInputs): readonly Clash[] {
  const same = raw.text('service') !== '' && raw.text('service') === raw.text('canary-deployment');
  if (!same) return [];
  return [
    {
      inputs: ['service', 'canary-deployment'],
      problem: 'both are the same',
      remedy: 'The canary needs a Deployment and a Service of its own.',
    },
  ];
}

export function prometheusClashes(raw: RawInputs, needed = true): readonly Clash[] {
  const given = (name: string): boolean => raw.text(name) !== '';
  const clashes: Clash[] = [];
  const both = ['prometheus-url', 'prometheus-service'] as const;
  if (both.every(given)) clashes.push({ inputs: both, problem: 'both are given', remedy: 'Give the one by which Prometheus is reached.' });
  if (needed && !both.some(given))
    clashes.push({
      inputs: both,
      problem: 'neither is given',
      remedy: 'Nothing is promoted unmeasured: give the one by which Prometheus is reached.',
    });
  for (const name of ['prometheus-token', 'prometheus-ca', 'prometheus-headers']) {
    if (given(name) && !given('prometheus-url')) {
      clashes.push({
        inputs: [name, 'prometheus-url'],
        problem: 'the first is of use only with the second',
        remedy: 'Through the API server the kubeconfig authenticates: leave it out.',
      });
    }
  }
  return clashes;
}

/** With less patience than it takes to look again, one answer that is missing would end the rollout. */
function patienceClashes(raw: RawInputs): readonly Clash[] {
  if (raw.text('prometheus-url') === '' && raw.text('prometheus-service') === '') return [];
  const [interval, patience] = ['interval', 'no-data-timeout'].map((name) => parseDuration(raw.text(name)));
  if (interval?.ok !== true || patience?.ok !== true || interval.value <= patience.value) return [];
  return [
    {
      inputs: ['interval', 'no-data-timeout'],
      problem: 'the first is longer than the second, so that one answer that is missing would end it',
      remedy: 'Look more often, or wait longer for data.',
    },
  ];
}

/** Of whoever measures; an operation on what measures already needs only to reach it. */
export const measuringClashes = (raw: RawInputs, needed = true): readonly Clash[] => [
  ...prometheusClashes(raw, needed),
  ...patienceClashes(raw),
];

/** A profile's criteria, with what single inputs and `criteria` say about the same things. */
export function mergeCriteria(
  profile: readonly Criterion[],
  errorRate: Ratio | undefined,
  latency: Seconds | undefined,
  own: readonly Criterion[],
): readonly Criterion[] {
  const single: readonly Criterion[] = [
    ...(errorRate === undefined ? [] : [{ kind: 'error-rate', max: errorRate } as const]),
    ...(latency === undefined ? [] : [{ kind: 'latency', quantile: 0.99, maxSeconds: latency } as const]),
  ];
  const merged = new Map<string, Criterion>();
  for (const criterion of [...profile, ...single, ...own]) merged.set(subjectOf(criterion), criterion);
  return [...merged.values()];
}

const subjectOf = (criterion: Criterion): string => (criterion.kind === 'error-rate' ? 'error-rate' : criterionName(criterion));
