import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { overlap } from '../../../src/domain/kubernetes/labels.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { deploymentSpec, podLabels, serviceSpec } from '../../../src/domain/kubernetes/workload.ts';
import { type LayoutParts, layoutOf, layoutText, mixedWarning, oneNeeded, pairNeeded } from '../../../src/domain/rollout/layout.ts';
import { service, stable } from './deployments.ts';

const called = (name: string, labels: Readonly<Record<string, string>>, replicas = 5): KubernetesObject => {
  const model = stable({ selector: { matchLabels: labels }, labels: { ...labels, tier: 'web' } });
  return { ...model, metadata: { ...model.metadata, name }, spec: { ...deploymentSpec(model), replicas } };
};
const one = called('agent', { app: 'agent' });
const blue = called('agent-blue', { app: 'agent', version: 'blue' });
const green = called('agent-green', { app: 'agent', version: 'green' }, 7);
const parts = (more: Partial<LayoutParts> = {}): LayoutParts => ({
  name: 'agent',
  one: undefined,
  blue: undefined,
  green: undefined,
  ...more,
});
const written = (text: string | undefined): readonly KubernetesObject[] =>
  parseAllDocuments(text ?? '').map((each) => each.toJS() as KubernetesObject);
const canary = { strategy: 'A canary', input: 'stable-deployment' };

it.each([
  [parts(), 'none', 'no Deployment'],
  [parts({ one }), 'one', 'one Deployment, `agent`'],
  [parts({ blue, green }), 'pair', 'two Deployments, `agent-blue` and `agent-green`'],
  [parts({ blue }), 'half', 'one half of a pair, `agent-blue`'],
  [parts({ green }), 'half', 'one half of a pair, `agent-green`'],
  [parts({ one, green }), 'mixed', 'one Deployment, `agent`, and beside it `agent-green`'],
  [parts({ one, blue, green }), 'mixed', 'one Deployment, `agent`, and beside it `agent-blue` and `agent-green`'],
])('%#: is %s', (found, is, text) => {
  expect(layoutOf(found).is).toBe(is);
  expect(layoutText(layoutOf(found))).toBe(text);
});

describe('a strategy that needs one Deployment', () => {
  it.each([[parts()], [parts({ one })], [parts({ one, blue, green })]])('%#: has it, or there is nothing', (found) =>
    expect(oneNeeded(found, canary)).toBeUndefined(),
  );

  it('is given one made from the larger of a pair, whose pods are nobody else’s', () => {
    const problem = oneNeeded(parts({ blue, green }), canary);
    expect(problem?.what).toContain('two Deployments, `agent-blue` and `agent-green`, as blue-green has it. A canary needs one');
    expect(problem?.remedy).toMatch(/`stable-deployment`.*from `agent-green`/);
    const [made, ...more] = written(problem?.yaml);
    expect(more).toEqual([]);
    expect(made?.metadata).toEqual({ name: 'agent', namespace: 'shop', labels: { version: 'agent' } });
    expect(deploymentSpec(made!)).toMatchObject({
      replicas: 7,
      selector: { matchLabels: { app: 'agent', version: 'agent' } },
      template: { metadata: { labels: { app: 'agent', version: 'agent', tier: 'web' } } },
    });
    expect(deploymentSpec(made!).paused).toBeUndefined();
    for (const colour of [blue, green])
      expect(overlap(deploymentSpec(colour).selector ?? {}, deploymentSpec(made!).selector ?? {})).toBe(false);
  });

  it('of a half, from that half', () => expect(written(oneNeeded(parts({ blue }), canary)?.yaml)[0]?.metadata.name).toBe('agent'));

  it.each([
    ['there is no label', called('agent-blue', {})],
    [
      'an expression would leave its own pods out',
      stable({ selector: { matchLabels: { app: 'agent' }, matchExpressions: [{ key: 'app', operator: 'In', values: ['agent'] }] } }),
    ],
  ])('where %s, there is no YAML that would only look right', (_, same) => {
    const problem = oneNeeded(parts({ blue: same }), canary);
    expect([problem?.yaml, problem?.remedy]).toEqual([undefined, expect.stringContaining('shares no pods')]);
  });
});

describe('blue-green', () => {
  it.each([[parts()], [parts({ blue, green })], [parts({ one, blue, green })]])('%#: has its pair, or there is nothing', (found) =>
    expect(pairNeeded(found)).toBeUndefined(),
  );

  it('is given a pair made from the one, asleep, each with a Service', () => {
    const problem = pairNeeded(parts({ one, service: service('agent', { app: 'agent' }) }));
    expect(problem?.what).toBe(
      'Layout: one Deployment, `agent`. Blue-green needs two Deployments: `agent-blue` and `agent-green` are not there.',
    );
    const made = written(problem?.yaml);
    expect(made.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Deployment agent-blue',
      'Service agent-blue',
      'Deployment agent-green',
      'Service agent-green',
    ]);
    const [first, front, second] = made as [KubernetesObject, KubernetesObject, KubernetesObject];
    expect(deploymentSpec(first).replicas).toBe(0);
    expect(serviceSpec(front)).toEqual({
      selector: { app: 'agent-blue' },
      ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
    });
    expect(podLabels(first)).toMatchObject(serviceSpec(front).selector ?? {});
    const selectors = [one, first, second].map((each) => deploymentSpec(each).selector ?? {});
    for (const [index, selector] of selectors.entries())
      expect(selectors.filter((other) => overlap(selector, other))).toEqual([selectors[index]]);
  });

  it.each([
    [parts({ blue }), 'agent-green', 'green'],
    [parts({ green }), 'agent-blue', 'blue'],
    [parts({ one, blue }), 'agent-green', 'agent-green'],
  ])('%#: is given what is missing, %s', (found, name, value) => {
    const [made, ...more] = written(pairNeeded(found)?.yaml);
    expect([made?.metadata.name, more]).toEqual([name, []]);
    expect(Object.values(podLabels(made!))).toContain(value);
  });
});

it('one beside a pair is said and left alone', () => {
  expect(mixedWarning(parts({ one, blue }))?.what).toContain('beside it `agent-blue`');
  expect([mixedWarning(parts({ one })), mixedWarning(parts({ blue, green }))]).toEqual([undefined, undefined]);
});
