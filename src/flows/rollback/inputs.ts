import * as z from 'zod';
import { parseDestinations } from '../../domain/alert/written-destinations.ts';
import { parseTo } from '../../domain/rollback/to.ts';
import { digestIn } from '../../domain/rollout/hold.ts';
import { parseTime } from '../../domain/units/duration.ts';
import { type Parsed, parsed, refused } from '../../domain/units/parsed.ts';
import { connectionsOf, parseWebhook } from '../connection-fields.ts';
import type { Connections, RawInputs } from '../flow.ts';
import { type Clash, choice, defaulting, document, flag, optional, parseInputs, wholeNumber } from '../input-fields.ts';
import { parseReason } from '../operations/plan.ts';
import { afterImage, beforeStages, limits, nameClashes } from '../shared-fields.ts';
import { sideClashes, sides, sidesOf } from '../side-fields.ts';
import { parseSmoke } from '../smoke.ts';
import type { RollbackPlan } from './plan.ts';

/** `sha256:…`, an image by digest, or `all`. */
function parseHeld(text: string): Parsed<string> {
  const digest = /^sha256:[0-9a-f]{64}$/.test(text) ? text : digestIn(text);
  if (text === 'all') return parsed('all');
  return digest === undefined
    ? refused('is no digest', 'Write `sha256:` and 64 hexadecimal digits, an image by digest, or `all`.')
    : parsed(digest);
}

const { manifests: _, 'stable-selector': _stable, 'canary-selector': _canary, container, kubeconfig, context, ...names } = afterImage;

const schema = z.object({
  operation: defaulting(choice('rollback', 'unhold'), 'rollback'),
  ...beforeStages,
  to: defaulting(parseTo, 'previous'),
  reason: optional(parseReason),
  force: defaulting(flag, 'false'),
  digest: optional(parseHeld),
  container,
  kubeconfig,
  context,
  'stable-deployment': names['stable-deployment'],
  'canary-deployment': names['canary-deployment'],
  router: names.router,
  route: names.route,
  ...sides,
  smoke: document(parseSmoke),
  port: optional(wholeNumber(1, 65_535)),
  'rollout-timeout': defaulting(parseTime, '300s'),
  'lock-timeout': limits['lock-timeout'],
  'lease-duration': limits['lease-duration'],
  drain: limits.drain,
  'dry-run': defaulting(flag, 'false'),
  notify: document(parseDestinations),
  'notify-webhook': optional(parseWebhook),
});

export const rollbackInputNames: readonly string[] = Object.keys(schema.shape);
export const rollbackDocuments: readonly string[] = ['smoke', 'notify'];

export interface RollbackInputs {
  readonly connections: Connections;
  readonly plan: RollbackPlan;
}

export function parseRollbackInputs(raw: RawInputs): RollbackInputs {
  const fields = parseInputs(schema, raw, rollbackDocuments, [...clashes(raw), ...nameClashes(raw), ...sideClashes(raw)]);
  const shared = {
    service: fields.service,
    namespace: fields.namespace,
    environment: fields.environment,
    reason: fields.reason ?? '',
    lockTimeout: fields['lock-timeout'],
    leaseDuration: fields['lease-duration'],
    dryRun: fields['dry-run'],
  };
  const { operation, digest } = fields;
  return {
    connections: connectionsOf(fields),
    plan:
      operation === 'unhold'
        ? { ...shared, operation, digest: digest === 'all' ? undefined : digest }
        : {
            ...shared,
            operation,
            to: fields.to,
            force: fields.force,
            container: fields.container,
            stableDeployment: fields['stable-deployment'] ?? fields.service,
            canaryDeployment: fields['canary-deployment'] ?? `${fields.service}-canary`,
            router: fields.router,
            route: fields.route ?? fields.router.defaultRoute(fields.service),
            ...sidesOf(fields),
            smoke: fields.smoke ?? [],
            port: fields.port,
            rolloutTimeout: fields['rollout-timeout'],
            drain: fields.drain,
          },
  };
}

/** Those without a default, so that whoever gives one means it. */
const ofRollback = ['container', 'smoke', 'port'] as const;

function clashes(raw: RawInputs): readonly Clash[] {
  const given = (name: string): boolean => raw.text(name) !== '';
  const clash = (inputs: readonly string[], problem: string, remedy: string): Clash => ({ inputs, problem, remedy });
  const force = raw.text('force') === 'true';
  if (raw.text('operation') === 'unhold') {
    const idle = [...ofRollback.filter(given), ...(force ? ['force'] : [])];
    return [
      ...(given('digest')
        ? []
        : [clash(['operation', 'digest'], 'there is nothing to lift', 'Name the digest, or write `all`. `dry-run` shows what is held.')]),
      // A dry run lists what is held, and lifts nothing.
      ...(given('reason') || raw.text('dry-run') === 'true'
        ? []
        : [clash(['operation', 'reason'], 'there is no reason to lift a hold', 'Say in `reason` why. It is recorded.')]),
      ...(idle.length === 0
        ? []
        : [clash(['operation', ...idle], 'the others are of use only with `operation: rollback`', 'Leave them out.')]),
    ];
  }
  return [
    ...(given('digest')
      ? [
          clash(
            ['digest', 'operation'],
            'the first is of use only with `operation: unhold`',
            'Leave it out; `to` says where a rollback leads.',
          ),
        ]
      : []),
    ...(force && !given('reason')
      ? [clash(['force', 'reason'], 'a held digest comes again only with a reason', 'Say in `reason` why. It is recorded.')]
      : []),
  ];
}
