import { CronJob } from '../../kubernetes/kinds.ts';
import type { WorkloadKind } from './workload-kind.ts';

export const cronJob: WorkloadKind = {
  kind: CronJob,
  short: 'cj',
  keeper: undefined,
  pausable: false,
  status: () => ({ is: 'available', ready: 0, replicas: 0 }),
  unattended: () => 'take a new template when their next time comes',
};
