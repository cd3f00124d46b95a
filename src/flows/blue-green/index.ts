import type { Flow } from '../flow.ts';
import { executeBlueGreen } from './execute.ts';
import { type BlueGreenInputs, blueGreenDocuments, blueGreenInputNames, parseBlueGreenInputs } from './inputs.ts';
import type { BlueGreenWish } from './plan.ts';
import { refusedBlueGreen, reportBlueGreen, unconfirmedBlueGreen } from './report.ts';
import type { BlueGreenResult } from './result.ts';
import { takeBack } from './take-back.ts';

export const blueGreenOutputNames = ['outcome', 'reason', 'live', 'image', 'previous-image', 'images', 'held', 'report'] as const;

/** `actions/blue-green`. */
export const flow: Flow<BlueGreenInputs, BlueGreenWish, BlueGreenResult> = {
  name: 'blue-green',
  place: 'cluster',
  inputNames: blueGreenInputNames,
  outputNames: blueGreenOutputNames,
  documentNames: blueGreenDocuments,
  secretNames: ['prometheus-token', 'notify-webhook', 'github-token'],
  inputs: parseBlueGreenInputs,
  plan: ({ plan }) => plan,
  execute: executeBlueGreen,
  report: reportBlueGreen,
  refused: refusedBlueGreen,
  post: { run: takeBack, unconfirmed: unconfirmedBlueGreen },
};
