import { release, releaseOutputNames } from '../canary/index.ts';
import { type CanaryInputs, parsePromoteInputs, promoteInputNames } from '../canary/inputs.ts';
import type { CanaryPlan } from '../canary/plan.ts';
import type { CanaryResult } from '../canary/result.ts';
import type { Flow } from '../flow.ts';

/** `actions/promote`: the same machine as the canary, entered at its last stage. */
export const flow: Flow<CanaryInputs, CanaryPlan, CanaryResult> = {
  ...release,
  name: 'promote',
  inputNames: promoteInputNames,
  outputNames: releaseOutputNames,
  documentNames: release.documentNames.filter((name) => promoteInputNames.includes(name)),
  inputs: parsePromoteInputs,
};
