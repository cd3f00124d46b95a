import { guardianName } from '../../domain/guardian/name.ts';
import { guardianLabels } from '../../domain/guardian/objects.ts';
import { beatPeriod } from '../../domain/guardian/pulse.ts';
import { Deployment, Job, Pod } from '../../domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { isReady, podStatus } from '../../domain/kubernetes/pod.ts';
import { deploymentSpec, deploymentStatus } from '../../domain/kubernetes/workload.ts';
import { trackLabel } from '../../domain/rollout/canary-deployment.ts';
import { type LeaseView, renewalOf } from '../../domain/rollout/lease.ts';
import { openRecords } from '../../domain/rollout/open-records.ts';
import { briefText } from '../../domain/rollout/problem.ts';
import { lookEvery } from '../../domain/rollout/silence.ts';
import type { GuardianStanding, Standing, WorkloadStanding } from '../../domain/rollout/standing.ts';
import { headline, signText, standingRows } from '../../domain/rollout/standing-text.ts';
import type { Application } from '../../domain/traffic/router.ts';
import { lostSide } from '../../domain/traffic/weights/rule-shares.ts';
import { shown } from '../../domain/units/shown.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { otherRoute } from '../canary/other-route.ts';
import { applicationOf, podLabelsOf, stablePodLabelsOf } from '../canary/survey.ts';
import { pendingOf } from './ask.ts';
import { leaseAt, type Place, placeOf } from './holder.ts';
import type { OperationPlan } from './plan.ts';
import { type OperationResult, told } from './result.ts';

/** Seconds for an API server that does not answer: whoever looks wants to know that too. */
const patience = 20;

/** Reads only, beside whoever holds the Lease. What may not be read is said to be not known, and never guessed. */
export async function status(world: World, plan: OperationPlan): Promise<OperationResult> {
  const standing = await standingOf(world, plan);
  for (const [name, text] of standingRows(standing)) world.log.line(`  ${name.padEnd(16)} ${shown(text, 400)}`);
  return told('done', headline(standing), { standing });
}

export async function standingOf(world: World, plan: OperationPlan): Promise<Standing> {
  const place = placeOf(world, plan.canary);
  const notKnown: string[] = [];
  const known = asking(notKnown);
  const lease = await known('the Lease', () => leaseAt(world, place, undefined, patience));
  const lived = lease.known && lease.value !== undefined ? await watched(world, place, lease.value, known) : undefined;
  const view = lived?.lease ?? (lease.known ? lease.value : undefined);
  const app = applicationOf(plan.canary, place.namespace);
  const [routes, stable, canary, guardian] = await Promise.all([
    known('the route', () => Promise.all(plan.canary.router.objects(app).map((ref) => world.cluster.get(ref)))),
    known('stable', () => workload(world, place, plan.canary.stableDeployment)),
    known('the canary', () => workload(world, place, plan.canary.canaryDeployment)),
    known('the guardian', () => guardianOf(world, place, view, lived?.beats)),
  ]);
  return {
    service: place.service,
    namespace: place.namespace,
    at: world.clock.now().toISOString(),
    ...rolloutOf(lease.known, view),
    holder: lease.known ? (view?.holder ?? '') : null,
    alive: lived?.alive ?? null,
    epoch: view?.epoch ?? null,
    weight: routes.known ? weightIn(plan, app, { routes: routes.value, view }, notKnown) : null,
    guardian: guardian.known ? guardian.value : null,
    request: view === undefined ? null : (pendingOf(view) ?? null),
    // Beside a living holder it is what that one is doing; without one, somebody has to end it.
    open: (view === undefined ? [] : openRecords(view)).map(({ what, remedy }) =>
      lived?.alive === true ? what : briefText({ what, remedy }),
    ),
    evidence: view?.evidence ?? null,
    lastKnownGood: view?.lastKnownGood ?? '',
    lastEnd: view?.ended ?? null,
    stable: stable.known ? stable.value : null,
    canary: canary.known ? canary.value : null,
    notKnown,
  };
}

type Answer<T> = { readonly known: true; readonly value: T } | { readonly known: false };
type Known = <T>(what: string, reading: () => Promise<T>) => Promise<Answer<T>>;

/** A cluster that cannot be reached at all is a failure of the operation; what it refuses to show is part of its answer. */
const asking =
  (notKnown: string[]): Known =>
  async (what, reading) => {
    try {
      return { known: true, value: await reading() };
    } catch (error) {
      if (!(error instanceof Failure && (error.code === 'CLUSTER_FORBIDDEN' || error.code === 'CLUSTER_BROKEN'))) throw error;
      notKnown.push(`${what}: ${error.what}`);
      return { known: false };
    }
  };

interface Watched {
  readonly lease: LeaseView | undefined;
  readonly alive: boolean | null;
  /** Whether the guardian was seen to beat. */
  readonly beats: boolean;
}

