import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../../src/domain/kubernetes/object.ts';
import { bySubsets, look, type Sound, texts, twoHosts, withAround } from './changed.ts';
import { ruleList } from './fixtures.ts';

describe('a delegate', () => {
  const { hosts: _, ...spec } = bySubsets.route['spec'] as Record<string, unknown>;
  const delegates = [bySubsets, twoHosts].map(
    (of): Sound => ({ ...of, route: { ...of.route, spec: { ...spec, http: ruleList(of.route) } } }),
  );
  const told = (whose: string) =>
    `Not checked: which requests come to agent-vs. It has no hosts, so it is a delegate, and ${whose} settles that.`;

  it.each(delegates)('is lawful, and nobody is told to give it hosts', (found) => {
    expect(texts(found)).toEqual({ problems: [], warnings: [told('another VirtualService')] });
    expect(look(found).warnings[0]?.yaml).toBeUndefined();
  });

  it('is told with the one that delegates to it', () => {
    const root = (namespace: string, name: string, delegate: object): KubernetesObject => ({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name, namespace },
      spec: { hosts: ['shop.example.com'], gateways: ['public'], http: [{ delegate }] },
    });
    const roots = [
      root('shop', 'front', { name: 'agent-vs' }),
      root('web', 'site', { name: 'agent-vs', namespace: 'shop' }),
      root('web', 'other', { name: 'agent-vs' }),
    ];
    for (const found of delegates) {
      expect(texts(withAround(found, {}, ...roots)).warnings).toEqual([told('VirtualService shop/front, VirtualService web/site')]);
    }
  });
});
