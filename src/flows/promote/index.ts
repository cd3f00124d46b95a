import { flow as canary, canaryOutputNames } from '../canary/index.ts';
import { type CanaryInputs, parsePromoteInputs, promoteInputNames } from '../canary/inputs.ts';
import type { CanaryPlan } from '../canary/plan.ts';
import type { CanaryResult } from '../canary/result.ts';
import type { Flow } from '../flow.ts';

/** `actions/promote`: the same machine as the canary, entered at its last stage. */
export const flow: Flow<CanaryInputs, CanaryPlan, CanaryResult> = {
  ...canary,
  name: 'promote',
  inputNames: promoteInputNames,
  outputNames: canaryOutputNames,
  documentNames: canary.documentNames.filter((name) => promoteInputNames.includes(name)),
  inputs: parsePromoteInputs,
};
