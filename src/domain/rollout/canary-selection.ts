import { type LabelSelector, type Labels, overlap, selectorOf, selectorText, selects } from '../kubernetes/labels.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { podLabels, serviceSpec } from '../kubernetes/workload.ts';
import { yamlText } from '../kubernetes/yaml.ts';
import { cloneLabels, cloneSelector, isOurs } from './canary-deployment.ts';
import type { CanaryNames, CanaryObjects } from './canary-inspection.ts';
import {
  missingPorts,
  narrowedService,
  type ServiceParts,
  selectsPodsOf,
  serviceOfClone,
  serviceOfExisting,
  withPorts,
} from './canary-service.ts';
import type { Problem } from './problem.ts';

/** What selects whose pods, and should not, or does not and should. */
export function selectionProblems(
  objects: CanaryObjects & { readonly stableService: KubernetesObject },
  names: CanaryNames,
): readonly Problem[] {
  const { stable, stableService, canaryService, canaryPorts = [] } = objects;
  const missing = canaryService === undefined ? [] : missingPorts(canaryService, canaryPorts);
  const withAll = canaryService === undefined || missing.length === 0 ? canaryService : withPorts(canaryService, stableService, missing);
  const users = objects.canary !== undefined && !isOurs(objects.canary, names.service) ? objects.canary : undefined;
  const value = names.canaryName.length <= 63 ? names.canaryName : names.canaryService;
  const parts: ServiceParts = {
    stable,
    stableService,
    name: names.canaryService,
    value,
    // Whatever is to be mended in it, its YAML has the ports as well.
    ...(canaryService === undefined ? {} : { canaryService: withAll ?? canaryService }),
  };
  const made = users === undefined ? serviceOfClone(parts) : serviceOfExisting(users, parts);
  const mended = withService(made, users);
  const problems = [
    ...(selectsPodsOf(stableService, podLabels(stable)) ? [] : [missesStable(stable, stableService)]),
    ...(canaryService === undefined
      ? [{ ...noCanaryService(names), ...mended, ...(made === undefined ? {} : { mended: made }) }]
      : serviceProblems(canaryService, stable, mended)),
    ...(users !== undefined
      ? usersProblems(parts, users, mended)
      : canaryService === undefined
        ? []
        : cloneProblems(parts, canaryService, objects.canary, names, mended)),
  ];
  if (canaryService === undefined || missing.length === 0) return problems;
  const isWritten = mended.yaml !== undefined && problems.some(({ yaml }) => yaml === mended.yaml);
  return [
    ...problems,
    { ...lacksPorts(canaryService, missing), ...(isWritten && withAll !== undefined ? mended : withMissing(missing, withAll)) },
  ];
}

const lacksPorts = ({ metadata }: KubernetesObject, missing: readonly (number | string)[]): Pick<Problem, 'what'> => ({
  what: `Service ${metadata.name} has no port ${missing.join(', ')}, by which the route leads to the canary: its share of these requests would fail.`,
});

const withMissing = (missing: readonly (number | string)[], service: KubernetesObject | undefined): Mended =>
  service === undefined
    ? { remedy: `Add port ${missing.join(', ')} to it, or name a port in the route that both Services have.` }
    : { remedy: 'Give it the ports of stable. It then reads:', yaml: yamlText(service) };

const noCanaryService = ({ namespace, canaryService }: CanaryNames): Pick<Problem, 'what'> => ({
  what: `Service ${namespace}/${canaryService} is not there: the canary has no address of its own.`,
});

type Mended = Pick<Problem, 'remedy' | 'yaml'>;

function withService(service: KubernetesObject | undefined, users: KubernetesObject | undefined): Mended {
  if (service === undefined)
    return { remedy: 'Give the pods of stable and of the canary a label with different values, and select by it in both Services.' };
  const labels = users === undefined ? ', by which the pods of the canary are then labelled' : '';
  return { remedy: `Write the canary's Service like this${labels}:`, yaml: yamlText(service) };
}

export const missesStable = (stable: KubernetesObject, service: KubernetesObject): Problem => ({
  what: `Service ${described(service)} does not select the pods of Deployment ${stable.metadata.name}: this Deployment does not get the Service's traffic.`,
  remedy: 'Name the Service and the Deployment that belong together in the inputs.',
});

const serviceProblems = (canaryService: KubernetesObject, stable: KubernetesObject, mended: Mended): readonly Problem[] =>
  selectsPodsOf(canaryService, podLabels(stable))
    ? [
        {
          what: `Service ${described(canaryService)} selects the pods of stable, ${stable.metadata.name}: what is measured as the canary would be stable.`,
          ...mended,
        },
      ]
    : [];

