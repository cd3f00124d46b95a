import type { KnownKind } from '../domain/rolling/manifest.ts';

/** What the Kubernetes API has to offer. */
export interface Discovery {
  /** The kinds in a group and version (`apps/v1`, `v1`). Empty when there is no such group or version. Throws a `Failure` with a CLUSTER_* code. */
  kinds(apiVersion: string, signal?: AbortSignal): Promise<readonly KnownKind[]>;
}
