import type { KubernetesObject } from './object.ts';

export type Labels = Readonly<Record<string, string>>;

export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly Requirement[];
}

export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

/** Whether a label selector selects an object with these labels. An empty one selects everything. */
export function selects(selector: LabelSelector, labels: Labels): boolean {
  return requirementsOf(selector).every((requirement) => holds(requirement, labels[requirement.key]));
}

/** Whether a Service with this selector selects a pod with these labels. Without a selector it selects nothing. */
export const serviceSelects = (selector: Labels | undefined, labels: Labels): boolean =>
  selector !== undefined && Object.keys(selector).length > 0 && selects({ matchLabels: selector }, labels);

/** What selects the pods of a workload, whatever its kind. */
export const selectorOf = (workload: KubernetesObject): LabelSelector =>
  ((workload['spec'] ?? {}) as { readonly selector?: LabelSelector }).selector ?? {};

/** A selector as the API takes it in a query: `app=agent,track notin (canary)`. */
export const selectorText = (selector: LabelSelector): string => requirementsOf(selector).map(requirementText).join(',');

/** Whether some set of labels exists that both select. */
export function overlap(one: LabelSelector, other: LabelSelector): boolean {
  const all = [...requirementsOf(one), ...requirementsOf(other)];
  return [...new Set(all.map(({ key }) => key))].every((key) => satisfiable(all.filter((requirement) => requirement.key === key)));
}

const requirementsOf = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector): readonly Requirement[] => [
  ...Object.entries(matchLabels).map(([key, value]) => ({ key, operator: 'In', values: [value] }) as const),
  ...matchExpressions,
];

function holds({ operator, values = [] }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

/** Only a value that is named, one that is not, or no value at all can decide: trying these is trying all. */
function satisfiable(requirements: readonly Requirement[]): boolean {
  const named = requirements.flatMap(({ values = [] }) => values);
  const unnamed = `${named.join('')}x`;
  return [undefined, unnamed, ...named].some((value) => requirements.every((requirement) => holds(requirement, value)));
}

function requirementText({ key, operator, values = [] }: Requirement): string {
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
  }
}
