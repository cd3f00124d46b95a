import { describe, expect, it } from '@jest/globals';
import { bySubsets, ingressTo, look, mended, type Sound, texts, twoHosts, withAround, withRoute } from './changed.ts';

const into = { 'service-upstream': 'true' };
const behind = (of: Sound, ...ingress: Parameters<typeof ingressTo>): Sound => withAround(of, {}, ingressTo(...ingress));
const reaches = (why: string) =>
  `Ingress edge leads to the Service \`agent\` past the mesh, so it reaches the canary's pods at weight 0: ${why}.`;
const stays = (why: string) =>
  `Ingress edge leads to the Service \`agent\` past the mesh, so its requests all go to stable whatever the weights are: ${why}.`;
const unseen = 'Not checked: whether the controller of Ingress edge has a sidecar. Without one its requests do not follow the weights.';

describe('an NGINX Ingress', () => {
  it('without a host asks for any, which the rules are not for', () => {
    const found = behind(bySubsets, 'agent', [{}], into);
    const { problems } = look(found);
    expect(problems.map(({ what }) => what)).toEqual([reaches('`upstream-vhost` is missing')]);
    expect(texts(mended(found, problems[0]!))).toEqual({ problems: [], warnings: [unseen] });
    expect(texts(behind(twoHosts, 'agent', [{}], into))).toEqual({ problems: [], warnings: [stays('`upstream-vhost` is missing')] });
  });

  it('with the Service as its default backend asks for any, too', () => {
    const ingress = ingressTo('web', [{ host: 'agent' }], into);
    const found = withAround(bySubsets, {}, { ...ingress, spec: { ...ingress.spec, defaultBackend: { service: { name: 'agent' } } } });
    expect(texts(found).problems).toEqual([reaches('`upstream-vhost` is missing')]);
  });

  it('is looked at for the hosts that lead to the Service alone', () => {
    const web = { host: 'web.example.com', ...ingressTo('web', [{}]).spec.rules[0] };
    expect(texts(behind(bySubsets, 'agent', [{ host: 'agent' }, web], into))).toEqual({ problems: [], warnings: [unseen] });
  });

  it('is covered by a wildcard of the rules', () => {
    const wide = (of: Sound) => withRoute(of, { hosts: ['agent', '*.example.com'], gateways: ['mesh', 'public'] });
    expect(texts(behind(wide(bySubsets), 'agent', [{ host: 'api.example.com' }], into))).toEqual({ problems: [], warnings: [unseen] });
    expect(texts(behind(wide(twoHosts), 'agent', [{ host: 'api.example.com' }])).problems).toEqual([
      stays('`service-upstream` is missing'),
    ]);
  });

  it('is covered by a public host of two parts, which is no half name', () => {
    const found = withRoute(bySubsets, { hosts: ['agent', 'example.com'], gateways: ['mesh', 'public'] });
    expect(texts(behind(found, 'agent', [{ host: 'example.com' }], into))).toEqual({ problems: [], warnings: [unseen] });
  });

  it.each([undefined, ['istio-system/public']])('gets no annotations that lead to no rule (gateways %j)', (gateways) => {
    const rules = { hosts: ['agent.example.com'], ...(gateways === undefined ? {} : { gateways }) };
    const found = behind(withRoute(twoHosts, rules), 'agent', [{ host: gateways === undefined ? 'api.example.com' : 'agent.example.com' }]);
    const { problems, warnings } = look(found);
    const past = [...problems, ...warnings].find(({ what }) => what.startsWith('Ingress edge'));
    expect(past?.what).toBe(stays('agent-vs has no rules for callers of `agent` inside the mesh'));
    expect(past?.yaml).toBeUndefined();
    // As the remedy says: first the Service into the rules, then what is told.
    const first = mended(found, warnings.find(({ what }) => what.startsWith('Calls inside the mesh'))!);
    const told = [...look(first).problems, ...look(first).warnings].find(({ what }) => what.startsWith('Ingress edge'));
    expect(
      [...texts(mended(first, told!)).problems, ...texts(mended(first, told!)).warnings].filter((what) => what.includes('edge')),
    ).toEqual([unseen]);
  });

  it('before a delegate only has to send to the address of the Service', () => {
    const { hosts: _, ...spec } = bySubsets.route['spec'] as Record<string, unknown>;
    const delegate: Sound = { ...bySubsets, route: { ...bySubsets.route, spec } };
    expect(texts(behind(delegate, 'agent', [{ host: 'api.example.com' }])).problems).toEqual([reaches('`service-upstream` is missing')]);
    expect(texts(behind(delegate, 'agent', [{ host: 'api.example.com' }], into)).problems).toEqual([]);
  });
});

describe('what else leads to the Service', () => {
  it.each(['traefik', 'alb', 'haproxy'])('an Ingress of class %s is not checked, and says so', (className) => {
    const told = (where: string) =>
      `Not checked: whether the controller of Ingress edge (class ${className}) is in the mesh and sends to the address of Service agent. Otherwise its requests ${where}.`;
    const host = [{ host: 'api.example.com' }];
    expect(texts(behind(bySubsets, 'agent', host, {}, className))).toEqual({
      problems: [],
      warnings: [told("reach the canary's pods at weight 0")],
    });
    expect(texts(behind(twoHosts, 'agent', host, {}, className)).warnings).toEqual([told('go to stable whatever the weights are')]);
    expect(texts(behind(bySubsets, 'web', host, {}, className)).warnings).toEqual([]);
  });

  it('a load balancer of its own is told', () => {
    const loaded = (of: Sound) => texts(withAround(of, { 'Service/agent': { type: 'LoadBalancer' } }));
    const told = 'Service agent has a load balancer of its own (type LoadBalancer): requests that come in by it';
    expect(loaded(bySubsets)).toEqual({ problems: [], warnings: [`${told} reach the canary's pods at weight 0.`] });
    expect(loaded(twoHosts)).toEqual({ problems: [], warnings: [`${told} go to stable whatever the weights are.`] });
  });
});
