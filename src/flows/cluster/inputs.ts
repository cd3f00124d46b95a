import * as z from 'zod';
import { type PodCount, parsePodCount } from '../../domain/fleet/pod-count.ts';
import type { LabelSelector } from '../../domain/kubernetes/labels.ts';
import { parseLabelSelector } from '../../domain/kubernetes/written-selector.ts';
import { parseLabel } from '../../domain/units/name.ts';
import { type Parsed, parsed } from '../../domain/units/parsed.ts';
import type { AccessConnections, RawInputs } from '../flow.ts';
import { anyText, type Clash, defaulting, optional, parseInputs } from '../input-fields.ts';

const names = (text: string): Parsed<readonly string[]> =>
  parsed(
    text
      .split(/[\s,]+/)
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  );

const schema = z.object({
  name: optional(parseLabel),
  'clusters-file': defaulting(anyText, '.github/clusters.yml'),
  kubeconfig: optional(anyText),
  context: optional(anyText),
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
    connections: { kubeconfig: fields.kubeconfig ?? '' },
    plan: {
      named: name === undefined ? undefined : { name, file: fields['clusters-file'] },
      context: fields.context,
      namespace: fields.namespace,
      room: fields.room,
      nodes: fields['node-selector'] ?? {},
      tolerated: fields.tolerated,
    },
  };
}

function clashes(raw: RawInputs): readonly Clash[] {
  const given = (name: string): boolean => raw.text(name) !== '';
  const found: Clash[] = [];
  const ways = ['name', 'kubeconfig'];
  if (!ways.some(given))
    found.push({
      inputs: ways,
      problem: 'none is given',
      remedy: 'Give the name of a cluster in the file of clusters, or how it is reached.',
    });
  if ((given('node-selector') || given('tolerated')) && !given('room'))
    found.push({
      inputs: ['node-selector', 'tolerated', 'room'],
      problem: 'the first two say nothing without the third',
      remedy: 'Give `room` too.',
    });
  return found;
}
