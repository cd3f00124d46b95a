import { Deployment, Service } from '../kubernetes/kinds.ts';
import { type LabelSelector, selects } from '../kubernetes/labels.ts';
import { manifestOf } from '../kubernetes/manifest.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { deploymentSpec, podLabels, serviceSpec } from '../kubernetes/workload.ts';
import { yamlDocuments } from '../kubernetes/yaml.ts';
import type { Problem } from './problem.ts';

export const colours = ['blue', 'green'] as const;
export type Colour = (typeof colours)[number];

export const colouredName = (name: string, colour: Colour): string => `${name}-${colour}`;

/** What there is of a service's Deployments. */
export interface LayoutParts {
  /** What the one Deployment is called; the pair is called as it, with a colour. */
  readonly name: string;
  readonly one: KubernetesObject | undefined;
  readonly blue: KubernetesObject | undefined;
  readonly green: KubernetesObject | undefined;
  /** The Service of the one Deployment, where it is known: its ports are those of the pair. */
  readonly service?: KubernetesObject | undefined;
}

/** How a service's Deployments are laid out: blue-green needs a pair, canary and rolling update need one. */
export type Layout =
  | { readonly is: 'none' }
  | { readonly is: 'one'; readonly one: KubernetesObject }
  | { readonly is: 'pair'; readonly blue: KubernetesObject; readonly green: KubernetesObject }
  | { readonly is: 'half'; readonly there: KubernetesObject; readonly lacks: Colour }
  /** One beside one or both of the pair: which of them has the users is a question for who knows the Services. */
  | { readonly is: 'mixed'; readonly one: KubernetesObject; readonly coloured: readonly KubernetesObject[] };

export function layoutOf({ one, blue, green }: LayoutParts): Layout {
  const coloured = [blue, green].filter((object) => object !== undefined);
  if (one !== undefined) return coloured.length === 0 ? { is: 'one', one } : { is: 'mixed', one, coloured };
  if (blue !== undefined && green !== undefined) return { is: 'pair', blue, green };
  if (blue !== undefined) return { is: 'half', there: blue, lacks: 'green' };
  return green === undefined ? { is: 'none' } : { is: 'half', there: green, lacks: 'blue' };
}

/** What was found, to stand behind "Layout:". */
export function layoutText(layout: Layout): string {
  switch (layout.is) {
    case 'none':
      return 'no Deployment';
    case 'one':
      return `one Deployment, \`${layout.one.metadata.name}\``;
    case 'pair':
      return `two Deployments, \`${layout.blue.metadata.name}\` and \`${layout.green.metadata.name}\``;
    case 'half':
      return `one half of a pair, \`${layout.there.metadata.name}\``;
    case 'mixed':
      return `one Deployment, \`${layout.one.metadata.name}\`, and beside it ${layout.coloured.map(({ metadata }) => `\`${metadata.name}\``).join(' and ')}`;
  }
}

/**
 * What stands against a strategy that needs one Deployment. `undefined`: it is there, or nothing is, which is not a matter of layout. `input`:
 * where the strategy takes another name for it.
 */
export function oneNeeded(
  parts: LayoutParts,
  { strategy, input }: { readonly strategy: string; readonly input: string },
): Problem | undefined {
  const layout = layoutOf(parts);
  if (layout.is !== 'pair' && layout.is !== 'half') return undefined;
  const model = layout.is === 'half' ? layout.there : withMorePods(layout);
  const made = twin(model, parts.name, parts.name);
  const ways = `Deploy this change by blue-green; or name the one that has the users in \`${input}\``;
  return {
    what: `Deployment ${parts.name} is not there. Layout: ${layoutText(layout)}, as blue-green has it. ${strategy} needs one Deployment.`,
    ...(made === undefined
      ? { remedy: `${ways}; or make one Deployment with a selector that shares no pods with the pair.` }
      : {
          remedy: `${ways}; or make one Deployment, here from \`${model.metadata.name}\`. Its pods get users once its Service selects them:`,
          yaml: yamlDocuments([made]),
        }),
  };
}

