import { Deployment, ReplicaSet } from '../../kubernetes/kinds.ts';
import { rolloutStatus } from '../../kubernetes/rollout-status.ts';
import type { WorkloadKind } from './workload-kind.ts';

export const deployment: WorkloadKind = {
  kind: Deployment,
  short: 'deploy',
  keeper: ReplicaSet,
  pausable: true,
  status: rolloutStatus,
  unattended: () => undefined,
};
