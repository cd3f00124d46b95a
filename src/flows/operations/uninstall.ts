import { isNothing, nothingChanged } from '../../domain/capacity/record.ts';
import { Deployment } from '../../domain/kubernetes/kinds.ts';
import { nameOf, type ObjectRef } from '../../domain/kubernetes/object.ts';
import { annotationPath } from '../../domain/kubernetes/patch.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import { epochAnnotation } from '../../domain/rollout/lease.ts';
import { highestShare, noShares } from '../../domain/traffic/weights/rule-shares.ts';
import { roundedPercent } from '../../domain/traffic/weights/split.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { applicationOf } from '../canary/survey.ts';
import { freshLock } from '../fresh-lock.ts';
import { releasing } from '../releasing.ts';
import { guardianAccount, mayNotBeDeleted } from './guardian-account.ts';
import { leaseAt, type Place, placeOf, refuseBesideRun, refuseHalfDone, takeLease } from './holder.ts';
import { leftBehind } from './left-behind.ts';
import type { OperationPlan } from './plan.ts';
import { removeLease, removeSeen } from './remove-seen.ts';
import { type OperationResult, told, wouldDo } from './result.ts';

const stays =
  'The route keeps its second backend at weight 0, and the Service of the canary stays: they are yours. Remove them together, the backend first.';

/** Removes all that is ours, the Lease last: until then nobody else begins. */
export async function uninstall(world: World, plan: OperationPlan): Promise<OperationResult> {
  const place = placeOf(world, plan.canary);
  const { dryRun } = plan.canary;
  const lease = dryRun ? await leaseAt(world, place) : await refuseBesideRun(world, place, 'uninstall');
  await refuseUnderWeight(world, plan, place, lease);
  const stable = plan.canary.stableDeployment;
  const objects = await leftBehind(world, place, stable);
  const account = await guardianAccount(world, place);
  const marked = (await annotated(world, plan, place)).filter(({ ref }) => !objects.ours.some((each) => nameOf(each) === nameOf(ref)));
  const listed = [
    ...[...objects.ours, ...account.ours].map(nameOf),
    ...marked.map(({ ref }) => `the annotation ${epochAnnotation} of ${nameOf(ref)}`),
    ...(lease === undefined ? [] : [nameOf(place.lease)]),
  ];
  const stay = [...objects.stays, ...account.stays];
  if (listed.length === 0) return told('nothing-to-do', leftOf(place, stay));
  if (dryRun)
    return wouldDo(
      listed.map((each) => `${each}: removed`),
      ['A dry run: nothing was written.', ...stay].join(' '),
    );
  const lock = await takeLease(world, plan, place, lease);
  const writes: string[] = [];
  const kept: string[] = [];
  const gone = (what: string): void => {
    writes.push(`${what}: removed`);
    world.log.line(`  ${what}: removed`);
  };
  await releasing(world, lock, async () => {
    // A run may have come and gone while this waited for the lock.
    await refuseUnderWeight(world, plan, place, lock.found);
    const held = { world, lock };
    const named = (ref: ObjectRef): void => gone(nameOf(ref));
    kept.push(...(await removeSeen(held, { look: () => leftBehind(world, place, stable), gone: named })));
    kept.push(...(await removeSeen(held, { look: () => guardianAccount(world, place), gone: named, forbidden: mayNotBeDeleted })));
    for (const { ref, value } of await annotated(world, plan, place)) {
      const path = annotationPath(epochAnnotation);
      await freshLock(held);
      await world.cluster.write({
        do: 'patch',
        ref,
        operations: [
          { op: 'test', path, value },
          { op: 'remove', path },
        ],
      });
      gone(`the annotation ${epochAnnotation} of ${nameOf(ref)}`);
    }
  });
  lock.stop();
  await removeLease(world, place.lease, lock);
  gone(nameOf(place.lease));
  return told('done', `${leftOf(place, kept)} ${stays}`, { writes });
}

const leftOf = ({ service }: Place, kept: readonly string[]): string =>
  kept.length === 0
    ? `Nothing of wf-deploy is left of ${service}.`
    : `Nothing of wf-deploy is left of ${service} but this. ${kept.join(' ')}`;

async function refuseUnderWeight(
  world: World,
  { canary }: OperationPlan,
  { namespace }: Place,
  lease: LeaseView | undefined,
): Promise<void> {
  const app = applicationOf(canary, namespace);
  const found = await Promise.all(canary.router.objects(app).map((ref) => world.cluster.get(ref)));
  const objects = found.filter((object) => object !== undefined);
  const shares = objects.length < found.length ? noShares : canary.router.ruleShares(objects, app);
  const weight = highestShare(shares);
  if (shares.fixed > 0)
    throw new Failure(
      'OPERATION_REFUSED',
      `A rule of ${app.route} sends its requests to the canary whatever its weight is: without its pods these users would get errors.`,
      'Take the canary out of that rule, or put the stable side back into it.',
    );
  const phase = lease?.rollout?.phase ?? 'resting';
  if (weight === 0 && phase === 'resting' && isNothing(lease?.capacity ?? nothingChanged)) return refuseHalfDone(lease);
  throw new Failure(
    'OPERATION_REFUSED',
    weight > 0
      ? `The route gives the canary ${roundedPercent(weight)} %: without its pods these users would get errors.`
      : `The last rollout was left in the phase \`${phase}\`: its way back is written in the Lease.`,
    'Run `operation: abort` first.',
  );
}

/** The route, and of the Deployments that are the user's own those that a way back had to mark. */
async function annotated(
  world: World,
  { canary }: OperationPlan,
  { namespace }: Place,
): Promise<readonly { readonly ref: ObjectRef; readonly value: string }[]> {
  const deployments = [canary.stableDeployment, canary.canaryDeployment].map((name) => ({ kind: Deployment, namespace, name }));
  // A canary that is its own route is among the Deployments.
  const routes = canary.router.pods === undefined ? canary.router.objects(applicationOf(canary, namespace)) : [];
  const refs = [...routes, ...deployments];
  const found = await Promise.all(
    refs.map(async (ref) => ({ ref, value: (await world.cluster.get(ref))?.metadata.annotations?.[epochAnnotation] })),
  );
  return found.flatMap(({ ref, value }) => (value === undefined ? [] : [{ ref, value }]));
}
