import { Lease } from '../../domain/kubernetes/kinds.ts';
import { deploymentSpec } from '../../domain/kubernetes/workload.ts';
import { beginTakingBack } from '../../domain/rollout/begin.ts';
import { isOurs } from '../../domain/rollout/canary-deployment.ts';
import { type LeaseView, leaseName, type RolloutRecord, readLease } from '../../domain/rollout/lease.ts';
import type { World } from '../../ports/world.ts';
import type { Report } from '../flow.ts';
import { acquireLock } from '../lock.ts';
import { patiently } from '../patiently.ts';
import { drive } from './drive.ts';
import { open } from './execute.ts';
import { type Ground, rolloutPlanOf } from './ground.ts';
import { dismissGuardian } from './guardian.ts';
import type { CanaryPlan } from './plan.ts';
import { reportCanary } from './report.ts';
import { resultOf, settle } from './settle.ts';
import { surveyObjects } from './survey.ts';

/** Seconds. All `post` steps of a cancelled job share less than five minutes. */
const mostPatience = 200;

/**
 * The `post` step: the successor of a run that did not come to its own end. It takes the Lease of its dead predecessor at once, and does
 * nothing when that run had ended, never began, or someone else has taken over since. Throws when the cluster does not answer for so long
 * that nobody can say how the traffic stands.
 */
export async function takeBack(plan: CanaryPlan, handedOver: Readonly<Record<string, string>>, world: World): Promise<Report | undefined> {
  const { holder = '', open: unfinished } = handedOver;
  if (unfinished !== 'true' || holder === '') return undefined;
  const namespace = plan.namespace ?? world.defaultNamespace;
  const patience = Math.min(mostPatience, plan.rolloutTimeout);
  const object = await patiently(world, { seconds: patience }, () =>
    world.cluster.get({ kind: Lease, namespace, name: leaseName(plan.service) }),
  );
  const lease = object === undefined ? undefined : readLease(object);
  if (lease === undefined || !(lease.holder === holder || tookOver(lease, holder))) return undefined;
  const started = world.clock.now().toISOString();
  const lock = await acquireLock(world, {
    service: plan.service,
    namespace,
    duration: plan.leaseDuration,
    timeout: patience,
    successorOf: holder,
  });
  try {
    const record = lock.found?.rollout;
    if (record === undefined || record.phase === 'resting') {
      await dismissGuardian(world, namespace, plan.service);
      await lock.record({ release: true });
      return undefined;
    }
    world.log.line(`The run before ended in the phase \`${record.phase}\`: taking it back.`);
    const found = await patiently(world, { seconds: patience }, () => surveyObjects(world, plan));
    const ground = groundOf(plan, record, lock.found, found);
    const session = open(world, plan, ground, lock);
    const { ending, stages } = await drive(
      session,
      rolloutPlanOf(plan, ground),
      beginTakingBack({ phase: record.phase, sameImage: true }, 'the run was ended from outside'),
    );
    await settle(session, ending);
    return reportCanary(plan, resultOf({ plan, world, started, ground, session, ending, stages }));
  } finally {
    lock.stop();
  }
}

/** The guardian was there first. It moved the traffic and left the pods. */
const tookOver = ({ holder, guardian }: LeaseView, dead: string): boolean =>
  holder === '' && guardian?.is === 'acted' && guardian.after === dead;

/** What is needed to go back: far less than to go forward, and nothing that could refuse. */
function groundOf(
  plan: CanaryPlan,
  record: RolloutRecord,
  lease: LeaseView | undefined,
  found: Awaited<ReturnType<typeof surveyObjects>>,
): Ground {
  const absent = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: plan.stableDeployment } };
  const stable = found.stable ?? absent;
  return {
    app: found.app,
    stable,
    canaryLabels: plan.router.canaryLabels(found.app, found.around) ?? {},
    stablePods: found.stablePods,
    canary:
      found.canary === undefined
        ? { is: 'absent' }
        : isOurs(found.canary, plan.service)
          ? { is: 'ours' }
          : { is: 'users', deployment: found.canary },
    container: record.container,
    image: record.image,
    previousImage: record.previousImage,
    newImages: [record.image],
    replicas: deploymentSpec(stable).replicas ?? 1,
    port: 0,
    // Going back puts back what the Lease says.
    autoscaler: { is: 'none' },
    autoscaled: false,
    weightAtRest: record.weight,
    lease,
    warnings: [],
    notes: [],
  };
}