/** What stands against blue-green, which needs a pair. `undefined`: it is there, or nothing is. */
export function pairNeeded(parts: LayoutParts): Problem | undefined {
  const layout = layoutOf(parts);
  if (layout.is === 'none' || layout.is === 'pair' || (layout.is === 'mixed' && layout.coloured.length === 2)) return undefined;
  const { name } = parts;
  const [model, lacking] =
    layout.is === 'half'
      ? ([layout.there, [layout.lacks]] as const)
      : ([layout.one, colours.filter((colour) => parts[colour] === undefined)] as const);
  const objects = lacking.flatMap((colour) => colouredObjects(parts, model, colour));
  const missing = lacking.map((colour) => `\`${colouredName(name, colour)}\``).join(' and ');
  return {
    what: `Layout: ${layoutText(layout)}. Blue-green needs two Deployments: ${missing} ${lacking.length === 1 ? 'is' : 'are'} not there.`,
    ...(objects.includes(undefined)
      ? { remedy: `Make ${missing} with a selector that shares no pods with \`${model.metadata.name}\`.` }
      : {
          remedy: `Deploy this change by canary or rolling update, or make what is missing, here from \`${model.metadata.name}\`. It gets no users by that:`,
          yaml: yamlDocuments(objects),
        }),
  };
}

/** More than its own pods could be meant: no strategy's fault, and to be known. */
export function mixedWarning(parts: LayoutParts): Problem | undefined {
  const layout = layoutOf(parts);
  return layout.is !== 'mixed'
    ? undefined
    : {
        what: `Layout: ${layoutText(layout)}, which is left alone.`,
        remedy: `See which of them has the users. What is not needed any more can be deleted.`,
      };
}

/** A colour begins without pods where the other one, or the one Deployment, serves. */
function colouredObjects(parts: LayoutParts, model: KubernetesObject, colour: Colour): readonly (KubernetesObject | undefined)[] {
  const { name, service } = parts;
  const made = twin(model, name, colouredName(name, colour), colour);
  if (made === undefined) return [undefined];
  const sleeping = manifestOf(made, { spec: { ...deploymentSpec(made), replicas: 0 } });
  if (service === undefined) return [sleeping];
  const selector = Object.fromEntries(
    Object.keys(deploymentSpec(made).selector?.matchLabels ?? {}).map((key) => [key, podLabels(made)[key] ?? '']),
  );
  const ports = (serviceSpec(service).ports ?? []).map(({ nodePort: _, ...port }: { readonly nodePort?: unknown } & object) => port);
  const { namespace } = model.metadata;
  const front: KubernetesObject = {
    apiVersion: Service.apiVersion,
    kind: Service.kind,
    metadata: { name: colouredName(name, colour), ...(namespace === undefined ? {} : { namespace }) },
    spec: { selector, ports },
  };
  return [sleeping, front];
}

/** The same Deployment by another name, with a selector of its own. `undefined`: no label can be told apart. */
function twin(model: KubernetesObject, service: string, name: string, colour?: Colour): KubernetesObject | undefined {
  const { selector = {}, template, paused: _paused, ...spec } = deploymentSpec(model);
  const { matchLabels = {} } = selector;
  const coloured = Object.entries(matchLabels).find(([, value]) => colours.some((each) => value === each || value.endsWith(`-${each}`)));
  const [key, value] = coloured ?? Object.entries(matchLabels)[0] ?? [];
  if (key === undefined || value === undefined) return undefined;
  const plain = (colours as readonly string[]).includes(value);
  const wanted = plain ? (colour ?? service) : name === value ? `${name}-one` : name;
  const swapped = { ...selector, matchLabels: { ...matchLabels, [key]: wanted } } satisfies LabelSelector;
  const { annotations: _, labels: __, ...metadata } = manifestOf(model).metadata;
  const labels = { ...podLabels(model), [key]: wanted };
  if (wanted.length > 63 || !selects(swapped, labels)) return undefined;
  return {
    apiVersion: Deployment.apiVersion,
    kind: Deployment.kind,
    metadata: { ...metadata, name, labels: { [key]: wanted } },
    spec: { ...spec, selector: swapped, template: { ...template, metadata: { ...template?.metadata, labels } } },
  };
}

function withMorePods({ blue, green }: { readonly blue: KubernetesObject; readonly green: KubernetesObject }): KubernetesObject {
  const pods = (object: KubernetesObject): number => deploymentSpec(object).replicas ?? 1;
  return pods(green) > pods(blue) ? green : blue;
}
