import { daemonSetStatus } from '../../kubernetes/daemon-set-status.ts';
import { ControllerRevision, DaemonSet } from '../../kubernetes/kinds.ts';
import { onDelete, type WorkloadKind } from './workload-kind.ts';

export const daemonSet: WorkloadKind = {
  kind: DaemonSet,
  short: 'ds',
  keeper: ControllerRevision,
  pausable: false,
  status: daemonSetStatus,
  unattended: onDelete,
};
