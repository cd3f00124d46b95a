import * as z from 'zod';
import { parseDestinations } from '../../domain/alert/written-destinations.ts';
import { defaultMinRequests } from '../../domain/analysis/criteria.ts';
import { http } from '../../domain/analysis/presets/http.ts';
import { blueGreenOperations } from '../../domain/blue-green/record.ts';
import { roomWishes } from '../../domain/blue-green/room.ts';
import { findSwitcher } from '../../domain/traffic/switchers/index.ts';
import { parseDuration, parseTime } from '../../domain/units/duration.ts';
import { parseEnvironment } from '../../domain/units/environment.ts';
import { parseImage } from '../../domain/units/image.ts';
import { parseLabel, parseName } from '../../domain/units/name.ts';
import { type Parsed, parsed, refused } from '../../domain/units/parsed.ts';
import { connectionsOf, parseWebhook } from '../connection-fields.ts';
import type { Connections, RawInputs } from '../flow.ts';
import { anyText, type Clash, choice, defaulting, document, flag, optional, parseInputs, required, wholeNumber } from '../input-fields.ts';
import { lineageClashes, lineageFields, lineageOf } from '../lineage/fields.ts';
import { parseReason } from '../operations/plan.ts';
import { limits, measuring, measuringClashes, mergeCriteria } from '../shared-fields.ts';
import type { BlueGreenWish, MeasureWish } from './plan.ts';

/** `-blue` and `-green` have to fit behind it. */
const parseService = (text: string): Parsed<string> => {
  const label = parseLabel(text);
  return label.ok && text.length > 57 ? refused('is too long', 'Write at most 57 characters: `-green` comes behind it.') : label;
};

const parsePath = (text: string): Parsed<string> =>
  /^\/\S{0,1023}$/.test(text) ? parsed(text) : refused('is no path', 'Write one that begins with `/`, such as `/health`.');

function parseCommand(value: unknown): Parsed<readonly string[]> {
  const isCommand = Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'string' && part !== '');
  return isCommand
    ? parsed(value as readonly string[])
    : refused('is no list of a program and its arguments', 'Write for instance `[./migrate.sh, --check]`. Nothing goes through a shell.');
}

const schema = z.object({
  operation: defaulting(choice(...blueGreenOperations), 'deploy'),
  service: required(parseService),
  namespace: optional(parseLabel),
  environment: optional(parseEnvironment),
  image: optional(parseImage),
  container: optional(parseLabel),
  kubeconfig: optional(anyText),
  context: optional(anyText),
  switcher: defaulting(findSwitcher, 'ingress'),
  route: optional(parseName),
  'health-path': defaulting(parsePath, '/health'),
  port: optional(wholeNumber(1, 65_535)),
  checks: defaulting(wholeNumber(0, 1000), '10'),
  'check-interval': defaulting(parseDuration, '2s'),
  'before-switch': document(parseCommand),
  'before-switch-timeout': defaulting(parseTime, '5m'),
  watch: defaulting(parseDuration, '5m'),
  interval: defaulting(parseTime, '10s'),
  'failure-threshold': defaulting(wholeNumber(1, 100), '2'),
  metrics: measuring.metrics,
  'error-rate': measuring['error-rate'],
  'latency-p99': measuring['latency-p99'],
  criteria: measuring.criteria,
  'criteria-profile': measuring['criteria-profile'],
  'min-requests': measuring['min-requests'],
  'no-data-timeout': measuring['no-data-timeout'],
  'prometheus-url': measuring['prometheus-url'],
  'prometheus-service': measuring['prometheus-service'],
  'prometheus-token': measuring['prometheus-token'],
  'prometheus-ca': measuring['prometheus-ca'],
  'prometheus-headers': measuring['prometheus-headers'],
  'keep-old': defaulting(flag, 'true'),
  'rollout-timeout': defaulting(parseTime, '300s'),
  drain: limits.drain,
  'lock-timeout': limits['lock-timeout'],
  'lease-duration': limits['lease-duration'],
  gitops: defaulting(choice('refuse', 'accept'), 'refuse'),
  'node-room': defaulting(choice(...roomWishes), 'refuse'),
  'dry-run': defaulting(flag, 'false'),
  notify: document(parseDestinations),
  'notify-on': defaulting(choice('failure', 'always'), 'failure'),
  'notify-webhook': optional(parseWebhook),
  ...lineageFields,
  reason: optional(parseReason),
});