/** Of a canary that is made from stable: its labels and selector follow from the canary's Service. */
function cloneProblems(
  parts: ServiceParts,
  canaryService: KubernetesObject,
  existing: KubernetesObject | undefined,
  names: CanaryNames,
  mended: Mended,
): readonly Problem[] {
  const { stable } = parts;
  const wanted = serviceSpec(canaryService).selector ?? {};
  const labels = cloneLabels(stable, wanted, names.service);
  const selector = cloneSelector(stable, wanted, names.service);
  const reasons = mixedReasons(parts, labels, selector, names.canaryName);
  return [
    ...(selectsPodsOf(canaryService, labels)
      ? []
      : [{ what: `Service ${described(canaryService)} would not select the pods of the canary.`, ...mended }]),
    ...(reasons.length === 0 ? [] : [{ what: `${reasons.join('. ')}.`, ...mended }]),
    ...(selects(selector, labels)
      ? []
      : [
          {
            what: `Deployment ${stable.metadata.name} selects by expressions (${selectorText(selector)}) that the canary's pods would no longer fit.`,
            ...mended,
          },
        ]),
    ...changedSelector(existing, selector),
  ];
}

/** The selector of a Deployment that is there cannot be changed any more. */
export const changedSelector = (existing: KubernetesObject | undefined, selector: LabelSelector): readonly Problem[] =>
  existing === undefined || sameSelector(selectorOf(existing), selector) ? [] : [immutable(existing, selector)];

const immutable = (existing: KubernetesObject, selector: LabelSelector): Problem => ({
  what: `Deployment ${existing.metadata.name} selects ${selectorText(selectorOf(existing))}; now it would have to select ${selectorText(selector)}, and Kubernetes does not let a selector be changed.`,
  remedy: `Delete it while the canary has no traffic: kubectl delete deployment ${existing.metadata.name} --namespace ${existing.metadata.namespace ?? 'default'}. The next run makes it again.`,
});

const sameSelector = (one: LabelSelector, other: LabelSelector): boolean => terms(one) === terms(other);

const terms = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string =>
  JSON.stringify([
    Object.entries(matchLabels).toSorted(([one], [other]) => (one < other ? -1 : 1)),
    matchExpressions.map(({ key, operator, values = [] }) => JSON.stringify([key, operator, values.toSorted()])).toSorted(),
  ]);

/** Of a canary Deployment that is the user's own: nothing of it but its image may be changed. */
function usersProblems(parts: ServiceParts, users: KubernetesObject, mended: Mended): readonly Problem[] {
  const { canaryService } = parts;
  const labels = podLabels(users);
  const selector = selectorOf(users);
  const reasons = mixedReasons(parts, labels, selector, users.metadata.name);
  const misses = canaryService !== undefined && !selectsPodsOf(canaryService, labels) ? [missesUsers(canaryService, users)] : [];
  return [
    ...misses.map((what) => ({ what, ...mended })),
    ...(reasons.length === 0 ? [] : [{ what: `${reasons.join('. ')}.`, ...separated(parts, labels, selector, users) }]),
  ];
}

const missesUsers = (canaryService: KubernetesObject, { metadata }: KubernetesObject): string =>
  `Service ${described(canaryService)} does not select the pods of the canary, ${metadata.name}.`;

function separated(parts: ServiceParts, labels: Labels, selector: LabelSelector, users: KubernetesObject): Mended {
  const { name } = users.metadata;
  const narrowed = narrowedService(parts, labels);
  if (overlap(selectorOf(parts.stable), selector) || narrowed === undefined) {
    return {
      remedy: `Make Deployment ${name} again with a selector and labels that stable does not share, or delete it while it has no traffic: wf-deploy then makes the canary from stable.`,
    };
  }
  return { remedy: 'Let the Service of stable select also by a label that only its pods have:', yaml: yamlText(narrowed) };
}

function mixedReasons({ stable, stableService }: ServiceParts, labels: Labels, selector: LabelSelector, canary: string): readonly string[] {
  const own = selectorOf(stable);
  return [
    ...(selectsPodsOf(stableService, labels)
      ? [`Service ${described(stableService)} selects the pods of the canary ${canary}, which would get traffic at weight 0`]
      : []),
    ...(overlap(own, selector)
      ? [
          `The selectors of Deployment ${stable.metadata.name} (${selectorText(own)}) and of the canary ${canary} (${selectorText(selector)}) overlap, so stable's autoscaler would count the canary's pods`,
        ]
      : []),
  ];
}

export const described = (service: KubernetesObject): string =>
  `${service.metadata.name} (${selectorText({ matchLabels: serviceSpec(service).selector ?? {} }) || 'without a selector'})`;
