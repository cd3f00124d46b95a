import { describe, expect, it } from '@jest/globals';
import { isolates, rulesOf } from '../../../src/domain/kubernetes/network-policy.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';

const policy = (spec?: object): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'deny' },
  ...(spec === undefined ? {} : { spec }),
});
const labels = { app: 'agent' };

describe('a NetworkPolicy', () => {
  it.each([
    ['every pod, by the type that it names', { podSelector: {}, policyTypes: ['Egress'] }, [false, true]],
    ['by both types', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }, [true, true]],
    ['without types, by what it holds', { podSelector: {} }, [true, false]],
    ['without types, by rules for what goes out', { podSelector: {}, egress: [] }, [true, true]],
    ['the pods of its selector', { podSelector: { matchLabels: { app: 'agent' } } }, [true, false]],
    ['and no others', { podSelector: { matchLabels: { app: 'other' } } }, [false, false]],
  ])('isolates %s', (_, spec, expected) => {
    expect((['Ingress', 'Egress'] as const).map((direction) => isolates(policy(spec), direction, labels))).toEqual(expected);
  });

  it('has rules for each direction', () => {
    const rules = policy({ ingress: [{ ports: [{ port: 80 }] }], egress: [{}] });
    expect(rulesOf(rules, 'Ingress')).toEqual([{ ports: [{ port: 80 }] }]);
    expect(rulesOf(rules, 'Egress')).toEqual([{}]);
    expect(rulesOf(policy(), 'Egress')).toEqual([]);
  });
});
