import type { Selectors } from '../../domain/analysis/arm.ts';
import type { Reading } from '../../domain/analysis/reading.ts';
import type { CapacityRecord } from '../../domain/capacity/record.ts';
import type { Diagnosis } from '../../domain/kubernetes/diagnosis.ts';
import type { Restarts } from '../../domain/kubernetes/health.ts';
import { Deployment } from '../../domain/kubernetes/kinds.ts';
import type { KubernetesObject, ObjectRef } from '../../domain/kubernetes/object.ts';
import type { TemplateRecord } from '../../domain/manifests/record.ts';
import { type Clone, cloneOf } from '../../domain/rollout/canary-deployment.ts';
import type { Cause } from '../../domain/rollout/cause.ts';
import type { Figures } from '../../domain/rollout/figures.ts';
import type { Hold } from '../../domain/rollout/hold.ts';
import type { Ending } from '../../domain/rollout/state.ts';
import type { RuleShares } from '../../domain/traffic/weights/rule-shares.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Troubles } from '../await-rollout.ts';
import type { Lock } from '../held-lock.ts';
import type { Notice } from '../notice.ts';
import type { Unheard } from '../unheard.ts';
import type { Writing } from '../writing.ts';
import type { Ground } from './ground.ts';
import type { CanaryPlan } from './plan.ts';
import { podLabelsOf } from './survey.ts';

/** What a run knows while it goes on. The fields without `readonly` are what it last ordered or saw. */
export interface Session {
  readonly world: World;
  readonly plan: CanaryPlan;
  readonly ground: Ground;
  readonly lock: Lock;
  /** The route as last ordered, once that was accepted, for telling drift. `undefined` before the claim. */
  route: { readonly shares: RuleShares; readonly generations: readonly (number | undefined)[] } | undefined;
  /** The route as the last look found it, until it is written: what follows at once need not read it again. */
  lookedAt: ReadonlyMap<string, KubernetesObject> | undefined;
  /** Monotonic seconds of the last look at route and canary that had an answer. */
  seenAt: number | undefined;
  /** The route of this rollout was there: one that is missing now was deleted. */
  routeSeen: boolean;
  /** Which image stable was last ordered to run: tells apart old and new where both are the same. */
  stableOrdered: 'old' | 'new';
  stablePods: readonly KubernetesObject[];
  canaryPods: readonly KubernetesObject[];
  /** As last ordered by this run. `undefined`: not yet. */
  canaryReplicas: number | undefined;
  /** How often someone else was found to have changed the split. */
  fights: number;
  /** A guardian has acknowledged this run: from now on its silence counts. */
  guarded: boolean;
  /** Of the canary's pods when it became Available, or as the first look found them where a run before had waited for that: more than these are trouble. */
  restarts: Restarts | undefined;
  /** Of stable's pods when it was Available with what it was last ordered to run. */
  stableRestarts: Restarts;
  /** Of the pods that are waited for. */
  troubles: Troubles;
  /** Monotonic seconds: since when the nodes of all its pods have not been heard of, while stable was ready, in an unbroken row of looks. */
  unheardSince: number | undefined;
  /** What was wrong with pods when they were last looked at under traffic. */
  trouble: Diagnosis | undefined;
  /** What the metric store last said of each pod. */
  counted: Reading | undefined;
  /** `undefined` until the canary's pods are known. */
  selectors: Selectors | undefined;
  /** What was written, in order, for the report. */
  readonly writes: Writing[];
  readonly unheard: Unheard;
  readonly smoke: string[];
  /** What stands in the Lease about templates. */
  template: TemplateRecord;
  /** What stands in the Lease about stable's autoscaler, to be put back. */
  capacity: CapacityRecord;
  /** What a person should know at the end beside the outcome. */
  readonly remarks: string[];
  /** Why it goes back, as soon as it does. */
  cause: Cause | undefined;
  /** Set once: its image is not to come again. */
  hold: Hold | undefined;
  /** How it is about to end: what an alert tells of. */
  ending: Ending | undefined;
  /** The last figures of both arms under traffic. */
  figures: Figures | undefined;
  /** Page or name of the run whose rollout it is: a successor ends that of another. */
  run: string;
  /** Names of those who know of this rollout's ending; a successor begins with whom the run before has told. */
  told: readonly string[];
  /** Who was told of what, or could not be, for the report. */
  readonly notices: Notice[];
  /** Done when everyone was told or could not be: nothing waits for it but the end of the run. */
  telling: Promise<void>;
}

export async function recordTemplate(session: Session, template: TemplateRecord): Promise<void> {
  await session.lock.record({ template });
  session.template = template;
}

export const stableRef = ({ plan, ground }: Session): ObjectRef => ({
  kind: Deployment,
  namespace: ground.app.namespace,
  name: plan.stableDeployment,
});
export const canaryRef = ({ plan, ground }: Session): ObjectRef => ({
  kind: Deployment,
  namespace: ground.app.namespace,
  name: plan.canaryDeployment,
});

/** The canary that is ours: made again from stable at each run. */
export function ourCanary({ plan, ground }: Pick<Session, 'plan' | 'ground'>, replicas: number): KubernetesObject {
  const clone: Clone = {
    service: plan.service,
    canaryName: plan.canaryDeployment,
    container: ground.container,
    image: ground.image,
    replicas,
  };
  const made = cloneOf(ground.wanted, ground.canaryLabels, clone);
  return plan.router.pods?.prepared(made, ground.replicas) ?? made;
}

/** The label selector of the canary's pods. */
export const canaryLabels = (session: Pick<Session, 'plan' | 'ground'>): string =>
  podLabelsOf(session.ground.canary.is === 'users' ? session.ground.canary.deployment : ourCanary(session, 0));
