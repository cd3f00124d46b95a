import type { Flow } from '../flow.ts';
import { finish, rollBack } from './execute.ts';
import { parseRollbackInputs, type RollbackInputs, rollbackDocuments, rollbackInputNames } from './inputs.ts';
import type { RollbackPlan } from './plan.ts';
import { refusedRollback, reportRollback, unconfirmedRollback } from './report.ts';
import type { RollbackResult } from './result.ts';
import { finishUnhold, unhold } from './unhold.ts';

export const rollbackOutputNames = ['outcome', 'reason', 'images', 'previous-images', 'revision', 'held', 'report'] as const;

/** `actions/rollback`. */
export const flow: Flow<RollbackInputs, RollbackPlan, RollbackResult> = {
  name: 'rollback',
  place: 'cluster',
  inputNames: rollbackInputNames,
  outputNames: rollbackOutputNames,
  documentNames: rollbackDocuments,
  secretNames: ['notify-webhook'],
  inputs: parseRollbackInputs,
  plan: ({ plan }) => plan,
  execute: (plan, world) => (plan.operation === 'unhold' ? unhold(plan, world) : rollBack(plan, world)),
  report: reportRollback,
  refused: refusedRollback,
  post: {
    run: (plan, handedOver, world) =>
      plan.operation === 'unhold' ? finishUnhold(plan, handedOver, world) : finish(plan, handedOver, world),
    unconfirmed: unconfirmedRollback,
  },
};
