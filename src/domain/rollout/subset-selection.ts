import { type Labels, overlap, selectorOf, selectorText } from '../kubernetes/labels.ts';
import { manifestOf } from '../kubernetes/manifest.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { deploymentSpec, podLabels } from '../kubernetes/workload.ts';
import { yamlText } from '../kubernetes/yaml.ts';
import { cloneLabels, cloneSelector, isOurs } from './canary-deployment.ts';
import type { CanaryNames, CanaryObjects } from './canary-inspection.ts';
import { changedSelector, described, missesStable } from './canary-selection.ts';
import { selectsPodsOf } from './canary-service.ts';
import type { Problem } from './problem.ts';

interface SubsetObjects extends CanaryObjects {
  readonly stableService: KubernetesObject;
  readonly subset: Labels;
}

/**
 * Where both sides stand behind one Service, that has to select the pods of both: the subsets divide what it has. The Deployments
 * must be apart all the same, or each would count the other's pods as its own.
 */
export function subsetSelectionProblems(objects: SubsetObjects, names: CanaryNames): readonly Problem[] {
  const { stable, stableService, subset, canary } = objects;
  const users = canary !== undefined && !isOurs(canary, names.service) ? canary : undefined;
  const labels = users === undefined ? cloneLabels(stable, subset, names.service) : podLabels(users);
  const selector = users === undefined ? cloneSelector(stable, subset, names.service) : selectorOf(users);
  const own = selectorOf(stable);
  return [
    ...(selectsPodsOf(stableService, podLabels(stable)) ? [] : [missesStable(stable, stableService)]),
    ...(selectsPodsOf(stableService, labels)
      ? []
      : [
          {
            what: `Service ${described(stableService)} would not select the pods of the canary (${selectorText({ matchLabels: labels })}): its subset would have no endpoint.`,
            remedy: 'Let the Service select by labels that both sides have, and the subsets by one that tells them apart.',
          },
        ]),
    ...(overlap(own, selector) ? [overlapping(objects, names)] : []),
    ...(users === undefined ? changedSelector(canary, selector) : []),
  ];
}

/** A Deployment's selector cannot be changed, but one that is made again adopts the pods that it fits. */
function overlapping({ stable, subset, canary }: SubsetObjects, { service, canaryName }: CanaryNames): Problem {
  const { name, namespace = 'default' } = stable.metadata;
  const own = selectorOf(stable);
  const what = `The selectors of Deployment ${name} (${selectorText(own)}) and of the canary ${canaryName} overlap, so stable would count the canary's pods as its own.`;
  const telling = Object.entries(podLabels(stable)).find(([key, value]) => key in subset && subset[key] !== value);
  if (telling === undefined || (canary !== undefined && !isOurs(canary, service))) {
    return { what, remedy: 'Make the Deployments again, each with a selector by a label that the other has not.' };
  }
  const selector = { ...own, matchLabels: { ...own.matchLabels, [telling[0]]: telling[1] } };
  return {
    what,
    remedy: `Make it again with this selector; its pods stay and are adopted: kubectl delete deployment ${name} --namespace ${namespace} --cascade=orphan, and then apply:`,
    yaml: yamlText(manifestOf(stable, { spec: { ...deploymentSpec(stable), selector } })),
  };
}
