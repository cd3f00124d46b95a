import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../../src/domain/kubernetes/object.ts';
import { serviceSpec } from '../../../../src/domain/kubernetes/workload.ts';
import { inspectPods, shareText } from '../../../../src/domain/traffic/replicas/inspection.ts';
import { stable } from '../../rollout/deployments.ts';
import { apart, app, front } from './canaries.ts';

const withFront = (more: object): KubernetesObject => ({ ...front, spec: { ...serviceSpec(front), ...more } });
const autoscaler: KubernetesObject = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'agent-hpa', namespace: 'shop' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'agent' }, minReplicas: 2, maxReplicas: 9 },
};
const whats = (found: readonly { readonly what: string }[]) => found.map(({ what }) => what);

it('a service in order has nothing against it, and is told what pods can give', () =>
  expect(inspectPods(app, [5, 25, 50], [apart, front, autoscaler])).toEqual({
    problems: [],
    warnings: [],
    splits: ['5 % is 1 of 6 pods: 16.7 %', '25 % is 2 of 7 pods: 28.6 %', '50 % is 5 of 10 pods: 50 %'],
    untouched: [],
    headers: [],
  }));

it.each([
  [5, 1, '5 % is 1 of 2 pods: 50 %'],
  [10, 100, '10 % is 11 of 111 pods: 9.9 %'],
])('%s %% beside %s', (percent, pods, text) => expect(shareText(percent, pods)).toBe(text));

describe('refuses', () => {
  it.each([
    ['stages over the ceiling', [25, 60, 100], [apart, front], /ask for 60 % and 100 %: by pod counts a canary gets 50 % at most/],
    ['a stage at 0', [0, 25], [apart, front], /one at 0 %/],
    ['a headless Service', [25], [apart, withFront({ clusterIP: 'None' })], /headless/],
    ['an ExternalName', [25], [apart, withFront({ type: 'ExternalName' })], /leads to no pods/],
    [
      'a Service that publishes what is not ready',
      [25],
      [apart, withFront({ publishNotReadyAddresses: true })],
      /gate would hold nothing back/,
    ],
    ['an autoscaler that would count the canary', [25], [stable(), front, autoscaler], /agent-hpa would average the canary in/],
  ])('%s', (_, weights, around, what) => {
    const { problems } = inspectPods(app, weights, around);
    expect(whats(problems)).toEqual([expect.stringMatching(what)]);
    expect(problems.every(({ remedy }) => /\.$/.test(remedy))).toBe(true);
  });
});

describe('warns of', () => {
  it.each([
    ['affinity', [apart, withFront({ sessionAffinity: 'ClientIP' })], /sessionAffinity/],
    ['traffic that stays on its node', [apart, withFront({ internalTrafficPolicy: 'Local' })], /internalTrafficPolicy/],
    ['traffic that stays in its zone', [apart, withFront({ trafficDistribution: 'PreferClose' })], /trafficDistribution/],
    ['selectors that fit both', [stable(), front], /counts pods by labels counts both/],
  ])('%s', (_, around, what) => expect(whats(inspectPods(app, [25], around).warnings)).toEqual([expect.stringMatching(what)]));
  it('nothing that is as it should be', () =>
    expect(inspectPods(app, [25], [apart, withFront({ sessionAffinity: 'None', internalTrafficPolicy: 'Cluster' })]).warnings).toEqual([]));
});

it('what is not there is told of by others', () => expect(inspectPods(app, [25], [])).toMatchObject({ problems: [], splits: [] }));
