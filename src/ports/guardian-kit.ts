import type { Destination } from '../domain/alert/destination.ts';

/** What a guardian in the cluster is equipped with. */
export interface GuardianKit {
  /** The guardian's script for a router, as text. Throws INTERNAL when this build has none. */
  script(router: string): Promise<string>;
  /** Whom it tells of what it did: secrets. */
  readonly tells: readonly Destination[];
}
