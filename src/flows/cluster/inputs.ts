import * as z from 'zod';
import { type AksResource, parseAksResource } from '../../domain/fleet/aks-resource.ts';
import { type AzureCloud, azureClouds, parseAzureHost, publicCloud } from '../../domain/fleet/azure-cloud.ts';
import { type PodCount, parsePodCount } from '../../domain/fleet/pod-count.ts';
import type { LabelSelector } from '../../domain/kubernetes/labels.ts';
import { parseLabelSelector } from '../../domain/kubernetes/written-selector.ts';
import { parseDuration } from '../../domain/units/duration.ts';
import { parseLabel } from '../../domain/units/name.ts';
import { type Parsed, parsed, refused } from '../../domain/units/parsed.ts';
import { knownVariant } from '../../domain/units/variant.ts';
import type { AccessConnections, AzureIdentity, RawInputs } from '../flow.ts';
import { anyText, type Clash, defaulting, optional, parseInputs } from '../input-fields.ts';

/** What a machine keeps asking for is bounded: a job has six hours. */
const patience = (text: string): Parsed<number> => {
  const result = parseDuration(text);
  return result.ok && result.value > 2 * 3600 ? refused('is longer than two hours', 'Write at most `2h`.') : result;
};

const cloud = (text: string): Parsed<AzureCloud> => knownVariant(azureClouds, text);

/** A client or tenant of Microsoft Entra ID. */
const guid = (text: string): Parsed<string> =>
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
    ? parsed(text.toLowerCase())
    : refused('is not an id', 'Write it as 8-4-4-4-12 hexadecimal digits.');

const names = (text: string): Parsed<readonly string[]> =>
  parsed(
    text
      .split(/[\s,]+/)
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  );

/** Who this workflow is for Azure, and which Azure. */
export const azureFields = {
  'azure-client-id': optional(guid),
  'azure-tenant-id': optional(guid),
  'azure-cloud': optional(cloud),
  'azure-authority': optional(parseAzureHost),
  'azure-management': optional(parseAzureHost),
  'wait-for-operation': defaulting(patience, '0s'),
};

const schema = z.object({
  name: optional(parseLabel),
  'clusters-file': defaulting(anyText, '.github/clusters.yml'),
  kubeconfig: optional(anyText),
  context: optional(anyText),
  aks: optional(parseAksResource),
  ...azureFields,
  namespace: optional(parseLabel),
  room: optional(parsePodCount),
  'node-selector': optional(parseLabelSelector),
  tolerated: defaulting(names, ''),
});

export const clusterInputNames: readonly string[] = Object.keys(schema.shape);

/** Which cluster is meant, and what has to be true before it is used. Holds no secret. */
export interface ClusterPlan {
  /** The entry of the file of clusters; `undefined`: none, and the inputs alone say how it is reached. */
  readonly named: { readonly name: string; readonly file: string } | undefined;
  readonly aks: AksResource | undefined;
  /** `undefined`: that of the file of clusters, or the public one. */
  readonly cloud: AzureCloud | undefined;
  /** Seconds for an operation that is under way on it. */
  readonly patience: number;
  readonly context: string | undefined;
  readonly namespace: string | undefined;
  readonly room: PodCount | undefined;
  readonly nodes: LabelSelector;
  readonly tolerated: readonly string[];
}

export interface ClusterInputs {
  readonly connections: AccessConnections;
  readonly plan: ClusterPlan;
}

export function parseClusterInputs(raw: RawInputs): ClusterInputs {
  const fields = parseInputs(schema, raw, [], clashes(raw));
  const { name } = fields;
  return {
    connections: { kubeconfig: fields.kubeconfig ?? '', azure: identityOf(fields) },
    plan: {
      named: name === undefined ? undefined : { name, file: fields['clusters-file'] },
      aks: fields.aks,
      cloud: cloudOf(fields),
      patience: fields['wait-for-operation'],
      context: fields.context,
      namespace: fields.namespace,
      room: fields.room,
      nodes: fields['node-selector'] ?? {},
      tolerated: fields.tolerated,
    },
  };
}

type AzureFields = z.output<z.ZodObject<typeof azureFields>>;

export const identityOf = ({ 'azure-client-id': client, 'azure-tenant-id': tenant }: AzureFields): AzureIdentity | undefined =>
  client === undefined || tenant === undefined ? undefined : { client, tenant };

/** `undefined`: that of the file of clusters, or the public one. */
export const cloudOf = (fields: AzureFields): AzureCloud | undefined =>
  fields['azure-cloud'] ?? ownCloud(fields['azure-authority'], fields['azure-management']);

/** A cloud without a name here takes the same tokens of the workflow as the public one. */
function ownCloud(authority: string | undefined, management: string | undefined): AzureCloud | undefined {
  const audience = azureClouds[publicCloud].audience;
  return authority === undefined || management === undefined ? undefined : { authority, management, audience };
}

function clashes(raw: RawInputs): readonly Clash[] {
  const given = (name: string): boolean => raw.text(name) !== '';
  const found: Clash[] = [];
  const ways = ['name', 'kubeconfig', 'aks'];
  if (!ways.some(given))
    found.push({
      inputs: ways,
      problem: 'none is given',
      remedy: 'Give the name of a cluster in the file of clusters, or how it is reached.',
    });
  if (given('aks') && given('kubeconfig'))
    found.push({ inputs: ['aks', 'kubeconfig'], problem: 'both are given', remedy: 'Give the one by which the cluster is reached.' });
  if (given('aks') && !given('azure-client-id'))
    found.push({
      inputs: ['aks', 'azure-client-id'],
      problem: 'the first needs the second',
      remedy: 'Give the client and the tenant whose federated credential names this repository.',
    });
  found.push(...azureClashes(raw));
  if ((given('node-selector') || given('tolerated')) && !given('room'))
    found.push({
      inputs: ['node-selector', 'tolerated', 'room'],
      problem: 'the first two say nothing without the third',
      remedy: 'Give `room` too.',
    });
  return found;
}

export function azureClashes(raw: RawInputs): readonly Clash[] {
  const given = (name: string): boolean => raw.text(name) !== '';
  const found: Clash[] = [];
  if (given('azure-client-id') !== given('azure-tenant-id'))
    found.push({
      inputs: ['azure-client-id', 'azure-tenant-id'],
      problem: 'only one of them is given',
      remedy: 'A login needs both; neither is a secret.',
    });
  if (given('azure-authority') !== given('azure-management'))
    found.push({
      inputs: ['azure-authority', 'azure-management'],
      problem: 'only one of them is given',
      remedy: 'Give both for a cloud of your own, or `azure-cloud` for a known one.',
    });
  if (given('azure-cloud') && given('azure-authority'))
    found.push({ inputs: ['azure-cloud', 'azure-authority'], problem: 'both are given', remedy: 'Give the one that is meant.' });
  return found;
}
