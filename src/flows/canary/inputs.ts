import * as z from 'zod';
import { defaultMinRequests } from '../../domain/analysis/criteria.ts';
import { http } from '../../domain/analysis/presets/http.ts';
import { parseAllowedSkips, parsePipelineGates } from '../../domain/gates/pipeline.ts';
import { profiles } from '../../domain/rollout/profiles.ts';
import { imageText, parseImage } from '../../domain/units/image.ts';
import { shown } from '../../domain/units/shown.ts';
import { parseStages } from '../../domain/units/stages.ts';
import { knownVariant } from '../../domain/units/variant.ts';
import { connectionsOf } from '../connection-fields.ts';
import type { Connections, RawInputs } from '../flow.ts';
import { type Clash, choice, defaulting, document, flag, optional, parseInputs, required } from '../input-fields.ts';
import { lineageClashes, lineageFields, lineageOf } from '../lineage/fields.ts';
import { operationNames, parseReason } from '../operations/plan.ts';
import {
  afterImage,
  beforeStages,
  documents,
  ending,
  guarding,
  limits,
  measuring,
  measuringClashes,
  mergeCriteria,
  nameClashes,
} from '../shared-fields.ts';
import { sideClashes, sidesOf } from '../side-fields.ts';
import { parseSmoke } from '../smoke.ts';
import type { Wishes } from './plan.ts';

const gateFields = { gates: document(parsePipelineGates), 'allow-skip': document(parseAllowedSkips) };

const schema = z.object({
  ...beforeStages,
  operation: defaulting(choice('release', ...operationNames), 'release'),
  reason: optional(parseReason),
  'only-this-run': defaulting(flag, 'false'),
  image: required(parseImage),
  ...afterImage,
  profile: defaulting((name) => knownVariant(profiles, name), 'careful'),
  stages: optional(parseStages),
  ...measuring,
  smoke: document(parseSmoke),
  promote: defaulting(flag, 'true'),
  ...limits,
  ...guarding,
  'at-rest': defaulting(choice('reset', 'stop'), 'reset'),
  ...ending,
  ...lineageFields,
  ...gateFields,
});

export const canaryInputNames: readonly string[] = Object.keys(schema.shape);

export interface CanaryInputs {
  readonly connections: Connections;
  readonly wishes: Wishes;
}

/** `actions/canary`. */
export function parseCanaryInputs(raw: RawInputs): CanaryInputs {
  const fields = parseInputs(schema, raw, documents, [...clashesOf(raw), ...onlyForAbort('release', raw)]);
  return {
    connections: connectionsOf(fields),
    wishes: {
      ...sharedWishes(fields),
      ...gatesOf(fields),
      action: 'canary',
      image: fields.image,
      stages: fields.stages ?? fields.router.pods?.within(fields.profile) ?? fields.profile,
      smoke: fields.smoke ?? [],
      promote: fields.promote,
      requireEvidence: false,
      atRest: fields['at-rest'],
    },
  };
}

/** What an operation reads: what only a release needs is refused before, or has no meaning. */
export const operationSchema = schema
  .omit({ profile: true, stages: true, smoke: true, promote: true, 'at-rest': true, gates: true, 'allow-skip': true })
  .extend({ image: optional(parseImage) });

const promoteSchema = operationSchema
  .omit({ operation: true, 'only-this-run': true })
  .extend({ 'require-evidence': defaulting(flag, 'true'), ...gateFields });

export const promoteInputNames: readonly string[] = Object.keys(promoteSchema.shape);

/** `actions/promote`: a canary whose stages lie behind it. Its image is seen once more at 100 % before stable is touched. */
export function parsePromoteInputs(raw: RawInputs): CanaryInputs {
  const unnamed = raw.text('image') === '' && raw.text('require-evidence') === 'false';
  const fields = parseInputs(promoteSchema, raw, documents, [...clashesOf(raw), ...(unnamed ? [nothingToPromote] : [])]);
  return {
    connections: connectionsOf(fields),
    wishes: {
      ...sharedWishes(fields),
      ...gatesOf(fields),
      action: 'promote',
      image: fields.image,
      stages: [],
      smoke: [],
      promote: true,
      requireEvidence: fields['require-evidence'],
      atRest: 'reset',
    },
  };
}

