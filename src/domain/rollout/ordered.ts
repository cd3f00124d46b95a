import { Failure } from '../../failure.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Application, Router } from '../traffic/router.ts';
import { epochAnnotation, epochOf } from './lease.ts';

/** The part of a router that moves traffic. */
export type SplitLens = Pick<Router, 'objects' | 'ruleShares' | 'withWeight'>;

export interface Order {
  readonly epoch: number;
  /** Percent; `as-found` changes nothing but the epoch. */
  readonly weight: number | 'as-found';
}

/**
 * An object of the route as it has to be written, still with the resourceVersion it was read with; `undefined` when it is so already.
 * Throws LOCK_LOST when it carries a later epoch: whoever wrote that decides where the traffic goes.
 */
export function ordered(
  lens: SplitLens,
  app: Application,
  { epoch, weight }: Order,
  found: KubernetesObject,
): KubernetesObject | undefined {
  const there = refuseOvertaken(found, epoch);
  const split = weight === 'as-found' ? found : lens.withWeight([found], app, weight)[0];
  if (there === epoch && (split === undefined || weight === 'as-found' || JSON.stringify(split) === JSON.stringify(found)))
    return undefined;
  const { metadata, ...rest } = split ?? found;
  return {
    ...rest,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [epochAnnotation]: String(epoch) } },
  } as KubernetesObject;
}

/** The epoch that an object carries. Throws LOCK_LOST where that is a later one. */
export function refuseOvertaken(found: KubernetesObject | undefined, epoch: number, name = 'The route'): number {
  const there = found === undefined ? 0 : epochOf(found);
  if (there <= epoch) return there;
  throw new Failure(
    'LOCK_LOST',
    `${name} carries epoch ${there}, and this run has ${epoch}.`,
    'See the run that holds the Lease now. This one has stopped writing.',
  );
}
