import { describe, expect, it } from '@jest/globals';
import { autoscalerOf, isCopied, scalingNotes, scalingProblems } from '../../../src/domain/capacity/inspection.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { byKeda, cpu, hpa, kedaHpa, scaledObject } from './autoscalers.ts';

const names = { service: 'agent', namespace: 'shop', stableName: 'agent', canaryName: 'agent-canary' };
const ours = { 'wf-deploy.io/service': 'agent', 'wf-deploy.io/track': 'canary' };
const problems = (...hpas: readonly KubernetesObject[]) =>
  scalingProblems({ hpas, scaledObject: undefined }, names).map(({ what, remedy }) => `${what} → ${remedy}`);

describe('autoscalers that a rollout cannot stand beside', () => {
  it.each([
    ['none', []],
    ['one of stable', [hpa('agent')]],
    ['one of another service', [hpa('shop', {}, { target: 'shop' }), hpa('agent')]],
    ["the canary's own, left by a killed run", [hpa('wf-deploy-agent', {}, { target: 'agent-canary', labels: ours })]],
  ])('are not %s', (_, hpas) => expect(problems(...hpas)).toEqual([]));

  it.each<[string, readonly KubernetesObject[], string]>([
    [
      'two of stable',
      [hpa('agent'), hpa('agent-too')],
      '2 autoscalers set the size of Deployment agent: agent, agent-too. None of them scales it then (AmbiguousSelector). → Keep one of them, and delete the others.',
    ],
    [
      "KEDA's and another of stable",
      [kedaHpa, hpa('agent')],
      '2 autoscalers set the size of Deployment agent: keda-hpa-agent, agent. None of them scales it then (AmbiguousSelector). → Keep one of them, and delete the others.',
    ],
    [
      'one of the canary',
      [hpa('canary', {}, { target: 'agent-canary' })],
      "HorizontalPodAutoscaler canary sets the size of the canary, Deployment agent-canary: it and the rollout, which scales the canary for its share of the traffic, would undo each other's work. → Delete it: kubectl delete horizontalpodautoscaler canary --namespace shop. While the canary carries half of the traffic or more, it is given a copy of stable's autoscaler.",
    ],
    [
      'one of the canary by KEDA, which would make it again',
      [hpa('keda-hpa-canary', {}, { target: 'agent-canary', owner: { ...byKeda, name: 'canary' } })],
      "HorizontalPodAutoscaler keda-hpa-canary sets the size of the canary, Deployment agent-canary: it and the rollout, which scales the canary for its share of the traffic, would undo each other's work. → Delete it: kubectl delete scaledobject canary --namespace shop. While the canary carries half of the traffic or more, it is given a copy of stable's autoscaler.",
    ],
    [
      "one that has the name of the canary's",
      [hpa('wf-deploy-agent', {}, { target: 'shop' })],
      "HorizontalPodAutoscaler wf-deploy-agent is not one of wf-deploy's (label wf-deploy.io/service), and the canary's would have its name. → Give it another name.",
    ],
  ])('are %s', (_, hpas, text) => expect(problems(...hpas)).toEqual([text]));
});

describe('a ScaledObject of the canary, of which KEDA has made no autoscaler yet', () => {
  const ofCanary = (annotations: Readonly<Record<string, string>> = {}) =>
    scaledObject({ scaleTargetRef: { name: 'agent-canary' } }, annotations);
  const told = (object: KubernetesObject, hpas: readonly KubernetesObject[] = []) =>
    scalingProblems({ hpas, scaledObject: undefined, canaryScaledObject: object }, names).map(({ what, remedy }) => `${what} → ${remedy}`);

  it('is refused: KEDA wakes up with the first pod', () =>
    expect(told(ofCanary())).toEqual([
      "ScaledObject agent sets the size of the canary, Deployment agent-canary: it and the rollout, which scales the canary for its share of the traffic, would undo each other's work. → Delete it: kubectl delete scaledobject agent --namespace shop. While the canary carries half of the traffic or more, it is given a copy of stable's autoscaler.",
    ]));
  it('is told once where there is one', () =>
    expect(told(ofCanary(), [hpa('keda-hpa-agent', {}, { target: 'agent-canary', owner: byKeda })])).toHaveLength(1));
  it('may be there while it is paused', () => expect(told(ofCanary({ 'autoscaling.keda.sh/paused': 'true' }))).toEqual([]));
  it('may not where it is paused at a number of pods, which KEDA sets', () =>
    expect(told(ofCanary({ 'autoscaling.keda.sh/paused-replicas': '0' }))).toHaveLength(1));
});