const nothingToPromote: Clash = {
  inputs: ['image', 'require-evidence'],
  problem: 'without evidence there is no image to promote',
  remedy: 'Name the image, or leave `require-evidence` at `true`.',
};

/** Anything else would be done to whatever there is, against the words of the input. */
export const onlyForAbort = (operation: string, raw: RawInputs): readonly Clash[] =>
  operation === 'abort' || raw.text('only-this-run') !== 'true'
    ? []
    : [
        {
          inputs: ['only-this-run', 'operation'],
          problem: `the first is of no use with \`operation: ${operation}\``,
          remedy: 'Leave it out: it is for `abort`.',
        },
      ];

const clashesOf = (raw: RawInputs): readonly Clash[] => [
  ...measuringClashes(raw),
  ...nameClashes(raw),
  ...sideClashes(raw),
  ...lineageClashes(raw),
  ...gateClashes(raw),
];

const gatesOf = (fields: Pick<z.output<typeof promoteSchema>, 'gates' | 'allow-skip'>) => ({
  gates: fields.gates ?? [],
  allowedSkips: fields['allow-skip'] ?? {},
});

/** A reason for a gate that is not there would excuse nothing: it is a misspelt one. */
function gateClashes(raw: RawInputs): readonly Clash[] {
  const [gates, skips] = ['gates', 'allow-skip'].map((name) => {
    const found = raw.document(name);
    return found !== undefined && 'value' in found && typeof found.value === 'object' && found.value !== null
      ? Object.keys(found.value)
      : [];
  });
  const unknown = skips?.filter((name) => gates?.includes(name) !== true) ?? [];
  return unknown.map((name) => ({
    inputs: ['allow-skip', 'gates'],
    problem: `there is no gate \`${shown(name, 40)}\` among them`,
    remedy:
      gates?.length === 0
        ? 'Give `gates` too, or leave `allow-skip` out.'
        : `There are ${gates?.map((gate) => `\`${shown(gate, 40)}\``).join(', ')}.`,
  }));
}

/** What all read alike. */
export function sharedWishes(fields: Omit<z.output<typeof promoteSchema>, 'image' | 'require-evidence' | 'gates' | 'allow-skip'>) {
  const profile = fields['criteria-profile'];
  const criteria = mergeCriteria(profile.criteria, fields['error-rate'], fields['latency-p99'], fields.criteria ?? []);
  const metrics = fields['prometheus-service'];
  return {
    service: fields.service,
    namespace: fields.namespace,
    environment: fields.environment,
    container: fields.container,
    manifests: fields.manifests,
    stableDeployment: fields['stable-deployment'] ?? fields.service,
    canaryDeployment: fields['canary-deployment'] ?? `${fields.service}-canary`,
    router: fields.router,
    route: fields.route ?? fields.router.defaultRoute(fields.service),
    ...sidesOf(fields),
    selectors: { stable: fields['stable-selector'], canary: fields['canary-selector'] },
    interval: fields.interval,
    source: fields.metrics ?? http,
    criteria,
    minRequests: fields['min-requests'] ?? defaultMinRequests(criteria),
    failureThreshold: fields['failure-threshold'] ?? profile.failureThreshold,
    noDataTimeout: fields['no-data-timeout'],
    rolloutTimeout: fields['rollout-timeout'],
    lockTimeout: fields['lock-timeout'],
    leaseDuration: fields['lease-duration'],
    guardian: fields.guardian
      ? { image: imageText(fields['guardian-image']), serviceAccount: fields['guardian-service-account'] }
      : undefined,
    drain: fields.drain,
    pauseLimit: fields['pause-limit'],
    pauseDeadline: fields['pause-deadline'],
    canaryAtRest: fields['canary-at-rest'],
    gitops: fields.gitops,
    dryRun: fields['dry-run'],
    lineage: lineageOf(fields, fields.reason ?? ''),
    notifyOn: fields['notify-on'],
    metricsService: metrics === undefined ? undefined : { namespace: metrics.namespace, name: `${metrics.name}:${metrics.port}` },
  } as const;
}
