import type { Flow } from '../flow.ts';
import { executeStage } from './execute.ts';
import { parseStageInputs, type StageInputs, stageDocuments, stageInputNames } from './inputs.ts';
import type { StagePlan } from './plan.ts';
import { refusedStage, reportStage, unconfirmedStage } from './report.ts';
import type { StageResult } from './result.ts';
import { takeBack } from './take-back.ts';

export const stageOutputNames = ['outcome', 'reason', 'images', 'previous-images', 'history', 'report'] as const;

/** `actions/stage`. */
export const flow: Flow<StageInputs, StagePlan, StageResult> = {
  name: 'stage',
  place: 'cluster',
  inputNames: stageInputNames,
  outputNames: stageOutputNames,
  documentNames: stageDocuments,
  secretNames: ['notify-webhook', 'github-token'],
  inputs: parseStageInputs,
  plan: ({ plan }) => plan,
  execute: executeStage,
  report: reportStage,
  refused: refusedStage,
  post: { run: takeBack, unconfirmed: unconfirmedStage },
};
