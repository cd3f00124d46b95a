/** One thing that was looked at before a cluster is used. `not-checked` is never shown as a pass. */
export type ClusterCheck = { readonly name: string } & (
  | { readonly is: 'pass'; readonly found: string }
  /** What does not stop the job, because nothing breaks by it today. */
  | { readonly is: 'warning' | 'fail'; readonly found: string; readonly remedy: string }
  | { readonly is: 'not-checked'; readonly reason: string; readonly required: boolean }
);

/** Whether a job may use the cluster: nothing failed, and nothing required went unchecked. */
export const isUsable = (checks: readonly ClusterCheck[]): boolean =>
  checks.every((check) => check.is === 'pass' || check.is === 'warning' || (check.is === 'not-checked' && !check.required));
