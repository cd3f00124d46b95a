import type { RolloutRecord } from '../../../src/domain/rollout/rollout-record.ts';

export const now = '2026-03-01T10:00:00.000000Z';

/** A rollout at 25 %, as it stands in its Lease. */
export const record: RolloutRecord = {
  phase: 'stages',
  weight: 25,
  container: 'agent',
  image: 'shop/agent@sha256:2',
  previousImage: 'shop/agent@sha256:1',
  run: 'https://github.com/o/r/actions/runs/1',
  since: now,
};
