import { isGuardian } from '../../domain/guardian/name.ts';
import { mayHaveUsers } from '../../domain/rollout/begin.ts';
import { aborted } from '../../domain/rollout/cause.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import { isOfWorkflowRun, ownerOf, workflowRunOf } from '../../domain/rollout/workflow-run.ts';
import { roundedPercent } from '../../domain/traffic/weights/split.ts';
import { parseImage } from '../../domain/units/image.ts';
import { shown } from '../../domain/units/shown.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { executeCanary } from '../canary/execute.ts';
import { otherRoute, refuseOtherRoute } from '../canary/other-route.ts';
import { takeBackHeld } from '../canary/take-back.ts';
import { giveAway } from '../give-away.ts';
import { whoActs } from '../signature.ts';
import { ask } from './ask.ts';
import { leaseAt, type Place, placeOf, takeLease } from './holder.ts';
import type { OperationPlan } from './plan.ts';
import { requireWayBack } from './preflight.ts';
import { type OperationResult, told, wouldDo } from './result.ts';
import { type RouteWithoutRollout, routeNow, routeWithoutRollout } from './route-now.ts';
import { requireSameTemplate } from './same-template.ts';

/** `pause` and `resume`: of a run that goes on, and of no other. */
export async function pauseOrResume(world: World, plan: OperationPlan): Promise<OperationResult> {
  const place = placeOf(world, plan.canary);
  if (plan.canary.dryRun) return await wouldAsk(world, plan, place, 'Nobody would hear it.');
  const response = await ask(world, plan, place);
  if (response.is === 'answered') return answered(plan, response.answer);
  if (response.is === 'ended') throw tooLate(plan, response.end?.outcome);
  throw nobody(plan, response.lease);
}

function answered({ operation }: OperationPlan, { is, text }: { readonly is: string; readonly text: string }): OperationResult {
  if (is === 'refused') throw new Failure('OPERATION_REFUSED', `The run refused to ${operation}: ${text}`, 'See `operation: status`.');
  return told(is === 'accepted' ? 'done' : 'nothing-to-do', text);
}

/** The run goes back; where none is left, this is the one that takes back. */
export async function abort(world: World, plan: OperationPlan): Promise<OperationResult> {
  const place = placeOf(world, plan.canary);
  const isMeant = whoIsMeant(world, plan);
  if (plan.canary.dryRun) {
    const lease = await leaseAt(world, place);
    if (lease !== undefined && !isTidy(lease) && !isMeant(lease)) return notBegunHere(place, lease);
    return await wouldAsk(world, plan, place, 'What its run has left is taken back from here.');
  }
  const response = await ask(world, plan, place, 'ended', isMeant);
  if (response.is === 'not-meant') return notBegunHere(place, response.lease);
  if (response.is === 'answered') return answered(plan, response.answer);
  if (response.is === 'nobody') return await takeBackFromHere(world, plan, place, response.lease, isMeant);
  const { end, answer, after } = response;
  if (end === undefined) {
    const route = await routeNow(world, plan);
    const shows = route === undefined ? '' : ` The route \`${plan.canary.route}\` gives the canary ${roundedPercent(route.weight)} %.`;
    return told('unknown', `${after} has the Lease now, with a rollout of its own.${shows}`, {
      remedy:
        'See `operation: status`, and abort again where users are to leave the canary: that run began at weight 0, or finishes the promotion of the same digest.',
    });
  }
  const heard = answer === undefined ? 'It had ended by itself before it heard of this. ' : '';
  return told(end.outcome, `${after === undefined ? heard : `${after} has ended it: `}${end.text}`, {
    succeeded: end.outcome !== 'unknown',
  });
}

type IsMeant = (lease: LeaseView) => boolean;

/** Whose rollout is aborted: anybody's, or with `only-this-run` what this workflow run has begun, in an earlier attempt too. */
function whoIsMeant({ run }: World, { onlyThisRun }: OperationPlan): IsMeant {
  if (!onlyThisRun) return () => true;
  const own = workflowRunOf(run.page ?? '');
  if (own !== undefined) return (lease) => isOfWorkflowRun(lease, own);
  throw new Failure(
    'OPERATION_REFUSED',
    '`only-this-run` is given, and this is no workflow run: GITHUB_SERVER_URL, GITHUB_REPOSITORY or GITHUB_RUN_ID is missing.',
    'Leave it out to abort whatever there is.',
  );
}

const notBegunHere = ({ service }: Place, lease: LeaseView): OperationResult =>
  told(
    'nothing-to-do',
    `The rollout of ${service} was not begun by this workflow run, and is left alone: it is of ${ownerOf(lease) || 'nobody'}.`,
  );

