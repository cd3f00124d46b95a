import { describe, expect, it } from '@jest/globals';
import { bySubsets, look, mended, type Sound, texts, twoHosts, withRoute } from './changed.ts';
import { ruleList } from './fixtures.ts';

const sound = { problems: [], warnings: [] };
const atGateway = (of: Sound, gateways: readonly string[]): Sound =>
  withRoute(of, {
    gateways: ['mesh', 'public'],
    http: ruleList(of.route).map((rule) => ({ ...rule, match: (rule.match ?? [{}]).map((match) => ({ ...match, gateways })) })),
  });

describe('callers inside the mesh', () => {
  const why = 'every http rule is for a gateway alone';

  it('have no rule where every match names gateways alone', () => {
    expect(texts(atGateway(bySubsets, ['public']))).toEqual({
      problems: [`Calls inside the mesh to \`agent\` would reach the canary's pods at weight 0: ${why}.`],
      warnings: [],
    });
    expect(texts(atGateway(twoHosts, ['public']))).toEqual({
      problems: [],
      warnings: [`Calls inside the mesh to \`agent\` are not split, they all go to stable: ${why}.`],
    });
    expect(texts(atGateway(bySubsets, ['public', 'mesh']))).toEqual(sound);
  });

  it.each(['agent.shop', 'agent.shop.svc'])('are not meant by the half name %s', (host) => {
    const found = withRoute(bySubsets, { hosts: [host] });
    const { problems } = look(found);
    expect(problems.map(({ what }) => what)).toEqual([
      "Calls inside the mesh to `agent` would reach the canary's pods at weight 0: spec.hosts does not contain `agent`.",
    ]);
    expect(texts(mended(found, problems[0]!))).toEqual(sound);
  });

  it.each(['*.shop.svc.cluster.local', '*.local'])('are meant by %s', (host) => {
    expect(texts(withRoute(bySubsets, { hosts: [host] }))).toEqual(sound);
    expect(texts(withRoute(bySubsets, { hosts: ['*.web.svc.cluster.local'] })).problems).toHaveLength(1);
  });
});

describe('the host *', () => {
  it('is not brought into the mesh, where Istio does not take it', () => {
    const { problems } = look(withRoute(bySubsets, { hosts: ['*'], gateways: ['public'] }));
    expect(problems.map(({ what }) => what)).toEqual([
      "Calls inside the mesh to `agent` would reach the canary's pods at weight 0: spec.gateways does not contain `mesh`.",
    ]);
    expect(problems[0]?.yaml).toBeUndefined();
    expect(problems[0]?.remedy).toBe(
      'Name the hosts of the gateway in the place of `*`, which Istio does not take for the mesh. Then add `agent` to spec.hosts and `mesh` to spec.gateways.',
    );
  });
});

describe('spec.exportTo of the route', () => {
  const told = (who: string, more = '') =>
    `spec.exportTo shows the rules to namespace shop alone: requests of ${who} do not follow the weights${more}.`;
  const canary = ", and may reach the canary's pods at weight 0";

  it('hides the rules from callers of other namespaces', () => {
    expect(texts(withRoute(bySubsets, { exportTo: ['.'] }))).toEqual({
      problems: [],
      warnings: [told('callers of other namespaces', canary)],
    });
    expect(texts(withRoute(twoHosts, { exportTo: ['.'] }))).toEqual(sound);
    expect(texts(withRoute(bySubsets, { exportTo: ['.', '*'] }))).toEqual(sound);
  });

  it('hides them from a gateway of another namespace', () => {
    const behind = { hosts: ['agent', 'agent.example.com'], gateways: ['mesh', 'own', 'istio-system/public'] };
    expect(texts(withRoute(twoHosts, { ...behind, exportTo: ['.'] })).warnings).toEqual([told('gateway `istio-system/public`')]);
    expect(texts(withRoute(twoHosts, { ...behind, exportTo: ['.', 'istio-system'] }))).toEqual(sound);
    expect(texts(withRoute(bySubsets, { ...behind, exportTo: ['.'] })).warnings).toEqual([
      told('callers of other namespaces and gateway `istio-system/public`', canary),
    ]);
  });
});
