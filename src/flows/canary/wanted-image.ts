import type { LeaseView } from '../../domain/rollout/lease.ts';
import { type ImageRef, parseImage } from '../../domain/units/image.ts';
import type { CanaryPlan } from './plan.ts';

/** The image of the inputs, or, for a promotion that names none, the one that was analysed: none where none has passed. */
export function wantedImage(plan: CanaryPlan, lease: LeaseView | undefined): ImageRef | undefined {
  if (plan.image !== undefined) return plan.image;
  const evidence = lease?.evidence === undefined ? undefined : parseImage(lease.evidence.image);
  return evidence?.ok === true ? evidence.value : undefined;
}