export const blueGreenInputNames: readonly string[] = Object.keys(schema.shape);
export const blueGreenDocuments: readonly string[] = ['before-switch', 'metrics', 'criteria', 'notify'];

export interface BlueGreenInputs {
  readonly connections: Connections;
  readonly plan: BlueGreenWish;
}

export function parseBlueGreenInputs(raw: RawInputs): BlueGreenInputs {
  const fields = parseInputs(schema, raw, blueGreenDocuments, [...clashes(raw), ...measuringClashes(raw, false), ...lineageClashes(raw)]);
  const { operation, service, switcher, image } = fields;
  const shared = {
    service,
    namespace: fields.namespace,
    environment: fields.environment,
    container: fields.container,
    switcher,
    route: fields.route ?? switcher.defaultRoute(service),
    rolloutTimeout: fields['rollout-timeout'],
    drain: fields.drain,
    keepOld: fields['keep-old'],
    lockTimeout: fields['lock-timeout'],
    leaseDuration: fields['lease-duration'],
    gitops: fields.gitops,
    dryRun: fields['dry-run'],
    notifyOn: fields['notify-on'],
  };
  return {
    connections: connectionsOf(fields),
    plan:
      operation === 'rollback' || image === undefined
        ? { ...shared, operation: 'rollback', image, reason: fields.reason ?? '' }
        : {
            ...shared,
            operation,
            image,
            nodeRoom: fields['node-room'],
            health: { path: fields['health-path'], port: fields.port, checks: fields.checks, every: fields['check-interval'] },
            beforeSwitch: fields['before-switch'] ?? [],
            beforeSwitchTimeout: fields['before-switch-timeout'],
            watch: fields.watch,
            interval: fields.interval,
            failureThreshold: fields['failure-threshold'],
            measure: measureOf(fields),
            lineage: lineageOf(fields, fields.reason ?? ''),
          },
  };
}

/** Only where there is a metric store to ask. */
function measureOf(fields: z.output<typeof schema>): MeasureWish | undefined {
  const service = fields['prometheus-service'];
  if (service === undefined && fields['prometheus-url'] === undefined) return undefined;
  const profile = fields['criteria-profile'];
  const criteria = mergeCriteria(profile.criteria, fields['error-rate'], fields['latency-p99'], fields.criteria ?? []);
  return {
    source: fields.metrics ?? http,
    criteria,
    minRequests: fields['min-requests'] ?? defaultMinRequests(criteria),
    noDataTimeout: fields['no-data-timeout'],
    metricsService: service === undefined ? undefined : { namespace: service.namespace, name: `${service.name}:${service.port}` },
  };
}

/** What is asked of a metric store, and means nothing without one. */
const measured = ['error-rate', 'latency-p99', 'criteria', 'min-requests'];

/** What means something only when something new is deployed, and has no default that a front door may fill in. */
const deploying = ['before-switch', 'port'];

function clashes(raw: RawInputs): readonly Clash[] {
  const given = (name: string): boolean => raw.text(name) !== '';
  const rollback = raw.text('operation') === 'rollback';
  const idle = rollback ? deploying.filter(given) : [];
  return [
    ...(!rollback && !given('image')
      ? [{ inputs: ['image', 'operation'], problem: 'there is nothing to deploy', remedy: 'Give `image`, or `operation: rollback`.' }]
      : []),
    ...(!given('prometheus-url') && !given('prometheus-service') && measured.some(given)
      ? [
          {
            inputs: [...measured.filter(given), 'prometheus-url', 'prometheus-service'],
            problem: 'there is no metric store to ask',
            remedy: 'Give the one by which Prometheus is reached.',
          },
        ]
      : []),
    ...(idle.length > 0
      ? [{ inputs: ['operation', ...idle], problem: 'the others are of use only with `operation: deploy`', remedy: 'Leave them out.' }]
      : []),
  ];
}
