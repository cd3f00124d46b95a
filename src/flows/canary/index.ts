import type { Flow } from '../flow.ts';
import { executeCanary } from './execute.ts';
import { type CanaryInputs, canaryInputNames, parseCanaryInputs } from './inputs.ts';
import { type CanaryPlan, planRollout } from './plan.ts';
import { refusedCanary, reportCanary, unconfirmedCanary } from './report.ts';
import type { CanaryResult } from './result.ts';
import { documents } from './shared-fields.ts';
import { takeBack } from './take-back.ts';

export const canaryOutputNames = ['outcome', 'stage', 'weight', 'reason', 'previous-image', 'image', 'report'] as const;

/** `actions/canary`. */
export const flow: Flow<CanaryInputs, CanaryPlan, CanaryResult> = {
  name: 'canary',
  place: 'cluster',
  inputNames: canaryInputNames,
  outputNames: canaryOutputNames,
  documentNames: documents,
  secretNames: ['prometheus-token', 'notify-webhook'],
  inputs: parseCanaryInputs,
  plan: ({ wishes }) => planRollout(wishes),
  execute: executeCanary,
  report: reportCanary,
  refused: refusedCanary,
  post: { run: takeBack, unconfirmed: unconfirmedCanary },
};
