import { Deployment, HorizontalPodAutoscaler } from '../kubernetes/kinds.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { deploymentStatus } from '../kubernetes/workload.ts';
import { named } from './around/objects.ts';
import { gated } from './replicas/gate.ts';
import { inspectPods } from './replicas/inspection.ts';
import { canaryName, canaryPodLabels } from './replicas/labels.ts';
import { ceiling, effectiveLadder, podsFor, withinCeiling } from './replicas/share.ts';
import { countsOf, weightOf, withPercent } from './replicas/split.ts';
import type { Application, Router } from './router.ts';

/**
 * Nothing splits traffic: stable's Service selects the pods of both sides, and the share is that of the canary's pods among all. The canary
 * Deployment itself carries it; its pods wait behind a readiness gate until they are counted.
 */
export const replicas: Router = {
  name: 'replicas',
  defaultRoute: (service) => `${service}-canary`,
  kinds: [Deployment],
  weights: { jq: '.spec.replicas', pointer: '/spec/replicas' },
  pods: { ceiling, podsFor, ladder: effectiveLadder, within: withinCeiling, prepared: gated },
  objects: (app) => [{ kind: Deployment, namespace: app.namespace, name: canaryName(app) }],
  context: ({ namespace }) => [
    { kind: HorizontalPodAutoscaler, namespace, need: 'required', why: "see that nothing counts the canary's pods as stable's" },
  ],
  inspect: (_found, app, weights, around = []) => inspectPods(app, weights, around),
  canaryLabels: canaryPodLabels,
  canaryPorts: () => [],
  ruleShares: (found, app) => ({ shares: [shareOf(found, app)], fixed: 0 }),
  weight: shareOf,
  withWeight(found, app, percent) {
    const canary = named(Deployment, canaryName(app), found, app);
    return found.map((object) => (object === canary ? withPercent(canary, percent) : object));
  },
  accepted(found, app) {
    const canary = named(Deployment, canaryName(app), found, app);
    if (canary === undefined) return { is: 'accepted' };
    const { observedGeneration = 0, readyReplicas = 0 } = deploymentStatus(canary);
    const { generation = 0, name } = canary.metadata;
    const { open = 0 } = countsOf(canary) ?? {};
    if (observedGeneration < generation)
      return { is: 'pending', reason: `the Deployment controller has not seen generation ${generation}` };
    if (readyReplicas === open) return { is: 'accepted' };
    return { is: 'pending', reason: `${readyReplicas} pods of Deployment ${name} are ready, and ${open} are to be` };
  },
};

function shareOf(found: readonly KubernetesObject[], app: Application): number {
  const canary = named(Deployment, canaryName(app), found, app);
  return canary === undefined ? 0 : weightOf(canary);
}
