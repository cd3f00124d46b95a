import { isOpen } from '../rolling/record.ts';
import type { LeaseView } from '../rollout/lease.ts';

/** What goes on, or was left, in the service. */
export type InFlight =
  /** `settled`: stable has the new image and all users already, only the tidying is left. */
  | {
      readonly is: 'canary';
      readonly settled: boolean;
      readonly image: string;
      readonly previousImage: string;
      readonly weight: number;
      readonly run: string;
    }
  | { readonly is: 'rolling'; readonly run: string };

export function inFlight(lease: LeaseView | undefined): InFlight | undefined {
  const { rollout, rolling } = lease ?? {};
  if (isOpen(rolling)) return { is: 'rolling', run: rolling.run };
  if (rollout === undefined || rollout.phase === 'resting') return undefined;
  const { image, previousImage, weight, run } = rollout;
  return { is: 'canary', settled: rollout.phase === 'promoted', image, previousImage, weight, run };
}

/** Whether stopping what goes on is all that was asked for: then what ran before runs again. */
export const isAnswered = (flight: InFlight | undefined, to: { readonly kind: string }): boolean =>
  flight !== undefined && !(flight.is === 'canary' && flight.settled) && (to.kind === 'previous' || to.kind === 'last-known-good');
