import type { KubernetesObject } from '../kubernetes/object.ts';
import { podLabels } from '../kubernetes/workload.ts';
import { cloneSelector, isOurs } from './canary-deployment.ts';
import type { CanaryNames, CanaryObjects } from './canary-inspection.ts';
import { changedSelector, missesStable } from './canary-selection.ts';
import { selectsPodsOf } from './canary-service.ts';
import type { Problem } from './problem.ts';

/**
 * Where the share is made by pods, stable's Service has to select the canary's too: the opposite of two Services. The clone has stable's labels,
 * so that it does. A canary of the user's own has no gate, and would get users as soon as it runs.
 */
export function sharedSelectionProblems(
  { stable, stableService, canary, canaryLabels = {} }: CanaryObjects & { readonly stableService: KubernetesObject },
  { service, namespace, canaryName }: CanaryNames,
): readonly Problem[] {
  const missed = selectsPodsOf(stableService, podLabels(stable)) ? [] : [missesStable(stable, stableService)];
  if (canary === undefined) return missed;
  return [
    ...missed,
    ...(isOurs(canary, service)
      ? changedSelector(canary, cloneSelector(stable, canaryLabels, service))
      : [
          {
            what: `Deployment ${canaryName} was not made by wf-deploy: no gate would hold its pods back until the smoke checks have passed.`,
            remedy: `Delete it, and wf-deploy makes the canary from stable: kubectl delete deployment ${canaryName} --namespace ${namespace}. Or name another one in \`canary-deployment\`.`,
          },
        ]),
  ];
}
