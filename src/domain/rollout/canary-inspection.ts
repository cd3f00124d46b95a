import type { Labels } from '../kubernetes/labels.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Parsed } from '../units/parsed.ts';
import { isOurs, serviceLabel } from './canary-deployment.ts';
import { selectionProblems } from './canary-selection.ts';
import { containerOf } from './container-image.ts';
import type { Problem } from './problem.ts';
import { sharedSelectionProblems } from './shared-selection.ts';
import { subsetSelectionProblems } from './subset-selection.ts';
import { templateDifferences } from './template-differences.ts';

/** What the preflight read. What is not there is left out. */
export interface CanaryObjects {
  readonly stable: KubernetesObject;
  readonly stableService?: KubernetesObject;
  readonly canaryService?: KubernetesObject;
  /** The ports by which the route leads to the canary's Service. */
  readonly canaryPorts?: readonly (number | string)[];
  /**
   * The labels of the canary's subset, where both sides stand behind stable's Service and the canary has none of its own; `unknown`
   * where no such subset is there, which is the router's to tell.
   */
  readonly subset?: Labels | 'unknown';
  /** Both sides behind stable's Service, told apart by their pods alone. */
  readonly oneService?: true;
  /** What the clone's pods are labelled with beside stable's labels, there. */
  readonly canaryLabels?: Labels;
  /** The Deployment that has the canary's name. */
  readonly canary?: KubernetesObject;
}

export interface CanaryNames {
  readonly service: string;
  readonly namespace: string;
  /** Where stable's Service is not called as the service is. */
  readonly stableService?: string;
  readonly canaryService: string;
  readonly canaryName: string;
  /** The input `container`, when it is given. */
  readonly container?: string;
}

export interface CanaryInspection {
  readonly problems: readonly Problem[];
  /** Whose the canary Deployment is. Only one of the user's own has differences to stable, one sentence each. */
  readonly canary: { readonly is: 'absent' | 'ours' } | { readonly is: 'users'; readonly differences: readonly string[] };
  /** The container that gets the image: there unless a problem says why not. */
  readonly container?: string;
}

/** Whether a canary can stand beside stable so that each Service reaches the pods of its own side and no others. */
export function inspectCanary(objects: CanaryObjects, names: CanaryNames): CanaryInspection {
  const { stable, stableService, canary } = objects;
  const container = containerOf(stable, names.container);
  const is = canary === undefined ? 'absent' : isOurs(canary, names.service) ? 'ours' : 'users';
  const users = is === 'users' ? canary : undefined;
  const differences = users === undefined || !container.ok ? [] : templateDifferences(stable, users, container.value);
  return {
    problems: [
      ...containerProblems(container, users, names),
      ...(stable.metadata.name === names.canaryName
        ? [sameName(names)]
        : [
            ...foreignCanary(canary, names),
            ...(stableService === undefined ? [noStableService(names)] : sidesProblems({ ...objects, stableService }, names)),
          ]),
    ],
    canary: is === 'users' ? { is, differences } : { is },
    ...(container.ok ? { container: container.value } : {}),
  };
}

/** Two Services, each with the pods of its side; or one Service with all pods, which nothing tells apart; or one Service with all pods, which the subsets tell apart. */
function sidesProblems(objects: CanaryObjects & { readonly stableService: KubernetesObject }, names: CanaryNames): readonly Problem[] {
  const { subset } = objects;
  if (objects.oneService === true) return sharedSelectionProblems(objects, names);
  if (subset === 'unknown') return [];
  return subset === undefined ? selectionProblems(objects, names) : subsetSelectionProblems({ ...objects, subset }, names);
}

function containerProblems(
  container: Parsed<string>,
  users: KubernetesObject | undefined,
  { container: named }: CanaryNames,
): readonly Problem[] {
  const checks = [container, ...(users !== undefined && container.ok ? [containerOf(users, container.value)] : [])];
  const name = container.ok ? container.value : named;
  return checks.flatMap((check) =>
    check.ok ? [] : [{ what: `\`container\`${name === undefined ? '' : ` = \`${name}\``} ${check.problem}.`, remedy: check.remedy }],
  );
}

function foreignCanary(canary: KubernetesObject | undefined, { service, canaryName }: CanaryNames): readonly Problem[] {
  const other = canary?.metadata.labels?.[serviceLabel];
  if (other === undefined || other === service) return [];
  return [
    {
      what: `Deployment ${canaryName} is the canary of another service, \`${other}\`.`,
      remedy: 'Give each service a canary of its own name.',
    },
  ];
}

const sameName = ({ canaryName }: CanaryNames): Problem => ({
  what: `Deployment ${canaryName} is named as stable and as its canary.`,
  remedy: 'Give the canary another name.',
});

const noStableService = ({ service, stableService = service, namespace }: CanaryNames): Problem => ({
  what: `Service ${namespace}/${stableService} is not there.`,
  remedy: 'Create the Service of stable, or name it in the input `service`.',
});
