import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../../../src/domain/kubernetes/object.ts';
import type { Findings, Problem } from '../../../../src/domain/rollout/problem.ts';
import { gatewayApi } from '../../../../src/domain/traffic/gateway-api.ts';
import { istio } from '../../../../src/domain/traffic/istio.ts';
import { ruleList as httpRouteRules, routeWith as httpRouteWith, app as routeApp } from '../httproute/fixtures.ts';
import { app, appOf, inspectFixture, readAround, readRoute, routeWith, ruleList } from '../virtual-service/fixtures.ts';

const around = readAround('header-route-x-canary');
const isShadow = ({ what }: Problem) => what.includes('is reached by no request');
const shadowsOf = ({ problems, warnings }: Findings) => ({ problems: problems.filter(isShadow), warnings: warnings.filter(isShadow) });
const ofMesh = (route: KubernetesObject) => shadowsOf(istio.inspect([route], app, [5, 100], around));
const ofGateway = (route: KubernetesObject) => shadowsOf(gatewayApi.inspect([route], routeApp, [5, 100], []));
const nothing = { problems: [], warnings: [] };

describe('the split of a VirtualService', () => {
  const both = {
    route: [
      { destination: { host: 'agent' }, weight: 100 },
      { destination: { host: 'agent-canary' }, weight: 0 },
    ],
  };
  const stable = { route: [{ destination: { host: 'agent' } }] };
  const legacy = { route: [{ destination: { host: 'legacy' } }] };
  const header = { match: [{ headers: { 'x-canary': { exact: 'true' } } }], route: [{ destination: { host: 'agent-canary' } }] };
  const at = (uri: object, more: object = {}) => ({ match: [{ uri, ...more }] });
  const behind = (...rules: readonly object[]) => ofMesh(routeWith(rules));

  it('is refused behind a rule of stable for every request, and the YAML puts it first', () => {
    const [problem, ...more] = behind(header, stable, both).problems;
    expect(more).toEqual([]);
    expect(problem?.what).toBe(
      'http rule 3 (every request) is reached by no request, so its weights have no effect: http rule 2 (every request) stands before it and takes them all.',
    );
    const mended = parse(problem?.yaml ?? '') as KubernetesObject;
    expect(ruleList(mended)).toEqual([header, both]);
    expect(ofMesh(mended)).toEqual(nothing);
  });

  it('keeps the rule before it where other requests come to that', () => {
    const split = { ...at({ prefix: '/api' }), ...both };
    const mended = parse(behind(stable, split).problems[0]?.yaml ?? '') as KubernetesObject;
    expect(ruleList(mended)).toEqual([split, stable]);
    expect(ofMesh(mended)).toEqual(nothing);
  });

  it('is not put in front of a rule that leads elsewhere: whose the requests are is not ours to say', () => {
    const [problem] = behind({ ...at({ prefix: '/' }), ...legacy }, both).problems;
    expect(problem).toMatchObject({ remedy: 'Put the split in front of it, or have it take fewer requests.' });
    expect(problem).not.toHaveProperty('yaml');
  });

  it('is told of where another split is reached', () =>
    expect(behind({ ...at({ prefix: '/api' }), ...both }, stable, both)).toMatchObject({ problems: [], warnings: [{}] }));

  it.each<[string, readonly object[], object]>([
    ['a redirect', [{ redirect: { uri: '/moved' } }], both],
    ['a longer prefix of its own', [{ ...at({ prefix: '/api' }), ...stable }], { ...at({ prefix: '/api/v1' }), ...both }],
    ['a prefix of its path', [{ ...at({ prefix: '/api' }), ...stable }], { ...at({ exact: '/api/v1' }), ...both }],
    ['a prefix in any case', [{ ...at({ prefix: '/api' }, { ignoreUriCase: true }), ...stable }], { ...at({ prefix: '/api' }), ...both }],
    ['the same of a port', [{ match: [{ port: 80 }], ...stable }], { ...at({ prefix: '/api' }, { port: 80 }), ...both }],
    [
      'two rules that share its matches',
      [
        { ...at({ prefix: '/a' }), ...stable },
        { ...at({ prefix: '/b' }), ...stable },
      ],
      { match: [{ uri: { prefix: '/a' } }, { uri: { prefix: '/b' } }], ...both },
    ],
    ['a rule of another name', [{ match: [{ name: 'all', statPrefix: 'all' }], ...stable }], both],
  ])('is hidden by %s', (_, before, split) => expect(behind(...before, split).problems).toHaveLength(1));

  it.each<[string, readonly object[], object]>([
    ['a header route', [header], both],
    ['a rule of a path', [{ ...at({ prefix: '/api' }), ...stable }], both],
    ['a rule of a path beside its own', [{ ...at({ prefix: '/api' }), ...stable }], { ...at({ prefix: '/web' }), ...both }],
    [
      'a rule of one of its paths',
      [{ ...at({ prefix: '/a' }), ...stable }],
      { match: [{ uri: { prefix: '/a' } }, { uri: { prefix: '/b' } }], ...both },
    ],
    ['a rule of another port', [{ match: [{ port: 9090 }], ...stable }], { match: [{ port: 80 }], ...both }],
    ['a rule of one gateway', [{ match: [{ gateways: ['public'] }], ...stable }], both],
    [
      'a prefix in this case alone',
      [{ ...at({ prefix: '/api' }), ...stable }],
      { ...at({ prefix: '/api' }, { ignoreUriCase: true }), ...both },
    ],
    ['a delegate, whose rules may leave some over', [{ delegate: { name: 'other' } }], both],
    ['a split of the same requests', [both], both],
  ])('is not hidden by %s', (_, before, split) => expect(behind(...before, split)).toEqual(nothing));

  it.each([
    ['stable-missing', 'split the rule that takes every request, behind which none is reached:'],
    ['subsets-rules-without-subsets', 'in each rule that is to be split. In all of them it reads:'],
  ])('is proposed in place of what takes every request: %s', (name, remedy) => {
    const [problem] = inspectFixture(name).problems;
    expect(problem?.remedy).toContain(remedy);
    const mended = { ...(parse(problem?.yaml ?? '') as KubernetesObject), metadata: readRoute(name).metadata };
    expect(ruleList(mended)).toHaveLength(1);
    const after = istio.inspect([mended], appOf(name), [5, 100], readAround(name));
    expect(after.problems).toEqual([]);
    expect(after.splits).toHaveLength(1);
  });

  it('is proposed in place of an answer of the proxy itself', () => {
    const [problem] = istio.inspect([routeWith([{ name: 'gone', directResponse: { status: 410 } }])], app, [5, 100], around).problems;
    expect(ruleList(parse(problem?.yaml ?? '') as KubernetesObject)).toEqual([{ name: 'gone', ...both }]);
  });
});

