import { isCopied } from '../../domain/capacity/inspection.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { isLeaving, podSpec } from '../../domain/kubernetes/pod.ts';
import { imagesOf } from '../../domain/kubernetes/pod-template.ts';
import { deploymentSpec, type PodTemplate } from '../../domain/kubernetes/workload.ts';
import type { NewTemplate } from '../../domain/manifests/release.ts';
import { type CanaryInspection, inspectCanary } from '../../domain/rollout/canary-inspection.ts';
import { layoutOf, layoutText } from '../../domain/rollout/layout.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import type { Findings } from '../../domain/rollout/problem.ts';
import { type Inspection, sharesService } from '../../domain/traffic/router.ts';
import { highestShare, noShares } from '../../domain/traffic/weights/rule-shares.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { refuseHeld } from '../holds.ts';
import { preflightFailed } from '../preflight-failed.ts';
import { resolveImage } from '../resolve-image.ts';
import { targetPort } from '../target-port.ts';
import { evidenceFor } from './evidence-preflight.ts';
import type { Ground } from './ground.ts';
import { guardianFindings } from './guardian-preflight.ts';
import { manifestFindings, pastOf, withTemplate } from './manifest-preflight.ts';
import { awaitMeasurement, metricsOnStable } from './metrics-preflight.ts';
import type { CanaryPlan } from './plan.ts';
import { isolation, isReadable, missingObjects, ownership, partsOf, permissions, restingRoute, stableHealth } from './preflight-checks.ts';
import { quotaFindings, scalingFindings } from './scaling-preflight.ts';
import { meaningOf } from './scaling-survey.ts';
import { type FoundObjects, type Survey, seenLease, survey } from './survey.ts';
import { wantedImage } from './wanted-image.ts';

/**
 * Looks at everything a rollout needs, writes nothing, and throws one PREFLIGHT_FAILED with all problems there are. What could not be
 * looked at is a problem where the rollout depends on it, and otherwise a warning that says "not checked". Where nothing is wrong but that
 * stable is not measured yet, that is waited for.
 */
export async function preflight(world: World, plan: CanaryPlan, began = world.clock.monotonic()): Promise<Ground> {
  const found = await survey(world, plan);
  const lease = seenLease(world, plan, found);
  const [image, metrics, guardian] = await Promise.all([
    resolveImage(world, wantedImage(plan, lease)),
    metricsOnStable(world, plan, found),
    guardianFindings(world, plan, found),
  ]);
  const manifests = await manifestFindings(world, plan, found, found.stable, image.text);
  const wanted =
    found.stable === undefined || manifests.next === undefined ? found.stable : withTemplate(found.stable, manifests.next.template);
  const brought = image.text === '' ? [] : [image.text, ...Object.values(imagesOf(manifests.next?.template ?? {}))];
  const present = found.stable === undefined ? [] : Object.values(imagesOf(deploymentSpec(found.stable).template ?? {}));
  await refuseHeld(world, { service: plan.service, namespace: found.app.namespace, lease, images: brought, present });
  const canary =
    wanted === undefined || !isReadable(found, 'services')
      ? undefined
      : inspectCanary(objectsOf(plan, found, wanted), namesOf(plan, found));
  const routing = inspectRoutes(plan, found);
  const atRest = found.routes.length === 0 ? noShares : plan.router.ruleShares(found.routes, found.app);
  const weightAtRest = highestShare(atRest);
  const scaling = scalingFindings(plan, found);
  const findings: readonly Findings[] = [
    missingObjects(plan, found),
    permissions(plan, found),
    ownership(plan, found),
    stableHealth(plan, found),
    isolation(plan, found, wanted),
    restingRoute(plan, lease, weightAtRest),
    evidenceFor(plan, lease, { image: image.text, next: manifests.next, stable: found.stable, container: canary?.container }),
    manifests,
    { problems: canary?.problems ?? [], warnings: [] },
    routing,
    found.stable === undefined
      ? nothing
      : quotaFindings(plan, found, found.stable, manifests.next?.template ?? templateOf(found, found.stable)),
    scaling,
    image,
    metrics,
    guardian,
  ];
  const problems = findings.flatMap((each) => each.problems);
  const warnings = findings.flatMap((each) => each.warnings);
  if (problems.length > 0) {
    const isAll = problems.length === metrics.problems.length;
    if (isAll && (await awaitMeasurement(world, plan, metrics, lease, began))) return await preflight(world, plan, began);
    throw preflightFailed(problems, 'the rollout');
  }
  return {
    ...groundOf(plan, found, canary, lease, image.text, manifests.next),
    weightAtRest,
    fixedAtRest: atRest.fixed,
    warnings,
    notes: [
      `Layout: ${layoutText(layoutOf(partsOf(plan, found)))}, as a canary needs it`,
      ...(plan.router.legacy === undefined ? [] : [plan.router.legacy]),
      ...routing.splits,
      ...routing.untouched,
      ...differences(canary),
      ...manifests.notes,
      ...scaling.notes,
    ],
  };
}

