import type { Flow } from '../flow.ts';
import { executeGate, type GateResult } from '../gate/execute.ts';
import type { GatePlan } from '../gate/plan.ts';
import { gateOutputNames, refusedGate, reportGate } from '../gate/report.ts';
import type { GateInputs } from '../lint/inputs.ts';
import { parseScanInputs, scanInputNames } from './inputs.ts';

const scanOutputNames: readonly string[] = gateOutputNames.flatMap((name) => (name === 'report' ? ['sarif', name] : [name]));

/** `actions/scan`: vulnerabilities, secrets and dangerous code, with one verdict. */
export const flow: Flow<GateInputs, GatePlan, GateResult, 'gate'> = {
  name: 'scan',
  place: 'gate',
  inputNames: scanInputNames,
  outputNames: scanOutputNames,
  documentNames: ['reports'],
  secretNames: ['github-token'],
  inputs: parseScanInputs,
  plan: ({ plan }) => plan,
  execute: executeGate,
  report: reportGate,
  refused: (failure) => refusedGate('scan', failure),
};
