import { Failure } from '../../failure.ts';

/** A field that a server-side apply would change although another manager set it. */
export interface FieldConflict {
  readonly manager: string;
  /** `scale`, when it was set through a subresource. */
  readonly subresource: string | undefined;
  /** As the API server writes it: `.spec.template.spec.containers[name="agent"].image`. */
  readonly field: string;
}

/** The cause of a Failure CLUSTER_CONFLICT of an apply that was not forced. */
export class FieldConflicts {
  readonly conflicts: readonly FieldConflict[];
  constructor(conflicts: readonly FieldConflict[]) {
    this.conflicts = conflicts;
  }
}

/** Who is in the way, and where. Empty for every other error. */
export const fieldConflictsBehind = (error: unknown): readonly FieldConflict[] =>
  error instanceof Failure && error.cause instanceof FieldConflicts ? error.cause.conflicts : [];

/** One cause in the details of the API server's Status: `conflict with "kubectl" with subresource "scale" using apps/v1`. */
export function fieldConflict(cause: {
  readonly reason?: unknown;
  readonly message?: unknown;
  readonly field?: unknown;
}): readonly FieldConflict[] {
  const [, manager, subresource] =
    /^conflict with "((?:[^"\\]|\\.)*)"(?: with subresource "([^"]*)")?/.exec(String(cause.message ?? '')) ?? [];
  if (cause.reason !== 'FieldManagerConflict' || manager === undefined) return [];
  return [{ manager, subresource, field: String(cause.field ?? '') }];
}
