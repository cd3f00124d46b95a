// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of GitHub, as they stand in the file.
import { expect, it } from '@jest/globals';
import { readActions } from '../../scripts/action-metadata.ts';
import { readWorkflow, root, type Step, workflowText } from './workflow-files.ts';

const name = 'rollback.yml';
const { on, jobs } = readWorkflow(name);
const inputs = Object.keys(on.workflow_call?.inputs ?? {});
const steps = jobs['rollback']?.steps ?? [];
const by = (uses: string): Step => steps.find((step) => step.uses?.startsWith(uses) === true) ?? {};
const cluster = by('$/actions/cluster');
const rollback = by('$/actions/rollback');
const colours = by('$/actions/blue-green');

it('every input is used, and every action gets inputs that it has', () => {
  const used = new Set([...workflowText(name).matchAll(/\binputs\.([a-z0-9-]+)/g)].map(([, input = '']) => input));
  expect([...used].toSorted((one, other) => one.localeCompare(other))).toEqual(inputs.toSorted((one, other) => one.localeCompare(other)));
  for (const step of [cluster, rollback, colours]) {
    const known =
      readActions(root)
        .find((action) => `$/actions/${action.name}` === step.uses)
        ?.inputs.map((input) => input.name) ?? [];
    expect(known).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})));
  }
});

it('the cluster is opened first where one is named, by everything that AKS asks for', () => {
  expect(steps.flatMap(({ uses }) => uses?.replace(/@.*/, '') ?? [])).toEqual([
    'actions/checkout',
    '$/actions/cluster',
    '$/actions/blue-green',
    '$/actions/rollback',
  ]);
  expect(cluster.if).toBe("${{ inputs.cluster != '' || inputs.aks != '' }}");
  const azure = ['aks', 'azure-client-id', 'azure-tenant-id', 'azure-cloud', 'azure-authority', 'azure-management', 'wait-for-operation'];
  for (const input of azure) expect([input, cluster.with?.[input]]).toEqual([input, `\${{ inputs.${input} }}`]);
  expect(cluster.with?.['name']).toBe('${{ inputs.cluster }}');
  expect(jobs['rollback']?.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
});

it('a service in two colours goes back by its own action, with the same words, and only to its other colour', () => {
  expect(colours.if).toBe("${{ inputs.switcher != '' && inputs.operation == 'rollback' }}");
  expect(rollback.if).toBe("${{ inputs.switcher == '' || inputs.operation != 'rollback' }}");
  const { operation, switcher, image, ...shared } = colours.with ?? {};
  expect([operation, switcher]).toEqual(['rollback', '${{ inputs.switcher }}']);
  expect(image).toBe("${{ inputs.to != 'previous' && inputs.to || '' }}");
  for (const [input, value] of Object.entries(shared)) expect([input, value]).toEqual([input, rollback.with?.[input]]);
  expect(steps[0]).toMatchObject({
    if: [
      "${{ inputs.switcher != '' && inputs.operation == 'rollback' && (inputs.force || inputs.smoke != ''",
      "|| inputs.to != 'previous' && (startsWith(inputs.to, 'revision:') || !contains(inputs.to, ':'))) }}",
    ].join(' '),
    run: expect.stringContaining('exit 1'),
  });
});

it('nothing that is for the other way alone is left out in silence: it is refused first, or means nothing to a service in two colours', () => {
  const only = Object.keys(rollback.with ?? {}).filter((input) => !(input in (colours.with ?? {})));
  const refused = only.filter((input) => steps[0]?.if?.includes(`inputs.${input}`));
  expect(refused).toEqual(['to', 'force', 'smoke']);
  // `digest` is for `unhold`, which has no colours; the others say where a canary is that is to be stopped.
  expect(only.filter((input) => !refused.includes(input))).toEqual([
    ...['digest', 'stable-deployment', 'canary-deployment', 'router', 'stable-host', 'canary-host', 'stable-subset', 'canary-subset'],
  ]);
});

it('has an end that comes after everything it waits for', () =>
  expect(jobs['rollback']?.['timeout-minutes']).toBe("${{ inputs.wait-for-operation == '0s' && 30 || 150 }}"));

it('says what is held and what users have, whichever action went back', () =>
  expect(jobs['rollback']?.outputs).toEqual({
    outcome: '${{ steps.rollback.outputs.outcome || steps.colours.outputs.outcome }}',
    images: '${{ steps.rollback.outputs.images || steps.colours.outputs.images }}',
    held: '${{ steps.rollback.outputs.held || steps.colours.outputs.held }}',
  }));

it('a kubeconfig is handed on once: to the way that is taken', () => {
  expect(cluster.with?.['kubeconfig']).toBe("${{ inputs.aks == '' && secrets.KUBECONFIG || '' }}");
  expect(rollback.with?.['kubeconfig']).toBe("${{ inputs.cluster == '' && inputs.aks == '' && secrets.KUBECONFIG || '' }}");
  expect(rollback.with?.['namespace']).toBe('${{ inputs.namespace || steps.cluster.outputs.namespace }}');
});

it('the repository is read only where its file of clusters is needed', () =>
  expect(by('actions/checkout')).toMatchObject({ if: "${{ inputs.cluster != '' }}", with: { 'persist-credentials': false } }));
