import * as z from 'zod';
import { parseDestinations } from '../../domain/alert/written-destinations.ts';
import { findSwitcher } from '../../domain/traffic/switchers/index.ts';
import { parseDuration } from '../../domain/units/duration.ts';
import { parseEnvironment } from '../../domain/units/environment.ts';
import { parseImage } from '../../domain/units/image.ts';
import { parseLabel, parseName } from '../../domain/units/name.ts';
import { type Parsed, parsed, refused } from '../../domain/units/parsed.ts';
import { connectionsOf, parseUrl } from '../canary/connection-fields.ts';
import { limits, time } from '../canary/shared-fields.ts';
import type { Connections, RawInputs } from '../flow.ts';
import { anyText, type Clash, choice, defaulting, document, flag, optional, parseInputs, required, wholeNumber } from '../input-fields.ts';
import { lineageClashes, lineageFields, lineageOf } from '../lineage/fields.ts';
import { parseReason } from '../operations/plan.ts';
import type { BlueGreenWish } from './plan.ts';

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
  operation: defaulting(choice('deploy', 'rollback'), 'deploy'),
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
  'before-switch-timeout': defaulting(time, '5m'),
  watch: defaulting(parseDuration, '5m'),
  interval: defaulting(time, '10s'),
  'failure-threshold': defaulting(wholeNumber(1, 100), '2'),
  'keep-old': defaulting(flag, 'true'),
  'rollout-timeout': defaulting(time, '300s'),
  drain: limits.drain,
  'lock-timeout': limits['lock-timeout'],
  'lease-duration': limits['lease-duration'],
  gitops: defaulting(choice('refuse', 'accept'), 'refuse'),
  'dry-run': defaulting(flag, 'false'),
  notify: document(parseDestinations),
  'notify-on': defaulting(choice('failure', 'always'), 'failure'),
  'notify-webhook': optional(parseUrl),
  ...lineageFields,
  reason: optional(parseReason),
});

export const blueGreenInputNames: readonly string[] = Object.keys(schema.shape);
export const blueGreenDocuments: readonly string[] = ['before-switch', 'notify'];

export interface BlueGreenInputs {
  readonly connections: Connections;
  readonly plan: BlueGreenWish;
}

export function parseBlueGreenInputs(raw: RawInputs): BlueGreenInputs {
  const fields = parseInputs(schema, raw, blueGreenDocuments, [...clashes(raw), ...lineageClashes(raw)]);
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
        ? { ...shared, operation: 'rollback', reason: fields.reason ?? '' }
        : {
            ...shared,
            operation,
            image,
            health: { path: fields['health-path'], port: fields.port, checks: fields.checks, every: fields['check-interval'] },
            beforeSwitch: fields['before-switch'] ?? [],
            beforeSwitchTimeout: fields['before-switch-timeout'],
            watch: fields.watch,
            interval: fields.interval,
            failureThreshold: fields['failure-threshold'],
            lineage: lineageOf(fields, fields.reason ?? ''),
          },
  };
}

/** What means something only when something new is deployed, and has no default that a front door may fill in. */
const deploying = ['image', 'before-switch', 'port'];

function clashes(raw: RawInputs): readonly Clash[] {
  const given = (name: string): boolean => raw.text(name) !== '';
  const rollback = raw.text('operation') === 'rollback';
  const idle = rollback ? deploying.filter(given) : [];
  return [
    ...(!rollback && !given('image')
      ? [{ inputs: ['image', 'operation'], problem: 'there is nothing to deploy', remedy: 'Give `image`, or `operation: rollback`.' }]
      : []),
    ...(idle.length > 0
      ? [{ inputs: ['operation', ...idle], problem: 'the others are of use only with `operation: deploy`', remedy: 'Leave them out.' }]
      : []),
  ];
}
