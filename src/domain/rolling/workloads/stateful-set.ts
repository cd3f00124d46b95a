import { ControllerRevision, StatefulSet } from '../../kubernetes/kinds.ts';
import { statefulSetStatus } from '../../kubernetes/stateful-set-status.ts';
import { onDelete, type WorkloadKind } from './workload-kind.ts';

export const statefulSet: WorkloadKind = {
  kind: StatefulSet,
  short: 'sts',
  keeper: ControllerRevision,
  pausable: false,
  status: statefulSetStatus,
  unattended: onDelete,
};
