import { expect, it } from '@jest/globals';
import { readActions } from '../../scripts/action-metadata.ts';
import { reportFile } from '../../src/flows/report-file.ts';
import { readWorkflow, root } from '../workflows/workflow-files.ts';

const [, output = '', workflow = ''] = /output `(\w+)`; in ([\w.-]+) an artifact/.exec(reportFile) ?? [];

it.each(['lint', 'test', 'scan'])('the summary of %s says where the rest is, and it is there', (gate) => {
  expect(
    readActions(root)
      .find(({ name }) => name === gate)
      ?.outputs.map(({ name }) => name),
  ).toContain(output);
  const kept = readWorkflow(workflow).jobs[gate]?.steps.filter(({ uses }) => uses?.startsWith('actions/upload-artifact@') === true) ?? [];
  expect(kept.map((step) => String(step.with?.['path']).split('\n'))).toEqual([
    expect.arrayContaining([`\${{ steps.${gate}.outputs.${output} }}`]),
  ]);
});
