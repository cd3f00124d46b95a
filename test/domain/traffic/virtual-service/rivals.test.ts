import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../../src/domain/kubernetes/object.ts';
import { texts, twoHosts, withAround } from './changed.ts';

describe('a second VirtualService', () => {
  it('for half the name is for no Service, so it is no rival', () => {
    const other: KubernetesObject = { ...twoHosts.route, metadata: { name: 'other', namespace: 'shop' } };
    const half = { ...other, spec: { hosts: ['agent.shop'], http: [{ route: [{ destination: { host: 'agent' } }] }] } };
    expect(texts(withAround(twoHosts, {}, half))).toEqual({ problems: [], warnings: [] });
    expect(texts(withAround(twoHosts, {}, other)).problems).toHaveLength(1);
  });
});
