import type { Flow } from '../flow.ts';
import { executeGate, type GateResult } from '../gate/execute.ts';
import type { GatePlan } from '../gate/plan.ts';
import { gateOutputNames, refusedGate, reportGate } from '../gate/report.ts';
import { type GateInputs, lintInputNames, parseLintInputs } from './inputs.ts';

/** `actions/lint`: linters, formatters and type checkers side by side, with one verdict. */
export const flow: Flow<GateInputs, GatePlan, GateResult, 'gate'> = {
  name: 'lint',
  place: 'gate',
  inputNames: lintInputNames,
  outputNames: gateOutputNames,
  documentNames: ['commands'],
  secretNames: [],
  inputs: parseLintInputs,
  plan: ({ plan }) => plan,
  execute: executeGate,
  report: reportGate,
  refused: (failure) => refusedGate('lint', failure),
};
