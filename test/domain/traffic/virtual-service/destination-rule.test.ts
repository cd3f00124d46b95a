import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../../src/domain/kubernetes/object.ts';
import { bySubsets, look, mended, texts, twoHosts, withAround } from './changed.ts';

const rule = (name: string, host: string, spec: object = {}, namespace = 'shop'): KubernetesObject => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name, namespace },
  spec: { host, ...spec },
});
const hash = { trafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: 'x-user' } } } };
const { subsets } = bySubsets.around.find(({ kind }) => kind === 'DestinationRule')!['spec'] as { subsets: readonly object[] };
const without = { ...bySubsets, around: bySubsets.around.filter(({ kind }) => kind !== 'DestinationRule') };

describe('a DestinationRule with a wildcard', () => {
  const pins = (name: string) => [expect.stringMatching(new RegExp(`^DestinationRule ${name} pins callers`))];

  it.each(['*.shop.svc.cluster.local', '*.local', '*'])('%s is one of the service', (host) => {
    expect(texts(withAround(twoHosts, {}, rule('all', host, hash))).warnings).toEqual(pins('all'));
    expect(texts(withAround(without, {}, rule('all', host, { subsets })))).toEqual({ problems: [], warnings: [] });
  });

  it('gives way to a narrower one and to one that names the host', () => {
    expect(texts(withAround(twoHosts, {}, rule('all', '*.local', hash), rule('near', '*.shop.svc.cluster.local'))).warnings).toEqual([]);
    expect(texts(withAround(twoHosts, {}, rule('all', '*.local'), rule('near', '*.shop.svc.cluster.local', hash))).warnings).toEqual(
      pins('near'),
    );
    expect(texts(withAround(bySubsets, {}, rule('all', '*.local', hash))).warnings).toEqual([]);
  });

  it('of another namespace counts where it pins', () => {
    const elsewhere = (spec: object) => texts(withAround(twoHosts, {}, rule('all', '*.local', spec, 'istio-system'))).warnings;
    expect(elsewhere(hash)).toEqual([expect.stringMatching(/^Not checked: DestinationRule istio-system\/all/)]);
    expect(elsewhere({ trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } })).toEqual([]);
  });

  it('is not written to: the host gets one of its own, with the same policy', () => {
    const policy = { trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } };
    const found = withAround(without, {}, rule('all', '*.local', policy));
    const { problems } = look(found);
    expect(problems).toHaveLength(2);
    const after = mended(found, problems[0]!);
    expect(texts(after)).toEqual({ problems: [], warnings: [] });
    expect(after.around.filter(({ kind }) => kind === 'DestinationRule')).toMatchObject([{ spec: { host: '*.local' } }, { spec: policy }]);
  });
});

describe('a DestinationRule for half a name', () => {
  it.each(['agent.shop', 'agent.shop.svc'])('%s is for no Service, and is mended', (host) => {
    const found = withAround(without, {}, rule('mine', host, { subsets }));
    const { problems } = look(found);
    expect(problems[0]?.what).toBe(
      `The subset \`stable\` of host agent is not there: no DestinationRule of namespace shop is for host agent: \`${host}\` of mine is neither a short name nor a full one. Requests for it would be answered with 503.`,
    );
    const after = mended(found, problems[0]!);
    expect(texts(after)).toEqual({ problems: [], warnings: [] });
    expect(after.around).toHaveLength(found.around.length);
  });
});