describe("what sets stable's size", () => {
  it.each([
    ['nothing', [hpa('other', {}, { target: 'other' })], undefined, 'none'],
    ['an autoscaler', [hpa('agent')], undefined, 'hpa'],
    ['KEDA', [kedaHpa], scaledObject(), 'keda'],
    ['KEDA, which is paused or has not begun, so that there is no autoscaler', [], scaledObject(), 'keda'],
    ['an autoscaler, and KEDA has not taken it over', [hpa('agent')], scaledObject(), 'hpa'],
    ['KEDA, and its ScaledObject is gone', [kedaHpa], undefined, 'none'],
  ])('%s', (_, hpas, object, is) => expect(autoscalerOf({ hpas, scaledObject: object }, 'agent').is).toBe(is));
});

describe('what a person is told before', () => {
  const meaning = { containers: ['app'], stable: ['agent'] };
  const named = { type: 'Object', object: { describedObject: { kind: 'Service', name: 'agent' }, metric: { name: 'rps' } } };
  const told = (object: KubernetesObject, pods = 5) =>
    scalingNotes({ autoscaler: { is: object.kind === 'ScaledObject' ? 'keda' : 'hpa', object }, pods, ...meaning });

  it('is no copy where the pods are the share', () =>
    expect(
      scalingNotes({ autoscaler: { is: 'hpa', object: hpa('agent', { metrics: [cpu] }) }, pods: 5, shareIsPods: true, ...meaning }),
    ).toEqual([
      'While the canary has traffic, stable is not scaled down: HorizontalPodAutoscaler agent: minReplicas 5 (before: 3).',
      'The canary has no autoscaler: its pods are its share, which falls where HorizontalPodAutoscaler agent gives stable more.',
    ]));

  it('is nothing where nothing sets the size', () => expect(scalingNotes({ autoscaler: { is: 'none' }, pods: 5, ...meaning })).toEqual([]));

  it.each<[string, readonly string[], readonly string[]]>([
    [
      'an autoscaler',
      told(hpa('agent', { metrics: [cpu, named] })),
      [
        'While the canary has traffic, stable is not scaled down: HorizontalPodAutoscaler agent: minReplicas 5 (before: 3).',
        'From 50 % on the canary has a copy of HorizontalPodAutoscaler agent, up to 20 pods.',
        "Left out of the canary's autoscaler: Object metric `rps`, which is measured on Service agent of stable.",
      ],
    ],
    ['one at its least', told(hpa('agent'), 3), ['From 50 % on the canary has a copy of HorizontalPodAutoscaler agent, up to 20 pods.']],
    [
      'one with nothing to copy',
      told(hpa('agent', { metrics: [named] }), 3),
      [
        "The canary has no autoscaler: no metric of stable's says anything about it.",
        "Left out of the canary's autoscaler: Object metric `rps`, which is measured on Service agent of stable.",
      ],
    ],
    [
      'KEDA',
      told(scaledObject()),
      [
        'While the canary has traffic, stable is not scaled down: ScaledObject agent: minReplicaCount 5 (before: 2).',
        'The canary has no autoscaler: KEDA scales stable alone (ScaledObject agent).',
      ],
    ],
    [
      'KEDA that is paused',
      told(scaledObject({}, { 'autoscaling.keda.sh/paused': 'true' })),
      [
        "ScaledObject agent is paused, so that KEDA leaves stable's size alone.",
        'The canary has no autoscaler: KEDA scales stable alone (ScaledObject agent).',
      ],
    ],
  ])('%s', (_, notes, expected) => expect(notes).toEqual(expected));

  it('is that KEDA is never copied', () => {
    expect(isCopied({ autoscaler: { is: 'keda', object: scaledObject({ metrics: [cpu] }) }, ...meaning })).toBe(false);
    expect(isCopied({ autoscaler: { is: 'hpa', object: hpa('agent') }, ...meaning })).toBe(true);
    expect(isCopied({ autoscaler: { is: 'hpa', object: hpa('agent', { metrics: [named] }) }, ...meaning })).toBe(false);
  });
});
