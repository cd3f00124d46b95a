import { Deployment } from '../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';
import { rolloutStatus } from '../../src/domain/kubernetes/rollout-status.ts';
import { imageOf } from '../../src/domain/rollout/container-image.ts';
import { type LeaseView, readLease } from '../../src/domain/rollout/lease.ts';
import { guardianKinds } from '../guardian/guarded.ts';
import type { ApiObject } from '../lab/api-objects.ts';
import { leaseOf } from '../rollout/rollouts.ts';
import type { Subject } from './subject.ts';

/** A namespace as it stands once nobody works on it any more. */
export interface Scene {
  readonly weight: number;
  readonly stable: KubernetesObject;
  readonly canary: KubernetesObject | undefined;
  readonly lease: LeaseView | undefined;
  /** Whether the Lease was not renewed for its duration: then it is anyone's, whoever is named in it. */
  readonly expired: boolean;
  /** Of stable, and of the canary while it has users. */
  readonly autoscalers: readonly ApiObject[];
  /** Everything labelled as a guardian's. */
  readonly guardian: readonly ApiObject[];
  /** What stable may run: what it ran before, and where the rollout came so far the new image. */
  readonly images: readonly string[];
}

/** What is wrong; `undefined` when nothing is. */
export type Law = (scene: Scene) => string | undefined;

const container = 'agent-api';
/** Of stable's autoscaler, below the two pods that stable has: a rollout raises it, and puts it back. */
export const minimum = 1;

/** What holds as soon as one writer, whichever, has dealt with what a dead run left. */
const traffic: readonly Law[] = [
  ({ weight }) => (weight === 0 ? undefined : `the canary has ${weight} %`),
  ({ stable }) => {
    const status = rolloutStatus(stable);
    return status.is === 'available' ? undefined : `stable is ${status.is}`;
  },
  ({ stable, images }) => {
    const image = imageOf(stable, container) ?? '';
    return images.includes(image) ? undefined : `stable runs ${image} and not ${images.join(' or ')}`;
  },
  ({ lease, expired }) => (lease === undefined || lease.holder === '' || expired ? undefined : `${lease.holder} holds the Lease`),
];

/** A guardian that has acted leaves its Job, which the cluster removes in time with everything that names it as owner. */
export const afterGuardian: readonly Law[] = [
  ...traffic,
  ({ guardian }) => {
    const jobs = guardian.filter(({ kind }) => kind === 'Job');
    const orphan = guardian.find(({ kind, metadata }) => kind !== 'Job' && !isOwned(metadata?.['ownerReferences'], jobs));
    return orphan === undefined ? undefined : `${orphan.kind} ${orphan.metadata?.name} has no owner`;
  },
  ({ guardian }) => {
    const going = guardian.find(({ kind, status }) => kind === 'Job' && status?.succeeded !== 1);
    return going === undefined ? undefined : 'the guardian has not ended';
  },
  ({ guardian }) =>
    guardian.every(({ kind, spec }) => kind !== 'Job' || spec.ttlSecondsAfterFinished > 0) ? undefined : 'its Job would stay for good',
];

/** A run that came to its end leaves nothing but what it leaves on purpose. */
export const afterRun: readonly Law[] = [
  ...traffic,
  ({ canary }) => {
    const replicas = canary === undefined ? 0 : (canary['spec'] as { readonly replicas: number }).replicas;
    return replicas === 0 ? undefined : `the canary rests at ${replicas} pods`;
  },
  ({ guardian }) =>
    guardian.length === 0 ? undefined : `left behind: ${guardian.map(({ kind, metadata }) => `${kind} ${metadata?.name}`).join(', ')}`,
  ({ autoscalers }) => {
    const [stable, ...others] = autoscalers.map(({ metadata, spec }) => `${metadata?.name} from ${spec.minReplicas}`);
    return stable === `agent from ${minimum}` && others.length === 0 ? undefined : `autoscalers: ${[stable, ...others].join(', ')}`;
  },
  ({ lease }) => (lease?.rollout?.phase === 'resting' ? undefined : `the Lease says ${lease?.rollout?.phase ?? 'nothing'}`),
];

const isOwned = (owners: unknown, jobs: readonly ApiObject[]): boolean =>
  ((owners ?? []) as readonly { readonly uid: string }[]).some(({ uid }) => jobs.some(({ metadata }) => metadata?.uid === uid));

/** Waits until every law holds, and says which do not when they never do. */
export async function untilLawful(subject: Subject, laws: readonly Law[], images: readonly string[], seconds: number): Promise<void> {
  const { client } = subject.app.lab;
  let broken: readonly string[] = [];
  const probe = async (): Promise<boolean> => {
    const scene = await sceneOf(subject, images);
    broken = laws.flatMap((law) => law(scene) ?? []);
    return broken.length === 0;
  };
  try {
    await client.waitFor('a lawful world', probe, seconds);
  } catch (error) {
    throw new Error(`After ${seconds} s: ${broken.join('; ')}`, { cause: error });
  }
}

async function sceneOf(subject: Subject, images: readonly string[]): Promise<Scene> {
  const { app, router, application } = subject;
  const { client } = app.lab;
  const { namespace } = app;
  const deployment = (name: string) => client.find({ apiVersion: Deployment.apiVersion, kind: Deployment.kind, namespace, name });
  const [route, stable, canary, lease, autoscalers, ...guardian] = await Promise.all([
    subject.route(),
    deployment('agent'),
    deployment('agent-canary'),
    leaseOf(app),
    client.list({ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', namespace }),
    ...guardianKinds.map(async ([apiVersion, kind]) =>
      (await client.list({ apiVersion, kind, namespace }, 'wf-deploy.io/track=guardian')).map((object) => ({ ...object, kind })),
    ),
  ]);
  if (stable === undefined) throw new Error('There is no stable.');
  return {
    weight: router.weight([route], application),
    stable: stable as KubernetesObject,
    canary: canary as KubernetesObject | undefined,
    lease: lease === undefined ? undefined : readLease(lease as KubernetesObject),
    // Written on this very machine, so that the stamp can be compared.
    expired: Date.parse(lease?.['spec'].renewTime) + 1000 * lease?.['spec'].leaseDurationSeconds < Date.now(),
    autoscalers,
    guardian: guardian.flat(),
    images,
  };
}
