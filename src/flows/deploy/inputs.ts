import * as z from 'zod';
import { parseOverrides } from '../../domain/fleet/release-images.ts';
import { parseDuration, parseTime } from '../../domain/units/duration.ts';
import { parseEnvironment } from '../../domain/units/environment.ts';
import { parseLabel } from '../../domain/units/name.ts';
import { type Parsed, parsed, refused } from '../../domain/units/parsed.ts';
import { recordOf } from '../../domain/units/record.ts';
import { shown } from '../../domain/units/shown.ts';
import { azureClashes, azureFields, cloudOf, identityOf } from '../cluster/inputs.ts';
import { destinationsOf, parseWebhook } from '../connection-fields.ts';
import type { FleetConnections, RawInputs } from '../flow.ts';
import { anyText, type Clash, choice, defaulting, document, flag, optional, parseInputs, wholeNumber } from '../input-fields.ts';
import { stagingClashes } from '../lineage/fields.ts';
import { parsePath } from '../path-field.ts';
import { limits } from '../shared-fields.ts';
import type { ClusterChoice, DeployPlan } from './plan.ts';
import { parseRelease } from './release-file.ts';

const sentence = (text: string): Parsed<string> =>
  text.length > 300 || /[\r\n]/.test(text) ? refused('is longer than a line of 300 characters', 'Write one short sentence.') : parsed(text);

/** A part of an image reference: whatever a tag may be. */
const version = (text: string): Parsed<string> =>
  /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(text)
    ? parsed(text)
    : refused('is no tag of an image', 'Write letters, digits, `.`, `_` and `-`, at most 128 of them.');

/** `all`, or names with commas, spaces or new lines between. */
function parseNames(text: string): Parsed<ClusterChoice['names']> {
  const names = text.split(/[\s,]+/).filter((name) => name !== '');
  if (names.length === 1 && names[0] === 'all') return parsed('all');
  for (const name of names) {
    const label = parseLabel(name);
    if (!label.ok) return refused(`has \`${shown(name, 80)}\`, which ${label.problem}`, label.remedy);
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return refused(`names \`${twice}\` twice`, 'Name each cluster once.');
  return names.length === 0 ? refused('names no cluster', 'Name one or more, or write `all`.') : parsed(names);
}

const kubeconfigRemedy = 'Write one `cluster: kubeconfig` a line, the kubeconfig as base64 or as text.';

/** No value is ever shown. */
function parseKubeconfigs(value: unknown): Parsed<Readonly<Record<string, string>>> {
  const record = recordOf(value);
  if (record === undefined || Object.keys(record).length === 0) return refused('is no map of clusters to kubeconfigs', kubeconfigRemedy);
  const bad = Object.entries(record).find(([, text]) => typeof text !== 'string' || text.trim() === '');
  if (bad !== undefined) return refused(`has no kubeconfig for \`${shown(bad[0], 63)}\``, kubeconfigRemedy);
  return parsed(record as Readonly<Record<string, string>>);
}

const schema = z.object({
  release: document(parseRelease),
  'release-file': optional(parsePath),
  version: optional(version),
  images: document(parseOverrides),
  'unchecked-images': defaulting(choice('refuse', 'accept'), 'refuse'),
  'skip-backup': optional(sentence),
  clusters: optional(parseNames),
  'clusters-file': optional(parsePath),
  environment: optional(parseEnvironment),
  namespace: optional(parseLabel),
  kubeconfig: optional(anyText),
  context: optional(anyText),
  kubeconfigs: document(parseKubeconfigs),
  ...azureFields,
  'on-failure': defaulting(choice('revert', 'stop'), 'revert'),
  'services-at-once': defaulting(wholeNumber(1, 100), '4'),
  'clusters-at-once': defaulting(wholeNumber(1, 100), '4'),
  soak: defaulting(parseDuration, '0s'),
  conflicts: defaulting(choice('refuse', 'force'), 'refuse'),
  gitops: defaulting(choice('refuse', 'accept'), 'refuse'),
  'rollout-timeout': defaulting(parseTime, '300s'),
  'lock-timeout': limits['lock-timeout'],
  'lease-duration': limits['lease-duration'],
  'change-cause': optional(sentence),
  'dry-run': defaulting(flag, 'false'),
  'github-token': optional(anyText),
  'require-staging': defaulting(flag, 'false'),
  'staging-environment': defaulting(parseEnvironment, 'staging'),
  'notify-webhook': optional(parseWebhook),
});

export const deployInputNames: readonly string[] = Object.keys(schema.shape);
export const deployDocuments: readonly string[] = ['release', 'images', 'kubeconfigs'];

export interface DeployInputs {
  readonly connections: FleetConnections;
  readonly plan: DeployPlan;
}

export function parseDeployInputs(raw: RawInputs): DeployInputs {
  const fields = parseInputs(schema, raw, deployDocuments, clashes(raw));
  const { release, clusters } = fields;
  return {
    connections: {
      kubeconfig: fields.kubeconfig ?? '',
      kubeconfigs: fields.kubeconfigs ?? {},
      azure: identityOf(fields),
      githubToken: fields['github-token'],
      notify: destinationsOf(fields),
    },
    plan: {
      release:
        release === undefined ? { is: 'file', path: fields['release-file'] ?? '.github/release.yml' } : { is: 'given', file: release },
      version: fields.version,
      images: fields.images ?? [],
      uncheckedImages: fields['unchecked-images'],
      skipBackup: fields['skip-backup'],
      clusters: clusters === undefined ? undefined : { names: clusters, file: fields['clusters-file'] ?? '.github/clusters.yml' },
      environment: fields.environment,
      namespace: fields.namespace,
      context: fields.context,
      azure: { cloud: cloudOf(fields), patience: fields['wait-for-operation'] },
      onFailure: fields['on-failure'],
      servicesAtOnce: fields['services-at-once'],
      clustersAtOnce: fields['clusters-at-once'],
      soak: fields.soak,
      conflicts: fields.conflicts,
      gitops: fields.gitops,
      rolloutTimeout: fields['rollout-timeout'],
      lockTimeout: fields['lock-timeout'],
      leaseDuration: fields['lease-duration'],
      changeCause: fields['change-cause'],
      dryRun: fields['dry-run'],
      staging: fields['require-staging'] ? fields['staging-environment'] : undefined,
    },
  };
}

function clashes(raw: RawInputs): readonly Clash[] {
  const given = (name: string): boolean => raw.text(name) !== '';
  const found: Clash[] = [...stagingClashes(raw)];
  const add = (inputs: readonly string[], problem: string, remedy: string): void => void found.push({ inputs, problem, remedy });
  if (given('release') && given('release-file')) add(['release', 'release-file'], 'both are given', 'Keep one of them.');
  const several = given('clusters');
  if (!several && given('clusters-file'))
    add(['clusters-file', 'clusters'], 'the first is of no use without the second', 'Give `clusters`.');
  if (!several && given('kubeconfigs'))
    add(['kubeconfigs', 'clusters'], 'the first is of no use without the second', 'Give `clusters`, or one `kubeconfig`.');
  if (several && given('context')) add(['context', 'clusters'], 'the file of clusters says the context of each', 'Leave `context` out.');
  if (raw.text('clusters').trim() === 'all' && !given('environment'))
    add(['clusters', 'environment'], '`all` is all clusters of an environment, and none is given', 'Give `environment`.');
  if (!several && given('azure-client-id'))
    add(
      ['azure-client-id', 'clusters'],
      'the first is of no use without the second',
      'Give `clusters`: the file says which of them are of AKS.',
    );
  return [...found, ...azureClashes(raw)];
}
