import * as z from 'zod';
import { parseDestinations } from '../../domain/alert/written-destinations.ts';
import { parseImageEntries } from '../../domain/rolling/image-entries.ts';
import { parsePodCount } from '../../domain/rolling/pace.ts';
import { isZero } from '../../domain/rolling/strategy.ts';
import { parseWorkloads } from '../../domain/rolling/workload-ref.ts';
import { parseTime } from '../../domain/units/duration.ts';
import { parseEnvironment } from '../../domain/units/environment.ts';
import { parseLabel } from '../../domain/units/name.ts';
import { type Parsed, parsed, refused } from '../../domain/units/parsed.ts';
import { connectionsOf, parseWebhook } from '../connection-fields.ts';
import type { Connections, RawInputs } from '../flow.ts';
import { anyText, type Clash, choice, defaulting, document, flag, optional, parseInputs, required, wholeNumber } from '../input-fields.ts';
import { lineageClashes, lineageFields, lineageOf } from '../lineage/fields.ts';
import { parseReason } from '../operations/plan.ts';
import { parsePaths } from '../path-field.ts';
import { limits } from '../shared-fields.ts';
import { parseSmoke } from '../smoke.ts';
import { operations, type StagePlan } from './plan.ts';

const parseCause = (text: string): Parsed<string> =>
  text.length > 500 || /[\r\n]/.test(text) ? refused('is longer than a line of 500 characters', 'Write one short sentence.') : parsed(text);

const schema = z.object({
  operation: defaulting(choice('deploy', ...operations), 'deploy'),
  service: required(parseLabel),
  namespace: optional(parseLabel),
  environment: optional(parseEnvironment),
  workloads: optional(parseWorkloads),
  images: document(parseImageEntries),
  manifests: optional(parsePaths),
  conflicts: defaulting(choice('refuse', 'force'), 'refuse'),
  'max-surge': optional(parsePodCount),
  'max-unavailable': optional(parsePodCount),
  'to-revision': optional(wholeNumber(0, 999_999_999)),
  'change-cause': optional(parseCause),
  kubeconfig: optional(anyText),
  context: optional(anyText),
  smoke: document(parseSmoke),
  port: optional(wholeNumber(1, 65_535)),
  'rollout-timeout': defaulting(parseTime, '300s'),
  'lock-timeout': limits['lock-timeout'],
  'lease-duration': limits['lease-duration'],
  gitops: defaulting(choice('refuse', 'accept'), 'refuse'),
  'dry-run': defaulting(flag, 'false'),
  notify: document(parseDestinations),
  'notify-on': defaulting(choice('failure', 'always'), 'failure'),
  'notify-webhook': optional(parseWebhook),
  ...lineageFields,
  order: defaulting(choice('newest', 'any'), 'newest'),
  reason: optional(parseReason),
});

export const stageInputNames: readonly string[] = Object.keys(schema.shape);
export const stageDocuments: readonly string[] = ['images', 'smoke', 'notify'];

export interface StageInputs {
  readonly connections: Connections;
  readonly plan: StagePlan;
}

export function parseStageInputs(raw: RawInputs): StageInputs {
  const fields = parseInputs(schema, raw, stageDocuments, [...clashes(raw), ...lineageClashes(raw)]);
  const shared = {
    service: fields.service,
    namespace: fields.namespace,
    environment: fields.environment,
    workloads: fields.workloads,
    rolloutTimeout: fields['rollout-timeout'],
    lockTimeout: fields['lock-timeout'],
    leaseDuration: fields['lease-duration'],
    gitops: fields.gitops,
    dryRun: fields['dry-run'],
    notifyOn: fields['notify-on'],
  };
  const { operation } = fields;
  return {
    connections: connectionsOf(fields),
    plan:
      operation === 'deploy'
        ? {
            ...shared,
            operation,
            images: fields.images ?? [],
            manifests: fields.manifests ?? [],
            conflicts: fields.conflicts,
            pace: { maxSurge: fields['max-surge'], maxUnavailable: fields['max-unavailable'] },
            smoke: fields.smoke ?? [],
            port: fields.port,
            changeCause: fields['change-cause'],
            settings: new Map(),
            lineage: { ...lineageOf(fields, fields.reason ?? ''), ...(fields.order === 'any' ? { order: fields.order } : {}) },
          }
        : // As kubectl has it, revision 0 is the one before.
          { ...shared, operation, toRevision: fields['to-revision'] === 0 ? undefined : fields['to-revision'] },
  };
}

/** The inputs that mean something only when something new is rolled out. */
const deploying = ['images', 'manifests', 'max-surge', 'max-unavailable', 'change-cause', 'smoke', 'port'];

function clashes(raw: RawInputs): readonly Clash[] {
  const given = (name: string): boolean => raw.text(name) !== '';
  const operation = raw.text('operation') || 'deploy';
  const found: Clash[] = [];
  if (operation === 'deploy' && !given('images') && !given('manifests'))
    found.push({
      inputs: ['images', 'manifests'],
      problem: 'neither is given',
      remedy: 'Name the images to roll out, or the manifests to apply, or both.',
    });
  if (operation !== 'deploy') {
    const idle = deploying.filter(given);
    if (idle.length > 0)
      found.push({
        inputs: ['operation', ...idle],
        problem: 'the others are of use only with `operation: deploy`',
        remedy: 'Leave them out.',
      });
  }
  if (given('to-revision') && operation !== 'undo')
    found.push({
      inputs: ['to-revision', 'operation'],
      problem: 'the first is of use only with `operation: undo`',
      remedy: 'Leave it out.',
    });
  if (given('dry-run') && raw.text('dry-run') === 'true' && ['status', 'history'].includes(operation))
    found.push({ inputs: ['dry-run', 'operation'], problem: 'this operation writes nothing anyway', remedy: 'Leave `dry-run` out.' });
  const [surge, unavailable] = [parsePodCount(raw.text('max-surge')), parsePodCount(raw.text('max-unavailable'))];
  if (surge.ok && unavailable.ok && isZero(surge.value) && isZero(unavailable.value))
    found.push({
      inputs: ['max-surge', 'max-unavailable'],
      problem: 'both are 0',
      remedy: 'No pod could ever be replaced: raise one of them.',
    });
  return found;
}
