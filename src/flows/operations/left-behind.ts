import { ConfigMap, Deployment, HorizontalPodAutoscaler, Job, Secret } from '../../domain/kubernetes/kinds.ts';
import { type Kind, type KubernetesObject, nameOf, type ObjectRef } from '../../domain/kubernetes/object.ts';
import type { ConfigName } from '../../domain/manifests/references.ts';
import { configurationTrack } from '../../domain/manifests/release.ts';
import { serviceLabel, trackLabel } from '../../domain/rollout/canary-deployment.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { configurationInUse } from '../canary/manifests.ts';
import type { Place } from './holder.ts';
import { type Found, seenObject } from './remove-seen.ts';

/** Kinds of objects that are ours, beside the guardian's account. The Job first: what names it as its owner goes with it. */
export const ourKinds: readonly Kind[] = [Job, HorizontalPodAutoscaler, Deployment, ConfigMap, Secret];

/** A label selector of all that is ours of a service. */
export const ourObjects = (service: string): string => `${serviceLabel}=${service}`;

/**
 * What a Job owns goes with it and may be listed still: it is removed by its own name all the same. Copies of configuration that stable's
 * pods read stay, with their label: the next `uninstall` finds them by it.
 */
export async function leftBehind(world: World, { service, namespace }: Place, stableDeployment: string): Promise<Found> {
  const lists = await Promise.all(
    ourKinds.map(async (kind) => {
      const found = await world.cluster.list(kind, namespace, { labels: ourObjects(service) });
      return found.map((object) => ({
        ref: seenObject({ kind, namespace, name: object.metadata.name }, object),
        isCopy: isCopy(object),
      }));
    }),
  );
  const found = lists.flat();
  const copies = found.filter((each) => each.isCopy).map(({ ref }) => ref);
  const stable = { kind: Deployment, namespace, name: stableDeployment };
  const { used, why } = copies.length === 0 ? { used: [], why: '' } : await usage(world, stable);
  const kept = copies.filter(({ kind, name }) => used === 'unknown' || used.some((each) => each.kind === kind.kind && each.name === name));
  return {
    ours: found.map(({ ref }) => ref).filter((ref) => !kept.includes(ref)),
    stays: kept.length === 0 ? [] : [`${kept.map(nameOf).join(', ')}: ${why} The cluster deletes them after ${nameOf(stable)}.`],
  };
}

const isCopy = ({ metadata }: KubernetesObject): boolean => metadata.labels?.[trackLabel] === configurationTrack;

interface Usage {
  readonly used: readonly ConfigName[] | 'unknown';
  readonly why: string;
}

async function usage(world: World, stable: ObjectRef): Promise<Usage> {
  const name = nameOf(stable);
  try {
    const used = await configurationInUse(world, stable);
    return used === undefined
      ? { used: 'unknown', why: `there is no ${name} that would say whether its pods need them, so they stay.` }
      : { used, why: `${name}, or a template that it could be rolled back to, names them, so they stay.` };
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'CLUSTER_FORBIDDEN')) throw error;
    return { used: 'unknown', why: `whether ${name} needs them may not be seen from here (list replicasets), so they stay.` };
  }
}
