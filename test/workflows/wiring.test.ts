import { describe, expect, it } from '@jest/globals';
import { readWorkflow } from './workflow-files.ts';

// A workflow that only hands on: each input reaches the action under its own name, so that an input of either is described once and means the same.
describe.each([
  [
    ...['rollback.yml', 'rollback'],
    {
      // The step before opens the cluster where one is named: rollback-workflow.test.ts is about that one.
      kubeconfig: "inputs.cluster == '' && inputs.aks == '' && secrets.KUBECONFIG || ''",
      namespace: 'inputs.namespace || steps.cluster.outputs.namespace',
      notify: 'secrets.NOTIFY',
    },
    [
      ...['github-environment', 'runs-on', 'cluster', 'aks', 'wait-for-operation'],
      ...['azure-client-id', 'azure-tenant-id', 'azure-cloud', 'azure-authority', 'azure-management'],
    ],
    ['held', 'images', 'outcome'],
  ],
  [
    ...['deploy.yml', 'deploy'],
    { kubeconfig: 'secrets.KUBECONFIG', kubeconfigs: 'secrets.KUBECONFIGS', 'notify-webhook': 'secrets.NOTIFY_WEBHOOK' },
    ['runs-on', 'timeout-minutes'],
    ['clusters', 'images', 'outcome'],
  ],
] as const)('%s', (file, id, secrets, ofTheJob, outputs) => {
  const { on, jobs } = readWorkflow(file);
  const step = jobs[id]?.steps.find((each) => each.id === id);

  it('gives its action every input by its own name, and its secrets', () => {
    const inputs = Object.keys(on.workflow_call?.inputs ?? {}).filter((name) => !(ofTheJob as readonly string[]).includes(name));
    const given = [...inputs.map((name) => [name, `inputs.${name}`]), ...Object.entries(secrets)];
    expect(step?.with).toEqual(Object.fromEntries(given.map(([name, from]) => [name, `\${{ ${from} }}`])));
  });

  it('hands the outputs of its action on by their own names', () => {
    expect(jobs[id]?.outputs).toEqual(Object.fromEntries(outputs.map((name) => [name, `\${{ steps.${id}.outputs.${name} }}`])));
    const called = Object.entries(on.workflow_call?.outputs ?? {}).map(([name, { value }]) => [name, value]);
    expect(Object.fromEntries(called)).toEqual(Object.fromEntries(outputs.map((name) => [name, `\${{ jobs.${id}.outputs.${name} }}`])));
  });
});
