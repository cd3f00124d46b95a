import type { Cause } from './cause.ts';

/** What became of an effect, for machines without measured stages: rolling updates, switches between colours. */
export type StepEvent =
  | { readonly on: 'done' }
  | { readonly on: 'failed'; readonly cause: Cause }
  | { readonly on: 'cancelled'; readonly by: string }
  /** The Lease is someone else's: nothing may be written any more. */
  | { readonly on: 'lock-lost'; readonly text: string };
