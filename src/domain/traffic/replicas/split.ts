import { Failure } from '../../../failure.ts';
import { annotated } from '../../kubernetes/manifest.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { deploymentSpec } from '../../kubernetes/workload.ts';
import { checkPercent } from '../weights/split.ts';
import { ceiling, podsFor, shareOf } from './share.ts';

/** On the canary Deployment: how many of its pods may get users, and beside how many of stable. */
export const splitAnnotation = 'wf-deploy.io/split';

export interface PodCounts {
  readonly open: number;
  readonly stable: number;
}

/** `undefined`: it says nothing that could be read. */
export function countsOf(canary: KubernetesObject): PodCounts | undefined {
  const [, open, stable] = /^(\d{1,6})\/([1-9]\d{0,5})$/.exec(canary.metadata.annotations?.[splitAnnotation] ?? '') ?? [];
  return open === undefined || stable === undefined ? undefined : { open: Number(open), stable: Number(stable) };
}

export const countsText = ({ open, stable }: PodCounts): string => `${open}/${stable}`;

const sizeOf = (canary: KubernetesObject): number => deploymentSpec(canary).replicas ?? 1;

/**
 * The canary's share as it is ordered. Pods beyond those that are open wait behind their gate. Where nobody says how many are open, all that
 * run may have users: that counts as the ceiling, so that it is noticed.
 */
export function weightOf(canary: KubernetesObject): number {
  const counts = countsOf(canary);
  if (counts === undefined) return sizeOf(canary) > 0 ? ceiling : 0;
  return shareOf(Math.min(counts.open, sizeOf(canary)), counts.stable);
}

/**
 * The canary with another share. At 0 its pods go: that needs one write, which a guardian can make, and no gate. Above, as many as are open
 * have to be there.
 */
export function withPercent(canary: KubernetesObject, percent: number): KubernetesObject {
  checkPercent(percent);
  const counts = countsOf(canary);
  if (counts === undefined && percent > 0)
    throw new Failure(
      'ROUTE_UNUSABLE',
      `Deployment ${canary.metadata.name} does not say any more how many of its pods are open (annotation ${splitAnnotation}).`,
      'See in its managedFields who took that away.',
    );
  const open = counts === undefined ? 0 : podsFor(counts.stable, percent);
  const sized = sizeOf(canary) === open ? canary : { ...canary, spec: { ...deploymentSpec(canary), replicas: open } };
  return counts === undefined || counts.open === open ? sized : annotated(sized, { [splitAnnotation]: countsText({ ...counts, open }) });
}
