import { cronJob } from './cron-job.ts';
import { daemonSet } from './daemon-set.ts';
import { deployment } from './deployment.ts';
import { statefulSet } from './stateful-set.ts';
import type { WorkloadKind } from './workload-kind.ts';

/** Every kind of workload that is rolled out, by the word that inputs name it with. */
export const workloadKinds: Readonly<Record<string, WorkloadKind>> = {
  deployment,
  statefulset: statefulSet,
  daemonset: daemonSet,
  cronjob: cronJob,
};
