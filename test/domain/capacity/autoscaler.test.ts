import { describe, expect, it } from '@jest/globals';
import { isPaused, mostPods, scaledObjectFor, scaledObjectOf, scaling } from '../../../src/domain/capacity/autoscaler.ts';
import { hpa, kedaHpa, scaledObject } from './autoscalers.ts';

describe('what sets the size of a Deployment', () => {
  it.each([
    ['its autoscaler', { kind: 'Deployment', name: 'agent', apiVersion: 'apps/v1' }, 1],
    ['one that names no version', { kind: 'Deployment', name: 'agent' }, 1],
    ['one of another Deployment', { kind: 'Deployment', name: 'agent-canary', apiVersion: 'apps/v1' }, 0],
    ['one of a StatefulSet of that name', { kind: 'StatefulSet', name: 'agent', apiVersion: 'apps/v1' }, 0],
    ['one of a Deployment of another API', { kind: 'Deployment', name: 'agent', apiVersion: 'example.com/v1' }, 0],
  ])('%s', (_, scaleTargetRef, found) => {
    expect(scaling([hpa('one', { scaleTargetRef })], 'agent')).toHaveLength(found);
  });

  it('is KEDA where the autoscaler was made of a ScaledObject', () => {
    expect([scaledObjectOf(kedaHpa), scaledObjectOf(hpa('agent'))]).toEqual(['agent', undefined]);
    const other = { apiVersion: 'example.com/v1', kind: 'ScaledObject', name: 'agent', uid: 'x' };
    expect(scaledObjectOf(hpa('agent', {}, { owner: other }))).toBeUndefined();
  });

  it.each([
    [{}, false],
    [{ 'autoscaling.keda.sh/paused': 'true' }, true],
    [{ 'autoscaling.keda.sh/paused': 'false' }, false],
    [{ 'autoscaling.keda.sh/paused-replicas': '0' }, true],
    [{ 'autoscaling.keda.sh/paused-scale-in': 'true' }, false],
  ])('a ScaledObject annotated with %j is paused: %s', (annotations, paused) => {
    expect(isPaused(scaledObject({}, annotations))).toBe(paused);
  });

  it('knows the most pods it may order', () => {
    expect(mostPods({ is: 'none' })).toBeUndefined();
    expect(mostPods({ is: 'hpa', object: hpa('agent') })).toBe(20);
    expect(mostPods({ is: 'keda', object: scaledObject() })).toBe(50);
    expect(mostPods({ is: 'keda', object: scaledObject({ maxReplicaCount: undefined }) })).toBe(100);
  });
});

describe("KEDA's object for a Deployment", () => {
  it.each([
    ['by name alone, which means a Deployment', { name: 'agent' }, true],
    ['as it is said in full', { apiVersion: 'apps/v1', kind: 'Deployment', name: 'agent' }, true],
    ['of another name', { name: 'shop' }, false],
    ['that is a StatefulSet', { kind: 'StatefulSet', name: 'agent' }, false],
    ['of another group', { apiVersion: 'argoproj.io/v1alpha1', kind: 'Deployment', name: 'agent' }, false],
    ['that is not said', undefined, false],
  ])('is found by its target, %s', (_, scaleTargetRef, found) => {
    const object = scaledObject({ scaleTargetRef });
    expect(scaledObjectFor([object], 'agent')).toBe(found ? object : undefined);
  });
});