describe('the split of an HTTPRoute', () => {
  const both = {
    backendRefs: [
      { name: 'agent', port: 80, weight: 100 },
      { name: 'agent-canary', port: 80, weight: 0 },
    ],
  };
  const stable = { backendRefs: [{ name: 'agent', port: 80 }] };
  const legacy = { backendRefs: [{ name: 'legacy', port: 80 }] };
  const at = (value: string, more: object = {}) => ({ matches: [{ path: { type: 'PathPrefix', value }, ...more }] });
  const behind = (...rules: readonly object[]) => ofGateway(httpRouteWith(rules));

  it('is refused behind a rule with the same match, and the YAML puts it first', () => {
    const [problem, ...more] = behind({ ...at('/'), ...stable }, both).problems;
    expect(more).toEqual([]);
    expect(problem?.what).toBe(
      'rule 2 (every path) is reached by no request, so its weights have no effect: rule 1 (every path) stands before it and takes them all.',
    );
    const mended = parse(problem?.yaml ?? '') as KubernetesObject;
    expect(httpRouteRules(mended)).toEqual([both]);
    expect(ofGateway(mended)).toEqual(nothing);
  });

  it('keeps the rule before it where other requests come to that', () => {
    const wide = { matches: [...at('/').matches, ...at('/web').matches], ...stable };
    const mended = parse(behind(wide, both).problems[0]?.yaml ?? '') as KubernetesObject;
    expect(httpRouteRules(mended)).toEqual([both, wide]);
    expect(ofGateway(mended)).toEqual(nothing);
  });

  it('is not put in front of a rule that leads elsewhere', () => expect(behind(legacy, both).problems[0]).not.toHaveProperty('yaml'));

  it('is hidden whatever the order and the case of headers', () => {
    const headers = [
      { name: 'X-Plan', value: 'trial' },
      { name: 'x-region', value: 'eu' },
    ];
    const other = [
      { name: 'X-Region', value: 'eu' },
      { name: 'x-plan', value: 'trial' },
    ];
    expect(behind({ ...at('/', { headers }), ...stable }, { ...at('/', { headers: other }), ...both }).problems).toHaveLength(1);
  });

  it.each<[string, readonly object[]]>([
    [
      'a wider rule before it, for the more specific match wins',
      [
        { ...at('/'), ...stable },
        { ...at('/api'), ...both },
      ],
    ],
    ['the same match after it', [both, stable]],
    ['a rule of one method', [{ ...at('/', { method: 'GET' }), ...stable }, both]],
    ['the same path, exactly', [{ matches: [{ path: { type: 'Exact', value: '/' } }], ...stable }, both]],
    [
      'a rule of one of its matches',
      [
        { ...at('/a'), ...stable },
        { matches: [...at('/a').matches, ...at('/b').matches], ...both },
      ],
    ],
  ])('is not hidden by %s', (_, rules) => expect(behind(...rules)).toEqual(nothing));

  it('is proposed in place of what takes every request, without its redirect', () => {
    const filters = [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https' } }];
    const inspect = (route: KubernetesObject) => gatewayApi.inspect([route], routeApp, [5, 100], []);
    const [problem] = inspect(httpRouteWith([{ filters, timeouts: { request: '5s' } }])).problems;
    const mended = parse(problem?.yaml ?? '') as KubernetesObject;
    expect(httpRouteRules(mended)).toEqual([{ timeouts: { request: '5s' }, ...both }]);
    expect(inspect(mended).problems).toEqual([]);
  });
});