const nothing: Findings = { problems: [], warnings: [] };

/** A missing one is a problem with the YAML that adds it; one that may not be read is told of by the permission. */
const inspectRoutes = (plan: CanaryPlan, found: Survey): Inspection =>
  found.routes.length === 0 && plan.router.objects(found.app).some(({ kind }) => !isReadable(found, kind.resource))
    ? { ...nothing, splits: [], untouched: [], headers: [] }
    : plan.router.inspect(
        found.routes,
        found.app,
        plan.stages.map(({ weight }) => weight),
        found.around,
      );

/** Without a problem everything is there; where it is not, a check is missing. */
function groundOf(
  plan: CanaryPlan,
  found: Survey,
  inspected: CanaryInspection | undefined,
  lease: LeaseView | undefined,
  image: string,
  next: NewTemplate | undefined,
): Omit<Ground, 'weightAtRest' | 'fixedAtRest' | 'warnings' | 'notes'> {
  const { app, stable, canary, stablePods } = found;
  const container = inspected?.container;
  const canaryLabels = plan.router.canaryLabels(app, found.around);
  // By subsets, and by pods, the canary has no Service of its own: it listens where stable does.
  const service = sharesService(app) ? found.stableService : found.canaryService;
  if (stable === undefined || service === undefined || canaryLabels === undefined || container === undefined) {
    throw new Failure('INTERNAL', 'The preflight found no problem, and yet something is missing.', 'Report this with the log.');
  }
  const past = pastOf(stable, container, lease, next);
  const wanted = next === undefined ? past.base : withTemplate(past.base, next.template);
  const own = { image, ...(next === undefined ? {} : { template: next.fingerprint }) };
  const users = inspected?.canary.is === 'users' ? canary : undefined;
  return {
    app,
    stable: past.base,
    wanted,
    next,
    previousTemplate: past.previousTemplate,
    canaryLabels,
    stablePods,
    canary: users === undefined ? { is: canary === undefined ? 'absent' : 'ours' } : { is: 'users', deployment: users },
    container,
    image,
    newReleases: [own, ...past.broken],
    previousImage: past.previousImage,
    replicas: Math.max(1, deploymentSpec(stable).replicas ?? 1),
    port: targetPort(service, wanted),
    autoscaler: found.scaling.autoscaler,
    autoscaled: isCopied({ autoscaler: found.scaling.autoscaler, ...meaningOf(plan, app, users ?? stable) }),
    lease,
  };
}

const differences = (canary: CanaryInspection | undefined): readonly string[] =>
  canary?.canary.is === 'users' ? canary.canary.differences : [];

/** A running pod says more than the template: admission has filled in what a LimitRange adds. */
const templateOf = ({ stablePods }: Survey, stable: KubernetesObject): PodTemplate => {
  const pod = stablePods.find((each) => !isLeaving(each));
  return pod === undefined ? (deploymentSpec(stable).template ?? {}) : { spec: podSpec(pod) };
};

export const objectsOf = (
  { router }: CanaryPlan,
  { app, around, routes, stableService, canaryService, canary }: FoundObjects,
  stable: KubernetesObject,
) => ({
  stable,
  canaryPorts: router.canaryPorts(routes, app, around),
  ...(app.oneService === true ? { oneService: true as const, canaryLabels: router.canaryLabels(app, around) ?? {} } : {}),
  ...(app.subsets === undefined ? {} : { subset: router.canaryLabels(app, around) ?? ('unknown' as const) }),
  ...(stableService === undefined ? {} : { stableService }),
  ...(canaryService === undefined ? {} : { canaryService }),
  ...(canary === undefined ? {} : { canary }),
});

export const namesOf = (plan: CanaryPlan, { app }: Pick<Survey, 'app'>) => ({
  service: plan.service,
  namespace: app.namespace,
  ...(app.stableService === undefined ? {} : { stableService: app.stableService }),
  canaryService: app.canaryService,
  canaryName: plan.canaryDeployment,
  ...(plan.container === undefined ? {} : { container: plan.container }),
});
