import { describe, expect, it } from '@jest/globals';
import { bySubsets, type Sound, texts, twoHosts, withAround, withRoute } from './changed.ts';
import { ruleList } from './fixtures.ts';

const onPort = (of: Sound, ...ports: readonly number[]): Sound =>
  withRoute(of, {
    http: ruleList(of.route).map((rule) => ({
      ...rule,
      match: ports.flatMap((port) => (rule.match ?? [{}]).map((match) => ({ ...match, port }))),
    })),
  });
const serving = (of: Sound, ...ports: readonly object[]): Sound => withAround(of, { 'Service/agent': { ports } });
const http = { name: 'http', port: 80 };
const grpc = { name: 'grpc', port: 9090 };
const admin = { name: 'tcp-admin', port: 9999 };
const told = (ports: string) => [
  `No rule of agent-vs is for port ${ports} of Service agent: calls to it reach the canary's pods at weight 0.`,
];

describe('by subsets a port of the Service without a rule', () => {
  it('is told where all rules are for others', () => {
    expect(texts(serving(onPort(bySubsets, 80), http, grpc)).warnings).toEqual(told('9090 (grpc)'));
    expect(texts(serving(onPort(bySubsets, 80), http, { port: 8081 }, grpc)).warnings).toEqual(told('8081, 9090 (grpc)'));
  });

  it('is told where it is for connections, and the rules are for requests', () => {
    expect(texts(serving(bySubsets, http, admin)).warnings).toEqual(told('9999 (tcp-admin)'));
    expect(texts(serving(bySubsets, http, { name: 'db', appProtocol: 'mysql', port: 3306 })).warnings).toEqual(told('3306 (db)'));
    expect(texts(serving(bySubsets, http, { port: 53, protocol: 'UDP' })).warnings).toEqual(told('53'));
    const ruled = withRoute(bySubsets, {
      tcp: [{ match: [{ port: 9999 }], route: [{ destination: { host: 'agent', subset: 'stable' } }] }],
    });
    expect(texts(serving(ruled, http, admin)).warnings).toEqual([expect.stringMatching(/connections are not split/)]);
  });

  it('is none where a rule is for every port or for it, nor by two hosts', () => {
    const none = (of: Sound) => expect(texts(of)).toEqual({ problems: [], warnings: [] });
    none(serving(bySubsets, http, grpc, { port: 8081 }, { name: 'tcpip', port: 1 }));
    none(serving(onPort(bySubsets, 80, 9090), http, grpc));
    none(serving(onPort(twoHosts, 80), http, grpc, admin));
  });
});