async function takeBackFromHere(
  world: World,
  plan: OperationPlan,
  place: Place,
  lease: LeaseView | undefined,
  isMeant: IsMeant,
): Promise<OperationResult> {
  const { canary, reason } = plan;
  if (lease === undefined || isTidy(lease)) {
    const route = await routeWithoutRollout(world, plan, lease);
    if (route !== 'on-canary') return nothingLeft(place, route);
  } else if (!isMeant(lease)) return notBegunHere(place, lease);
  refuseOtherRoute(canary, place.namespace, lease?.rollout);
  const warnings = await requireWayBack(world, plan, lease ?? {});
  const started = world.clock.now().toISOString();
  const { holder } = world.run;
  world.handover.save({ holder, open: 'true' });
  const lock = await takeLease(world, plan, place, lease);
  try {
    // Someone else may have been faster, and have left something of its own.
    if (lock.found !== undefined && !isTidy(lock.found) && !isMeant(lock.found)) {
      await giveAway(world, lock);
      return notBegunHere(place, lock.found);
    }
    const cause = aborted({ who: whoActs(world), why: reason });
    const result = await takeBackHeld(world, { plan: canary, lock, cause, patience: canary.rolloutTimeout, started });
    return result === undefined
      ? nothingLeft(place, 'empty')
      : { is: 'run', plan: canary, result: { ...result, warnings: [...warnings, ...result.warnings] } };
  } finally {
    lock.stop();
  }
}

const nothingLeft = ({ service }: Place, route: RouteWithoutRollout): OperationResult =>
  told(
    'nothing-to-do',
    route === 'unread'
      ? `By its Lease no rollout of ${service} goes on. Whether its route still sends users to the canary was not checked: it may not be read.`
      : `No rollout of ${service} goes on, and none was left behind.`,
  );

const isTidy = ({ holder, rollout }: LeaseView): boolean => holder === '' && (rollout === undefined || rollout.phase === 'resting');

/** The run skips what is left of its ladder; where none is left, the image is promoted from here, through weight 0. */
export async function promote(world: World, plan: OperationPlan): Promise<OperationResult> {
  const place = placeOf(world, plan.canary);
  if (plan.canary.dryRun) return await wouldAsk(world, plan, place, 'Its image is promoted from here.');
  const response = await ask(world, plan, place);
  if (response.is === 'answered') return answered(plan, response.answer);
  if (response.is === 'ended' && response.answer !== undefined && response.end?.outcome === 'promoted')
    return answered(plan, response.answer);
  // A pause may have come to its limit just now: then the run has left its canary to whoever decides.
  const lease = response.is === 'nobody' ? response.lease : await leaseAt(world, place);
  const record = lease?.rollout;
  const isLeft = record !== undefined && mayHaveUsers(record.phase);
  if (response.is === 'ended' && record?.phase !== 'paused') throw tooLate(plan, response.end?.outcome);
  const image = isLeft ? parseImage(record.image) : undefined;
  if (image?.ok !== true) throw nobody(plan, lease);
  await requireSameTemplate(world, plan.canary, lease, record?.image ?? '');
  world.log.line('No run is left to ask: the promotion starts here, from weight 0.');
  const { lineage } = plan.canary;
  const canary = { ...plan.canary, image: image.value, lineage: { ...lineage, commit: lineage.commit ?? record?.commit } };
  return { is: 'run', plan: canary, result: await executeCanary(canary, world, (found) => refuseEnded(found, record?.image ?? '')) };
}

/** Somebody may have aborted it, or its guardian taken it back, while this waited for the lock: then there is nothing to promote any more. */
function refuseEnded(found: LeaseView | undefined, image: string): void {
  const { rollout, ended, epoch } = found ?? {};
  if (rollout !== undefined && mayHaveUsers(rollout.phase) && rollout.image === image) return;
  const how = ended === undefined || ended.epoch !== epoch ? '' : ` (${ended.outcome})`;
  throw new Failure(
    'OPERATION_REFUSED',
    `The canary of ${shown(image, 300)} that was left was ended by somebody else while this waited for the lock${how}.`,
    'See `operation: status`, and start a release where that is wanted.',
  );
}

async function wouldAsk(world: World, { operation, canary }: OperationPlan, place: Place, otherwise: string): Promise<OperationResult> {
  const lease = await leaseAt(world, place);
  const held = lease !== undefined && lease.holder !== '' && !isGuardian(lease.holder);
  // A run that lives is asked all the same: it goes by its own route.
  const itself = operation === 'abort' || operation === 'promote' ? lease?.rollout : undefined;
  if (!held) refuseOtherRoute(canary, place.namespace, itself);
  const then = otherRoute(canary, place.namespace, itself) ?? otherwise;
  return wouldDo(held ? [`a request to ${lease.holder} on Lease ${place.lease.name}: ${operation}. If it does not live: ${then}`] : [then]);
}

const tooLate = ({ operation }: OperationPlan, outcome: string | undefined): Failure =>
  new Failure(
    'OPERATION_REFUSED',
    `The run ended before it could ${operation}${outcome === undefined ? '' : `: ${outcome}`}.`,
    'See `operation: status`, and start the workflow again where that is wanted.',
  );

function nobody({ operation }: OperationPlan, lease: LeaseView | undefined): Failure {
  const left = lease?.rollout?.phase;
  if (left === 'paused' || left === 'stages') {
    return new Failure(
      'OPERATION_REFUSED',
      `There is no run to ${operation}: it has ended and left ${lease?.rollout?.weight} % on the canary. Nothing is resumed in the middle of its stages.`,
      'Run `operation: promote` or `operation: abort`, or start the workflow again: it begins with the first stage.',
    );
  }
  return new Failure(
    'OPERATION_REFUSED',
    `There is no run to ${operation}${left === undefined ? ': nobody has rolled out this service here' : `: the last one is in the phase \`${left}\``}.`,
    operation === 'promote' ? 'Run `actions/promote` for an image that was analysed, or start a release.' : 'See `operation: status`.',
  );
}