/** A living holder renews within a third of the Lease's duration, and a guardian beats within a sixth. Where neither is, nothing is waited for. */
async function watched(world: World, place: Place, first: LeaseView, known: Known): Promise<Watched> {
  const beat = (view: LeaseView | undefined): string | undefined =>
    view?.guardian !== undefined && 'beat' in view.guardian ? view.guardian.beat : undefined;
  const held = first.holder !== '';
  const longest = held ? renewalOf(first.durationSeconds) : beatPeriod(first.durationSeconds);
  const pace = lookEvery(first.durationSeconds);
  const limit = (): number => world.clock.monotonic() + longest * 1.25 + pace;
  let until = limit();
  // Neither could be written while the Lease could not be read.
  const missed = (): void => {
    until = limit() + pace;
  };
  let lease: LeaseView | undefined = first;
  let [alive, beats] = [false, false];
  while ((held && !alive) || (beat(first) !== undefined && !beats)) {
    if (world.clock.monotonic() >= until) break;
    await world.clock.sleep(pace);
    const answer = await known('the Lease', () => leaseAt(world, place, { missed }, patience));
    if (!answer.known || answer.value === undefined) return { lease, alive: null, beats };
    lease = answer.value;
    alive ||= lease.sign !== first.sign;
    beats ||= beat(lease) !== beat(first);
  }
  return { lease, alive: held ? alive && lease.holder !== '' : null, beats };
}

function rolloutOf(
  readable: boolean,
  view: LeaseView | undefined,
): Pick<Standing, 'phase' | 'paused' | 'stage' | 'since' | 'image' | 'previousImage' | 'run'> {
  const { phase, stage = '', since = '', image = '', previousImage = '', run = '', paused = false } = view?.rollout ?? {};
  const known = view === undefined ? 'untouched' : (phase ?? 'resting');
  return { phase: readable ? known : null, paused: paused || phase === 'paused', stage, since, image, previousImage, run };
}

function weightIn(
  { canary }: OperationPlan,
  app: Application,
  { routes: found, view }: { readonly routes: readonly (KubernetesObject | undefined)[]; readonly view: LeaseView | undefined },
  notKnown: string[],
): number | null {
  const { router } = canary;
  const objects = found.filter((object) => object !== undefined);
  const other = otherRoute(canary, app.namespace, view?.rollout);
  if (other !== undefined) {
    notKnown.push(`the weight: ${other}`);
    return null;
  }
  const lost = objects.length < found.length ? undefined : lostSide(router.ruleShares(objects, app), view?.rollout);
  if (lost !== undefined) {
    notKnown.push(`the weight: ${lost}`);
    return null;
  }
  // Where the canary is its own route, one that is not there has no users.
  if (objects.length === found.length || router.pods !== undefined) return router.weight(objects, app);
  notKnown.push('the weight: the route is not there');
  return null;
}

const isOfCanary = ({ metadata }: KubernetesObject): boolean => metadata.labels?.[trackLabel] === 'canary';

async function workload(world: World, { namespace }: Place, name: string): Promise<WorkloadStanding> {
  const deployment = await world.cluster.get({ kind: Deployment, namespace, name });
  if (deployment === undefined) return { name, image: '', replicas: 0, ready: 0, pods: [] };
  const pods = await world.cluster.list(Pod, namespace, {
    labels: isOfCanary(deployment) ? podLabelsOf(deployment) : stablePodLabelsOf(deployment),
  });
  const { replicas = 1, template } = deploymentSpec(deployment);
  return {
    name,
    image: (template?.spec?.containers ?? []).map(({ image = '' }) => image).join(', '),
    replicas,
    ready: deploymentStatus(deployment).readyReplicas ?? 0,
    pods: pods.map((pod) => ({ name: pod.metadata.name, ready: isReady(pod) })),
  };
}

async function guardianOf(
  world: World,
  { service, namespace }: Place,
  view: LeaseView | undefined,
  beats: boolean | undefined,
): Promise<GuardianStanding> {
  const sign = view?.guardian;
  const [job, pods] = await Promise.all([
    world.cluster.get({ kind: Job, namespace, name: guardianName(service) }),
    world.cluster.list(Pod, namespace, { labels: guardianLabels(service) }),
  ]);
  const runs = pods.filter((pod) => podStatus(pod).phase === 'Running').map(({ metadata }) => metadata.name);
  const place = job === undefined ? 'no Job of it is there' : runs.length === 0 ? 'its Job has no running pod' : `pod ${runs.join(', ')}`;
  const alive = job === undefined ? false : beats === true ? true : runs.length === 0 ? false : null;
  const said = { says: sign?.is ?? 'none', text: `${signText(sign)}; ${place}`, alive } as const;
  return sign?.is === 'pausing' ? { ...said, passed: sign.passed, deadline: view?.rollout?.deadline ?? 0 } : said;
}
