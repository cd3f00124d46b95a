import { failedReport } from '../failed-report.ts';
import type { Flow } from '../flow.ts';
import { type Choice, executeStrategy } from './execute.ts';
import { parseStrategyInputs, type StrategyInputs, type StrategyPlan, strategyInputNames } from './inputs.ts';
import { reportStrategy, strategyOutputNames } from './report.ts';

/** `actions/strategy`: how a change is to come to its users. */
export const flow: Flow<StrategyInputs, StrategyPlan, Choice, 'forge'> = {
  name: 'strategy',
  place: 'forge',
  inputNames: strategyInputNames,
  outputNames: strategyOutputNames,
  documentNames: [],
  secretNames: ['github-token'],
  inputs: parseStrategyInputs,
  plan: ({ plan }) => plan,
  execute: executeStrategy,
  report: reportStrategy,
  refused: (failure) => failedReport('not-started', failure, 'No strategy was chosen.'),
};
