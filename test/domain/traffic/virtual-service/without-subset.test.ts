import { describe, expect, it } from '@jest/globals';
import { bySubsets, look, mended, type Sound, texts, twoHosts, withRoute } from './changed.ts';
import { ruleList } from './fixtures.ts';

const to = (subset?: string, weight?: number) => ({
  destination: { host: 'agent', ...(subset === undefined ? {} : { subset }) },
  ...(weight === undefined ? {} : { weight }),
});
const [header, split] = ruleList(bySubsets.route);
const admin = { match: [{ uri: { prefix: '/admin' } }], route: [to()] };
const told = (where: string) => `Host \`agent\` is named without a subset, so requests reach the canary's pods at weight 0: ${where}.`;

describe('a destination of the service without a subset', () => {
  const ways: readonly (readonly [string, object, string])[] = [
    ['of a rule', { http: [admin, header, split] }, 'http rule 1 (uri under "/admin")'],
    [
      'by the full name',
      { http: [{ ...admin, route: [{ destination: { host: 'agent.shop.svc.cluster.local' } }] }, split] },
      'http rule 1 (uri under "/admin")',
    ],
    [
      'beside the two',
      { http: [header, { route: [to('stable', 900), to('canary', 0), to(undefined, 100)] }] },
      'http rule 2 (every request)',
    ],
    ['of connections', { tcp: [{ match: [{ port: 9000 }], route: [to()] }] }, 'tcp rule 1'],
    ['of encrypted ones', { tls: [{ match: [{ port: 9443, sniHosts: ['a.example.com'] }], route: [to()] }] }, 'tls rule 1'],
    [
      'of several',
      { http: [header, split, admin], tcp: [{ route: [to('stable')] }, { route: [to()] }] },
      'http rule 3 (uri under "/admin"); tcp rule 2',
    ],
  ];

  it.each(ways)('%s is refused, and its YAML mends it', (_, spec, where) => {
    const found = withRoute(bySubsets, spec);
    expect(texts(found).problems).toEqual([told(where)]);
    const after = mended(found, look(found).problems[0]!);
    expect(texts(after).problems).toEqual([]);
    expect(look(after).splits).toHaveLength(1);
  });

  it('that is merged into stable gives it its weight', () => {
    const found = withRoute(bySubsets, { http: [header, { route: [to('stable', 900), to('canary', 0), to(undefined, 100)] }] });
    expect(ruleList(mended(found, look(found).problems[0]!).route)[1]).toEqual({ route: [to('stable', 1000), to('canary', 0)] });
  });

  it('is none of one that gets nothing, of another service, or by two hosts', () => {
    const fine = (of: Sound, http: readonly object[]) => expect(texts(withRoute(of, { http })).problems).toEqual([]);
    fine(bySubsets, [header!, { route: [to('stable', 100), to('canary', 0), to(undefined, 0)] }]);
    fine(bySubsets, [{ ...admin, route: [{ destination: { host: 'web' } }] }, header!, split!]);
    fine(twoHosts, [admin, ...ruleList(twoHosts.route)]);
  });

  it('is taken for stable where nothing is split yet, and a person has to say so', () => {
    const found = withRoute(bySubsets, { http: [{ match: [{ uri: { prefix: '/' } }], route: [to()] }] });
    const [problem, ...others] = look(found).problems;
    expect(others).toEqual([]);
    expect(problem?.mended).toBeUndefined();
    const rules = ruleList(mended(found, problem!).route);
    expect(rules).toEqual([{ match: [{ uri: { prefix: '/' } }], route: [to('stable', 100), to('canary', 0)] }]);
  });
});

describe('connections', () => {
  const remedy = (of: Sound, destination: object) =>
    look(withRoute(of, { tcp: [{ route: [{ destination }] }] })).warnings.map((each) => each.remedy);
  const nothing = ['Nothing, if these connections are to meet the new version only with the promotion.'];

  it('are left where they are only if they go to stable', () => {
    expect(remedy(bySubsets, { host: 'agent', subset: 'stable' })).toEqual(nothing);
    expect(remedy(twoHosts, { host: 'agent' })).toEqual(nothing);
    expect(remedy(bySubsets, { host: 'agent' })).toEqual([
      'Send these connections to `agent/stable` alone: as it stands, the canary gets some whatever its weight is.',
    ]);
    expect(remedy(twoHosts, { host: 'agent-canary' })).toEqual([
      'Send these connections to `agent` alone: as it stands, the canary gets some whatever its weight is.',
    ]);
  });
});
