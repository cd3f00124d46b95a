import { describe, expect, it } from '@jest/globals';
import { readWorkflow } from './workflow-files.ts';

// A workflow that only hands on: each input reaches the action under its own name, or one before it that opens the cluster or is for services in two colours, so that an input is described
// once and means the same.
describe.each([
  [
    ...['rollback.yml', 'rollback'],
    {
      kubeconfig: "inputs.cluster == '' && inputs.aks == '' && secrets.KUBECONFIG || ''",
      namespace: 'inputs.namespace || steps.cluster.outputs.namespace',
      notify: 'secrets.NOTIFY',
    },
    ['github-environment', 'runs-on'],
    ['held', 'images', 'outcome'],
  ],
  [
    ...['deploy.yml', 'deploy'],
    {
      kubeconfig: 'secrets.KUBECONFIG',
      kubeconfigs: 'secrets.KUBECONFIGS',
      'notify-webhook': 'secrets.NOTIFY_WEBHOOK',
      'github-token': 'github.token',
    },
    ['registry', 'registry-username', 'runs-on', 'timeout-minutes'],
    ['clusters', 'images', 'outcome'],
  ],
] as const)('%s', (file, id, otherwise, ofTheJob, outputs) => {
  const { on, jobs } = readWorkflow(file);
  const stepOf = (name: string) => jobs[id]?.steps.find((each) => each.id === name);
  const step = stepOf(id);
  const before = ['cluster', 'colours'].flatMap((name) => Object.values(stepOf(name)?.with ?? {}));

  it('gives its action every input by its own name, and its secrets, or gives it to the one before', () => {
    const inputs = Object.keys(on.workflow_call?.inputs ?? {}).filter((name) => !(ofTheJob as readonly string[]).includes(name));
    const given = Object.entries({ ...Object.fromEntries(inputs.map((name) => [name, `inputs.${name}`])), ...otherwise });
    const expected = Object.fromEntries(given.map(([name, from]) => [name, `\${{ ${from} }}`]));
    const elsewhere = inputs.filter((name) => !(name in (step?.with ?? {})) && before.includes(`\${{ inputs.${name} }}`));
    expect(step?.with).toEqual(Object.fromEntries(Object.entries(expected).filter(([name]) => !elsewhere.includes(name))));
  });

  it('hands the outputs of its action on by their own names', () => {
    expect(Object.keys(jobs[id]?.outputs ?? {}).toSorted((one, other) => one.localeCompare(other))).toEqual(outputs);
    for (const name of outputs)
      expect(jobs[id]?.outputs?.[name]).toMatch(
        new RegExp(`^\\$\\{\\{ steps\\.${id}\\.outputs\\.${name}( \\|\\| steps\\.colours\\.outputs\\.${name})? \\}\\}$`),
      );
    const called = Object.entries(on.workflow_call?.outputs ?? {}).map(([name, { value }]) => [name, value]);
    expect(Object.fromEntries(called)).toEqual(Object.fromEntries(outputs.map((name) => [name, `\${{ jobs.${id}.outputs.${name} }}`])));
  });
});
