import { parseLabel } from '../units/name.ts';
import { type Parsed, parsed, refused } from '../units/parsed.ts';
import { recordOf, unknownKey } from '../units/record.ts';
import { shown } from '../units/shown.ts';
import { knownVariant } from '../units/variant.ts';
import { type AksResource, parseAksResource } from './aks-resource.ts';
import { type AzureCloud, azureClouds } from './azure-cloud.ts';

/** A cluster that workflows call by its name. */
export interface NamedCluster {
  readonly name: string;
  readonly environment: string;
  readonly region: string | undefined;
  /** Its share of the users beside the other clusters' weights: a whole number from 0 to 1000. 100 when not given. */
  readonly weight: number;
  /** A release goes here first. */
  readonly canary: boolean;
  readonly namespace: string | undefined;
  readonly reach: Reach;
}

export type Reach =
  /** `secret`: name of the secret that holds the kubeconfig. */
  | { readonly by: 'kubeconfig'; readonly secret: string; readonly context: string | undefined }
  /** `cloud`: when it is not said, the public one. */
  | { readonly by: 'aks'; readonly resource: AksResource; readonly cloud: AzureCloud | undefined };

const keys = [
  'name',
  'environment',
  'region',
  'weight',
  'canary',
  'namespace',
  'kubeconfig-secret',
  'context',
  'aks',
  'azure-cloud',
] as const;
const shape =
  'Write a list: `clusters: [{ name: eastus, environment: production, region: eastus, weight: 100, kubeconfig-secret: KUBECONFIG_EASTUS }]`; `aks: RESOURCE-ID` instead of `kubeconfig-secret` for a cluster of AKS.';

/** What `clusters.yml` says: every cluster, or everything that is wrong with the file at once. Format: schemas/clusters.schema.json. */
export function parseClusters(documents: readonly unknown[]): Parsed<readonly NamedCluster[]> {
  const [document, ...further] = documents;
  const root = recordOf(document);
  if (root === undefined || further.length > 0) return refused('is not one map', shape);
  const extra = unknownKey(root, ['clusters']);
  if (extra !== undefined) return refused(`has the unknown field \`${shown(extra, 60)}\``, shape);
  const written = root['clusters'];
  if (!Array.isArray(written) || written.length === 0) return refused('names no cluster', shape);
  const entries = written.map((entry: unknown, index) => parseCluster(entry, index));
  const clusters = entries.flatMap((entry) => ('cluster' in entry ? [entry.cluster] : []));
  const twice = clusters.filter(({ name }, index) => clusters.findIndex((other) => other.name === name) !== index);
  const firsts = new Set(clusters.filter(({ canary }) => canary).map(({ environment }) => environment));
  const rivals = [...firsts].filter((environment) => clusters.filter((each) => each.canary && each.environment === environment).length > 1);
  const problems = [
    ...entries.flatMap((entry) => ('problems' in entry ? entry.problems : [])),
    ...twice.map(({ name }) => `two clusters are called \`${name}\``),
    ...rivals.map((environment) => `the environment \`${environment}\` has more than one cluster with \`canary: true\``),
  ];
  return problems.length === 0 ? parsed(clusters) : refused(`cannot be used: ${problems.join('; ')}`, shape);
}

type Entry = { readonly cluster: NamedCluster } | { readonly problems: readonly string[] };

function parseCluster(entry: unknown, index: number): Entry {
  const record = recordOf(entry);
  if (record === undefined) return { problems: [`entry ${index + 1} is not a map`] };
  const called = typeof record['name'] === 'string' ? `\`${shown(record['name'], 63)}\`` : `entry ${index + 1}`;
  const problems: string[] = [];
  const note = (problem: string): undefined => {
    problems.push(`${called} ${problem}`);
    return undefined;
  };
  const text = (key: string): string | undefined => {
    const value = record[key];
    if (value === undefined || value === null) return undefined;
    return typeof value === 'string' && value !== '' ? value : note(`has a \`${key}\` that is not a text`);
  };
  const label = (key: string): string | undefined => {
    const value = text(key);
    if (value === undefined) return undefined;
    const result = parseLabel(value);
    return result.ok ? result.value : note(`has a \`${key}\` that ${result.problem}`);
  };
  const extra = unknownKey(record, keys);
  if (extra !== undefined) note(`has the unknown field \`${shown(extra, 60)}\``);
  const name = label('name');
  const environment = label('environment');
  if (name === undefined && problems.length === 0) note('has no `name`');
  if (environment === undefined && record['environment'] === undefined) note('has no `environment`');
  const { weight = 100, canary = false } = record;
  if (!Number.isInteger(weight) || Number(weight) < 0 || Number(weight) > 1000)
    note('has a `weight` that is not a whole number from 0 to 1000');
  if (typeof canary !== 'boolean') note('has a `canary` that is neither `true` nor `false`');
  const reach = reachOf(text, note);
  const namespace = label('namespace');
  const region = text('region');
  if (problems.length > 0 || name === undefined || environment === undefined || reach === undefined)
    return { problems: problems.length > 0 ? problems : [`${called} cannot be used`] };
  return { cluster: { name, environment, region, weight: Number(weight), canary: canary === true, namespace, reach } };
}

function reachOf(text: (key: string) => string | undefined, note: (problem: string) => undefined): Reach | undefined {
  const [secret, context, aks, cloud] = ['kubeconfig-secret', 'context', 'aks', 'azure-cloud'].map(text);
  if ((secret === undefined) === (aks === undefined))
    return note('has to say how it is reached: `kubeconfig-secret` or `aks`, one of them');
  if (aks !== undefined) {
    if (context !== undefined) return note('has a `context`, which goes with `kubeconfig-secret` only');
    return aksReach(aks, cloud, note);
  }
  if (cloud !== undefined) return note('has an `azure-cloud`, which goes with `aks` only');
  // The names that GitHub allows for a secret.
  if (secret === undefined || !/^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/i.test(secret))
    return note('has a `kubeconfig-secret` that cannot be the name of a secret');
  return { by: 'kubeconfig', secret, context };
}

/** A file names one of the known clouds, never an address: what gets the workflow's tokens is said by the workflow alone. */
function aksReach(aks: string, cloud: string | undefined, note: (problem: string) => undefined): Reach | undefined {
  const resource = parseAksResource(aks);
  if (!resource.ok) return note(`has an \`aks\` that ${resource.problem}. ${resource.remedy}`);
  if (cloud === undefined) return { by: 'aks', resource: resource.value, cloud };
  const known = knownVariant(azureClouds, cloud);
  return known.ok
    ? { by: 'aks', resource: resource.value, cloud: known.value }
    : note(`has an \`azure-cloud\` that ${known.problem}. ${known.remedy}`);
}

/** A cluster by its name; an unknown name is refused with the list of the known ones. */
export function clusterNamed(clusters: readonly NamedCluster[], name: string): Parsed<NamedCluster> {
  const found = clusters.find((cluster) => cluster.name === name);
  const known = clusters.map((cluster) => `\`${cluster.name}\``).join(', ');
  return found === undefined ? refused('is not in the file of clusters', `Write one of ${known}.`) : parsed(found);
}
