import { Deployment } from '../../domain/kubernetes/kinds.ts';
import { selectorOf } from '../../domain/kubernetes/labels.ts';
import { type KubernetesObject, nameOf } from '../../domain/kubernetes/object.ts';
import { isReady } from '../../domain/kubernetes/pod.ts';
import { deploymentSpec, podLabels } from '../../domain/kubernetes/workload.ts';
import { cloneLabels, cloneSelector, isOurs } from '../../domain/rollout/canary-deployment.ts';
import { isolationWarnings } from '../../domain/rollout/canary-isolation.ts';
import { type LayoutParts, mixedWarning, oneNeeded } from '../../domain/rollout/layout.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import { canaryChange, minimumChange, rollingChange, routeChange, stableChange } from '../../domain/rollout/ownership.ts';
import { ownershipFindings } from '../../domain/rollout/ownership-findings.ts';
import { type Findings, problemsOnly } from '../../domain/rollout/problem.ts';
import { roleName } from '../../domain/rollout/role.ts';
import { roundedPercent } from '../../domain/traffic/weights/split.ts';
import { mayRead, permissionFindings } from '../permissions.ts';
import type { CanaryPlan } from './plan.ts';
import type { Survey } from './survey.ts';

/** By one object or by a list, as the router of a canary has it. What is only looked at beside is advisory, and hides nothing. */
export const isReadable = ({ denied }: Survey, resource: string): boolean =>
  mayRead(
    denied.filter(({ need }) => need === 'required'),
    resource,
    'get',
    'list',
  );

/** A service that is laid out for another strategy is told so, with what this one needs. */
export function missingObjects(plan: CanaryPlan, found: Survey): Findings {
  const { app, stable } = found;
  const { namespace } = app;
  const mixed = mixedWarning(partsOf(plan, found));
  if (stable !== undefined || !isReadable(found, Deployment.resource))
    return { problems: [], warnings: mixed === undefined ? [] : [mixed] };
  const strategy = plan.action === 'canary' ? 'A canary' : 'A promotion';
  return problemsOnly(
    oneNeeded(partsOf(plan, found), { strategy, input: 'stable-deployment' }) ?? {
      what: `${nameOf({ kind: Deployment, namespace, name: plan.stableDeployment })} is not there.`,
      remedy: 'Check `namespace`, `service` and `stable-deployment`: a running service is changed, none is created.',
    },
  );
}

export const partsOf = ({ stableDeployment: name }: CanaryPlan, { stable: one, pair, stableService: service }: Survey): LayoutParts => ({
  name,
  one,
  ...pair,
  service,
});

/** A promotion does less than a canary: it is given no Role that would replace the canary's. */
export const permissions = ({ service, action }: CanaryPlan, found: Survey): Findings =>
  permissionFindings(found, {
    name: action === 'canary' ? roleName(service) : roleName(service, 'promotion'),
    namespace: found.app.namespace,
  });

export function ownership(
  { gitops, router, service, manifests }: CanaryPlan,
  { routes, stable, canary, scaling: { autoscaler } }: Survey,
): Findings {
  // Manifests bring a whole pod template; without them only the image changes.
  const ofStable = manifests.length === 0 ? stableChange : rollingChange;
  return ownershipFindings(gitops, [
    ...routes.map((object) => ({ object, change: routeChange(object, router.weights) })),
    ...(stable === undefined ? [] : [{ object: stable, change: ofStable(stable) }]),
    ...(canary === undefined || isOurs(canary, service) ? [] : [{ object: canary, change: canaryChange(canary) }]),
    ...(autoscaler.is === 'none' ? [] : [{ object: autoscaler.object, change: minimumChange(autoscaler.object) }]),
  ]);
}

/** Policies know pods by their labels, and the canary's are not all stable's. */
export function isolation(
  { router, service }: CanaryPlan,
  { app, around, stable, canary, policies }: Survey,
  wanted: KubernetesObject | undefined,
): Findings {
  const labels = router.canaryLabels(app, around);
  if (stable === undefined || wanted === undefined || labels === undefined) return problemsOnly();
  const own =
    canary === undefined || isOurs(canary, service)
      ? { canary: cloneLabels(wanted, labels, service), canarySelector: cloneSelector(wanted, labels, service) }
      : { canary: podLabels(canary), canarySelector: selectorOf(canary) };
  return { problems: [], warnings: isolationWarnings(policies, { namespace: app.namespace, stable: podLabels(stable), ...own }) };
}

/** A route with weight on the canary although no rollout goes on: users would get the new image before it is checked. */
export function restingRoute({ atRest }: CanaryPlan, lease: LeaseView | undefined, weight: number): Findings {
  const unfinished = lease?.rollout !== undefined && lease.rollout.phase !== 'resting';
  if (weight === 0 || unfinished) return problemsOnly();
  const what = `The route gives the canary ${roundedPercent(weight)} % at rest.`;
  if (atRest === 'stop') return problemsOnly({ what, remedy: 'Set its weight to 0, or set `at-rest: reset` to have that done first.' });
  return { problems: [], warnings: [{ what, remedy: 'It is set to 0 before the canary gets its image.' }] };
}

export function stableHealth({ stableDeployment }: CanaryPlan, found: Survey): Findings {
  const { stable, stablePods } = found;
  if (stable === undefined) return problemsOnly();
  if (deploymentSpec(stable).paused === true) {
    return problemsOnly({
      what: `Deployment ${stableDeployment} is paused: it would never take the new image.`,
      remedy: `Resume it: kubectl rollout resume deployment/${stableDeployment}.`,
    });
  }
  if (stablePods.some(isReady) || !isReadable(found, 'pods')) return problemsOnly();
  return problemsOnly({
    what: `Deployment ${stableDeployment} has no ready pod: there would be nothing to go back to.`,
    remedy: 'Bring stable up first.',
  });
}
