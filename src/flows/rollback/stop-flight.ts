import { http } from '../../domain/analysis/presets/http.ts';
import { imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import type { InFlight } from '../../domain/rollback/in-flight.ts';
import type { Journal } from '../../domain/rolling/journal.ts';
import { rolledBack } from '../../domain/rollout/cause.ts';
import { Failure } from '../../failure.ts';
import type { CanaryPlan } from '../canary/plan.ts';
import { takeBackHeld } from '../canary/take-back.ts';
import type { Lineage } from '../lineage/fields.ts';
import { whoActs } from '../signature.ts';
import { findJournal } from '../stage/keep-journal.ts';
import type { UpdatePlan } from '../stage/plan.ts';
import { settle } from '../stage/settle.ts';
import { goBack } from '../stage/update.ts';
import type { BackPlan } from './plan.ts';
import type { Session } from './session.ts';

/** What goes on, with all that is needed to stop it. */
export interface Stopping {
  readonly flight: InFlight;
  readonly journal: Journal | undefined;
  /** What is taken back with it. */
  readonly images: readonly string[];
  /** By container of the service's Deployment: what it runs then, and what it would have run. */
  readonly after: Readonly<Record<string, string>>;
  readonly instead: Readonly<Record<string, string>>;
}

export async function stoppingOf(session: Session, flight: InFlight): Promise<Stopping> {
  const { world, plan, namespace, lock, looked } = session;
  const present = imagesOf(templateOf(looked.standing.workload));
  if (flight.is === 'canary') {
    const container = lock.found?.rollout?.container ?? '';
    const images = flight.settled ? [] : [flight.image];
    return {
      flight,
      journal: undefined,
      images,
      after: { ...present, [container]: flight.settled ? flight.image : flight.previousImage },
      instead: { ...present, [container]: flight.image },
    };
  }
  const journal = await findJournal(world, { service: plan.service, namespace });
  const entry = journal?.entries.find(({ ref }) => ref.kind.kind === 'Deployment' && ref.name === plan.stableDeployment);
  const before = entry?.before === undefined ? present : imagesOf(templateOf(entry.before));
  const set = journal?.entries.flatMap((each) => Object.values(each.images ?? {})) ?? [];
  const was = journal?.entries.flatMap(({ before: old }) => (old === undefined ? [] : Object.values(imagesOf(templateOf(old))))) ?? [];
  return {
    flight,
    journal,
    images: set.filter((image) => !was.includes(image)),
    after: before,
    instead: { ...before, ...entry?.images },
  };
}

/** By the ways back that a canary and a rolling update have themselves. Throws where that could not be confirmed. */
export async function stopFlight(session: Session, { flight, journal }: Stopping): Promise<void> {
  const { world, plan, lock } = session;
  const cause = rolledBack({ who: whoActs(world), why: plan.reason });
  if (flight.is === 'canary') {
    const started = world.clock.now().toISOString();
    const result = await takeBackHeld(world, {
      plan: canaryPlan(plan),
      lock,
      cause,
      patience: plan.rolloutTimeout,
      started,
      keepsLock: true,
    });
    session.writes.push(...(result?.writes ?? []));
    session.told ||= result !== undefined;
    if (result?.outcome === 'unknown') throw unconfirmed(result.reason);
    return;
  }
  const record = lock.found?.rolling;
  if (journal === undefined) {
    // It had not begun to write, or had taken everything back.
    if (record !== undefined) await lock.record({ rolling: { ...record, phase: 'resting' } });
    return;
  }
  const { session: rolling, ending } = await goBack(world, updatePlan(plan), lock, journal, cause);
  session.writes.push(...rolling.writes);
  session.told = true;
  if (ending.outcome === 'unknown') throw unconfirmed(ending.cause.text);
  await settle(rolling, ending, 'kept');
}

const unconfirmed = (text: string): Failure =>
  new Failure(
    'ROLLBACK_UNCONFIRMED',
    text,
    'Look at the route, the Deployments and the Lease at once, and run this action again: it goes on where this one ended.',
  );

/** A rollback is asked for no evidence, and older than what was there is what it wants to be. */
const noLineage: Lineage = { commit: undefined, requireStaging: false, stagingEnvironment: '', allowUnordered: true, reason: '' };

/** All that its way back asks of a canary's plan: nothing goes forward. */
const canaryPlan = (plan: BackPlan): CanaryPlan => ({
  action: 'canary',
  service: plan.service,
  namespace: plan.namespace,
  environment: plan.environment,
  image: undefined,
  container: plan.container,
  manifests: [],
  stableDeployment: plan.stableDeployment,
  canaryDeployment: plan.canaryDeployment,
  router: plan.router,
  route: plan.route,
  hosts: plan.hosts,
  subsets: plan.subsets,
  selectors: { stable: undefined, canary: undefined },
  stages: [],
  interval: 2,
  source: http,
  criteria: [],
  minRequests: 1,
  failureThreshold: 1,
  noDataTimeout: plan.rolloutTimeout,
  smoke: [],
  promote: false,
  requireEvidence: false,
  rolloutTimeout: plan.rolloutTimeout,
  lockTimeout: plan.lockTimeout,
  leaseDuration: plan.leaseDuration,
  // Whoever guards is dismissed.
  guardian: { image: '', serviceAccount: undefined },
  drain: plan.drain,
  pauseLimit: 1,
  pauseDeadline: 1,
  atRest: 'reset',
  canaryAtRest: 0,
  gitops: 'accept',
  dryRun: false,
  notifyOn: 'failure',
  metricsService: undefined,
  lineage: noLineage,
  // A way back waits for no gate.
  gates: [],
  allowedSkips: {},
});

const updatePlan = (plan: BackPlan): UpdatePlan => ({
  operation: 'deploy',
  service: plan.service,
  namespace: plan.namespace,
  environment: plan.environment,
  workloads: undefined,
  images: [],
  manifests: [],
  conflicts: 'refuse',
  pace: { maxSurge: undefined, maxUnavailable: undefined },
  smoke: [],
  port: undefined,
  changeCause: undefined,
  settings: new Map(),
  rolloutTimeout: plan.rolloutTimeout,
  lockTimeout: plan.lockTimeout,
  leaseDuration: plan.leaseDuration,
  gitops: 'accept',
  dryRun: false,
  notifyOn: 'failure',
  lineage: noLineage,
});
