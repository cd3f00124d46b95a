import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { FleetWorld } from '../../ports/worlds/fleet.ts';
import type { Report } from '../flow.ts';
import { inert } from '../markdown.ts';
import { patiently } from '../patiently.ts';
import { sideBySide } from '../side-by-side.ts';
import { backOnly, type UpdatePlan } from '../stage/plan.ts';
import { takeBack as takeBackService, tidied } from '../stage/take-back.ts';
import { inheritLock, postPatience } from '../successor.ts';
import { type HandedTarget, handedKept, handedTargets } from './hand-over.ts';
import { lockKey } from './locks.ts';
import { prefixed } from './parts.ts';
import type { DeployPlan } from './plan.ts';
import { reachAgain } from './reach.ts';

interface Taken {
  readonly cluster: string;
  readonly service: string;
  readonly said: string;
  readonly ok: boolean;
}

/**
 * The `post` step: the successor of a run that did not come to its own end, in every cluster. What was not decided goes back, what was decided
 * to stay is tidied up. A cluster that does not answer keeps no other from being dealt with.
 */
export async function takeBack(
  plan: DeployPlan,
  handedOver: Readonly<Record<string, string>>,
  fleet: FleetWorld,
): Promise<Report | undefined> {
  const { holder = '', decision = 'open', targets = '', kept = '' } = handedOver;
  if (holder === '') return undefined;
  const parts = handedKept(kept);
  const isKept: IsKept = (cluster, service) => decision === 'keep' || parts.includes(lockKey(cluster, service));
  const all = await sideBySide(handedTargets(targets), plan.clustersAtOnce, (target) => inCluster(plan, holder, isKept, target, fleet));
  const taken = all.flat();
  if (taken.length === 0) return undefined;
  const unsure = taken.filter(({ ok }) => !ok);
  const decided = decision === 'keep' ? 'promoted' : 'aborted';
  const outcome = unsure.length > 0 ? 'unknown' : decided;
  const reason =
    unsure.length > 0 ? unsure.map(({ cluster, service, said }) => `${cluster}/${service}: ${said}`).join(' ') : endings[decided];
  return {
    succeeded: outcome === 'promoted',
    outputs: { outcome, reason },
    summary: [
      `## ${outcome}`,
      '',
      inert(reason),
      '',
      ...taken.map((each) => `- ${inert(each.cluster)}/${inert(each.service)}: ${inert(each.said)}`),
      '',
    ].join('\n'),
    file: undefined,
    annotation: { level: unsure.length > 0 ? 'error' : 'warning', title: outcome, text: reason },
  };
}

type IsKept = (cluster: string, service: string) => boolean;

const endings = {
  aborted: 'The run was ended from outside: what it had not finished was taken back.',
  promoted: 'The run was ended from outside after everything was as wanted: its locks are free again.',
} as const;

async function inCluster(
  plan: DeployPlan,
  holder: string,
  isKept: IsKept,
  target: HandedTarget,
  fleet: FleetWorld,
): Promise<readonly Taken[]> {
  const { name: cluster, namespace, services } = target;
  const failed = (service: string, error: unknown): Taken => {
    if (!(error instanceof Failure)) throw error;
    return { cluster, service, said: error.what, ok: false };
  };
  let reached: World;
  try {
    ({ world: reached } = await reachAgain(target.way, fleet));
  } catch (error) {
    return services.map((service) => failed(service, error));
  }
  const deal = async (service: string): Promise<readonly Taken[]> => {
    const world: World = { ...reached, handover: { save: () => undefined }, log: prefixed(fleet.log, `${cluster} ${service}: `) };
    const wish = backOnly({ ...plan, service, namespace });
    try {
      if (isKept(cluster, service))
        return (await finish(world, wish, holder)) ? [{ cluster, service, said: 'kept, and its lock is free', ok: true }] : [];
      const report = await takeBackService(wish, { holder, open: 'true' }, world);
      if (report === undefined) return [];
      const { outcome = 'unknown', reason = '' } = report.outputs;
      return [{ cluster, service, said: `${outcome}. ${reason}`, ok: outcome !== 'unknown' }];
    } catch (error) {
      return [failed(service, error)];
    }
  };
  // The settings go back before any pod does: they are the first of the list.
  const [first, ...others] = services;
  const settled = first === undefined ? [] : await deal(first);
  return [...settled, ...(await sideBySide(others, plan.servicesAtOnce, deal)).flat()];
}

/** Everything is as wanted: what was there before is forgotten. */
async function finish(world: World, plan: UpdatePlan, holder: string): Promise<boolean> {
  const { service, namespace = '', leaseDuration: duration } = plan;
  const seconds = postPatience(plan);
  const held = await inheritLock(world, holder, { service, namespace, duration, seconds });
  if (held === undefined) return false;
  try {
    const rest = await tidied(world, held, { service, namespace }, seconds);
    // Whether the lock is free is what is told of this service.
    await patiently(world, { seconds, signal: held.lost }, () => held.record({ ...rest, release: true }));
    return true;
  } finally {
    held.stop();
  }
}
