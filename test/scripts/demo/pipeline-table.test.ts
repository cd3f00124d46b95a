import { describe, expect, it } from '@jest/globals';
import { type PipelineRow, pipelineDisappointments, pipelineTable } from '../../../scripts/demo/pipeline-table.ts';

const row: PipelineRow = {
  push: '2 to main',
  gates: { build: 'reused', canary: 'promoted' },
  expected: { build: 'reused', canary: 'promoted' },
  reachedUsers: true,
  shouldReachUsers: true,
  failedByTool: 0,
};

it('the table of the pipeline names each gate with its outcome', () => {
  expect(pipelineTable([row]).split('\n')[2]).toMatch(/^2 to main +build reused, canary promoted +yes +0$/);
});

describe('what is not as it should be', () => {
  it('is nothing, where all is', () => expect(pipelineDisappointments([row])).toEqual([]));

  it.each<readonly [string, Partial<PipelineRow>, string]>([
    [
      'a gate that ended otherwise',
      { gates: { build: 'reused', canary: 'rolled-back' } },
      'It ended with: build reused, canary rolled-back.',
    ],
    ['a gate that did not run', { gates: { build: 'reused' } }, 'It ended with: build reused.'],
    ['a gate that ran and should not', { gates: { ...row.gates, rollback: 'done' } }, 'rollback done.'],
    ['users without the version', { reachedUsers: false }, 'Users do not have the version of 2 to main.'],
    ['users with a version that is not for them', { shouldReachUsers: false }, 'Users have the version of 2 to main.'],
    ['requests that failed', { failedByTool: 3 }, '3 requests failed during 2 to main.'],
  ])('%s', (_, change, told) => {
    expect(pipelineDisappointments([{ ...row, ...change }]).join(' ')).toContain(told);
  });
});
