import type { Flow } from '../flow.ts';
import { executeOperation } from '../operations/execute.ts';
import { type OperationInputs, operationOf, parseOperationInputs } from '../operations/inputs.ts';
import type { OperationPlan } from '../operations/plan.ts';
import { reportOperation } from '../operations/report.ts';
import type { OperationResult } from '../operations/result.ts';
import { documents } from '../shared-fields.ts';
import { executeCanary } from './execute.ts';
import { type CanaryInputs, canaryInputNames, parseCanaryInputs } from './inputs.ts';
import { type CanaryPlan, planRollout } from './plan.ts';
import { refusedCanary, reportCanary, unconfirmedCanary } from './report.ts';
import type { CanaryResult } from './result.ts';
import { takeBack } from './take-back.ts';

export const releaseOutputNames = ['outcome', 'stage', 'weight', 'reason', 'previous-image', 'image', 'report'] as const;

/** A rollout of an image. */
export const release: Flow<CanaryInputs, CanaryPlan, CanaryResult> = {
  name: 'canary',
  place: 'cluster',
  inputNames: canaryInputNames,
  outputNames: releaseOutputNames,
  documentNames: documents,
  secretNames: ['prometheus-token', 'notify-webhook', 'github-token'],
  inputs: parseCanaryInputs,
  plan: ({ wishes }) => planRollout(wishes),
  execute: executeCanary,
  report: reportCanary,
  refused: refusedCanary,
  post: { run: takeBack, unconfirmed: unconfirmedCanary },
};

type Inputs = CanaryInputs | OperationInputs;
type Plan = CanaryPlan | OperationPlan;
/** With the plan that it came of. */
type Came =
  | { readonly of: 'release'; readonly plan: CanaryPlan; readonly result: CanaryResult }
  | { readonly of: 'operation'; readonly plan: OperationPlan; readonly result: OperationResult };

/** `actions/canary`: a release, or an operation on one. */
export const flow: Flow<Inputs, Plan, Came> = {
  ...release,
  outputNames: [...releaseOutputNames, 'status'],
  inputs(raw) {
    const operation = operationOf(raw);
    return operation === undefined ? parseCanaryInputs(raw) : parseOperationInputs(operation, raw);
  },
  plan: (inputs) =>
    'operation' in inputs
      ? { operation: inputs.operation, reason: inputs.reason, onlyThisRun: inputs.onlyThisRun, canary: planRollout(inputs.wishes) }
      : planRollout(inputs.wishes),
  execute: async (plan, world) =>
    'operation' in plan
      ? { of: 'operation', plan, result: await executeOperation(plan, world) }
      : { of: 'release', plan, result: await executeCanary(plan, world) },
  report: (_, came) => (came.of === 'operation' ? reportOperation(came.plan, came.result) : reportCanary(came.plan, came.result)),
  post: {
    run: (plan, handedOver, world) => takeBack('operation' in plan ? plan.canary : plan, handedOver, world),
    unconfirmed: unconfirmedCanary,
  },
};
