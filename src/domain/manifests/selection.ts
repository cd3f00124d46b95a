import { Deployment } from '../kubernetes/kinds.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { deploymentSpec, type PodTemplate } from '../kubernetes/workload.ts';
import type { Problem } from '../rollout/problem.ts';
import { recordOf } from '../units/record.ts';
import { shown } from '../units/shown.ts';
import { type ConfigName, referencesOf } from './references.ts';

export interface SelectionNames {
  readonly namespace: string;
  readonly stableName: string;
}

/** What a rollout takes of the manifests. */
export interface Selection {
  readonly problems: readonly Problem[];
  readonly template?: PodTemplate;
  /** The ConfigMaps and Secrets that the template names and the manifests hold. */
  readonly configs: readonly KubernetesObject[];
  /** What is left as it is in the cluster, one phrase each. */
  readonly skipped: readonly string[];
}

/** Everything is either taken, refused, or named as skipped. */
export function selectManifests(objects: readonly KubernetesObject[], names: SelectionNames): Selection {
  const named = objects.filter(({ kind, metadata }) => kind === Deployment.kind && metadata.name === names.stableName);
  const [deployment] = named;
  if (deployment === undefined) return refused(missing(objects, names));
  if (named.length > 1) return refused(twice(named.length, `Deployment ${names.stableName}`));
  if (deployment.apiVersion !== Deployment.apiVersion) return refused(otherVersion(deployment));
  const template = templateOf(deployment);
  if (template === undefined) return refused(noTemplate(names));
  const used = referencesOf(template);
  const configs = objects.filter((object) => isUsed(object, used));
  const others = objects.filter((object) => object !== deployment && !configs.includes(object));
  return {
    problems: [
      ...[deployment, ...configs].flatMap((object) => elsewhere(object, names)),
      ...used.flatMap((config) => {
        const count = configs.filter((object) => object.kind === config.kind && object.metadata.name === config.name).length;
        return count > 1 ? [twice(count, `${config.kind} ${config.name}`)] : [];
      }),
    ],
    template,
    configs,
    skipped: [...beside(deployment), ...others.map(({ kind, metadata }) => shown(`${kind} ${metadata.name}`))],
  };
}

const refused = (problem: Problem): Selection => ({ problems: [problem], configs: [], skipped: [] });

const isUsed = ({ apiVersion, kind, metadata }: KubernetesObject, used: readonly ConfigName[]): boolean =>
  apiVersion === 'v1' && used.some((config) => config.kind === kind && config.name === metadata.name);

/** With the shape that the rest relies on: a list of containers with names. The API server checks everything else. */
function templateOf(deployment: KubernetesObject): PodTemplate | undefined {
  const template = recordOf(recordOf(deployment['spec'])?.['template']);
  const spec = recordOf(template?.['spec']);
  const sound = (value: unknown): boolean =>
    Array.isArray(value) && value.every((container: unknown) => typeof recordOf(container)?.['name'] === 'string');
  const { containers, initContainers = [] } = spec ?? {};
  const metadata = template?.['metadata'];
  const described = metadata === undefined || recordOf(metadata) !== undefined;
  return sound(containers) && sound(initContainers) && described ? (template as PodTemplate) : undefined;
}

/** Fields of the Deployment beside its pod template. `selector` cannot be changed, and `replicas` are the rollout's. */
const beside = (deployment: KubernetesObject): readonly string[] =>
  Object.keys(deploymentSpec(deployment))
    .filter((field) => !['template', 'selector'].includes(field))
    .map((field) => `spec.${shown(field, 60)} of Deployment ${deployment.metadata.name}`);

const elsewhere = ({ kind, metadata }: KubernetesObject, { namespace }: SelectionNames): readonly Problem[] =>
  metadata.namespace === undefined || metadata.namespace === namespace
    ? []
    : [
        {
          what: `\`manifests\`: ${kind} ${metadata.name} is of the namespace ${shown(metadata.namespace)}, and the service is in ${namespace}.`,
          remedy: 'Give the manifests of this environment, or correct `namespace`.',
        },
      ];

const twice = (count: number, what: string): Problem => ({
  what: `\`manifests\`: ${what} is there ${count} times.`,
  remedy: 'Give each object once: which of them holds cannot be known.',
});

const missing = (objects: readonly KubernetesObject[], { stableName }: SelectionNames): Problem => {
  const others = objects.filter(({ kind }) => kind === Deployment.kind).map(({ metadata }) => `\`${metadata.name}\``);
  const there = others.length === 0 ? 'They hold no Deployment.' : `They hold ${others.slice(0, 10).join(', ')}.`;
  return {
    what: `\`manifests\`: Deployment ${stableName} is not among their ${objects.length} objects. ${there}`,
    remedy: 'Give the file that holds it, or name the right one in `stable-deployment`.',
  };
};

const otherVersion = ({ apiVersion, metadata }: KubernetesObject): Problem => ({
  what: `\`manifests\`: Deployment ${metadata.name} is of ${shown(apiVersion)}.`,
  remedy: 'Write it as apps/v1.',
});

const noTemplate = ({ stableName }: SelectionNames): Problem => ({
  what: `\`manifests\`: Deployment ${stableName} has no pod template with a list of named containers.`,
  remedy: 'Check `spec.template.spec.containers`.',
});
