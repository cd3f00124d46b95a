import type { Flow } from '../flow.ts';
import { executeTest, type TestResult } from './execute.ts';
import { parseTestInputs, type TestInputs, type TestPlan, testInputNames } from './inputs.ts';
import { refusedTest, reportTest, testOutputNames } from './report.ts';

/** `actions/test`: runs the tests and judges what they left, not what they said. */
export const flow: Flow<TestInputs, TestPlan, TestResult, 'workspace'> = {
  name: 'test',
  place: 'workspace',
  inputNames: testInputNames,
  outputNames: testOutputNames,
  documentNames: ['command'],
  secretNames: [],
  inputs: parseTestInputs,
  plan: ({ plan }) => plan,
  execute: executeTest,
  report: reportTest,
  refused: refusedTest,
};
