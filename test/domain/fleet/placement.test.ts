import { describe, expect, it } from '@jest/globals';
import { keepsAway, mayBePlacedOn, placementOf, type Taint } from '../../../src/domain/fleet/placement.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';

const node = (labels: Readonly<Record<string, string>>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n', labels },
});
const required = (...nodeSelectorTerms: readonly object[]) => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
});
const inPool = (...values: readonly string[]) => ({ matchExpressions: [{ key: 'pool', operator: 'In', values }] });

describe('on which nodes pods may be placed', () => {
  it.each([
    ['nothing asked', {}, {}, true],
    ['the label of nodeSelector', { nodeSelector: { pool: 'a' } }, { pool: 'a' }, true],
    ['another label', { nodeSelector: { pool: 'a' } }, { pool: 'b' }, false],
    ['one of several terms', required(inPool('a'), inPool('b')), { pool: 'b' }, true],
    ['none of the terms', required(inPool('a'), inPool('b')), { pool: 'c' }, false],
    ['a term, and nodeSelector too', { nodeSelector: { disk: 'ssd' }, ...required(inPool('a')) }, { pool: 'a' }, false],
    ['a term that asks for nothing', required({}), { pool: 'a' }, false],
    ['what is only preferred', { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{}] } } }, {}, true],
  ])('%s', (_, spec, labels, expected) => {
    const placement = placementOf(spec);
    expect(placement && mayBePlacedOn(placement, node(labels))).toBe(expected);
  });

  it.each([
    ['a comparison of numbers', required({ matchExpressions: [{ key: 'cores', operator: 'Gt', values: ['4'] }] })],
    ['a field of the node', required({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] })],
  ])('is not known with %s', (_, spec) => expect(placementOf(spec)).toBeUndefined());
});

describe('a taint', () => {
  const spot: Taint = { key: 'spot', value: 'yes', effect: 'NoSchedule' };
  it.each([
    ['that is not tolerated', [], spot, true],
    ['tolerated by key', [{ key: 'spot', operator: 'Exists' }], spot, false],
    ['tolerated by key and value', [{ key: 'spot', value: 'yes' }], spot, false],
    ['of another value', [{ key: 'spot', operator: 'Equal', value: 'no' }], spot, true],
    ['of another effect', [{ key: 'spot', operator: 'Exists', effect: 'NoExecute' }], spot, true],
    ['with everything tolerated', [{ operator: 'Exists' }], spot, false],
    ['with a toleration that names nothing', [{}], spot, true],
    ['that only prefers others', [], { ...spot, effect: 'PreferNoSchedule' }, false],
  ])('%s', (_, tolerations, taint, expected) => expect(keepsAway({ nodes: [{}], tolerations }, taint)).toBe(expected));
});
