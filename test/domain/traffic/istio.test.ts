import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { VirtualService } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { istio } from '../../../src/domain/traffic/istio.ts';
import type { Application } from '../../../src/domain/traffic/router.ts';
import type { HttpRule, RouteDestination } from '../../../src/domain/traffic/virtual-service/shape.ts';
import { Failure } from '../../../src/failure.ts';
import { app, appOf, fixtureNames, readAround, readRoute, routeWith, ruleList } from './virtual-service/fixtures.ts';

const { weight, withWeight } = istio;
const ladder = [0, 1, 5, 25, 33, 50, 99, 100];

interface Expected {
  /** The canary's percentage as it stands. */
  readonly weight: number;
  /** Indexes of the http rules that are split. */
  readonly splits: readonly number[];
  /** All weights of each split rule after a weight of 25 %, in their order. */
  readonly at25: readonly (readonly (number | undefined)[])[];
}

const table: Readonly<Record<string, Expected>> = {
  'agent-memory-by-two-hosts-at-rest-95-5': { weight: 5, splits: [1], at25: [[75, 25]] },
  'agent-service-by-subsets-v1-0-0-and-v1-1-0': { weight: 5, splits: [1], at25: [[75, 25]] },
  'canary-first': { weight: 30, splits: [1], at25: [[25, 75]] },
  'canary-missing': { weight: 0, splits: [], at25: [] },
  'canary-missing-beside-a-lone-stable-without-a-weight': { weight: 0, splits: [], at25: [] },
  'canary-missing-beside-a-third-destination': { weight: 0, splits: [], at25: [] },
  'canary-missing-in-two-rules': { weight: 0, splits: [], at25: [] },
  'canary-of-another-namespace': { weight: 0, splits: [], at25: [] },
  'canary-weight-omitted': { weight: 0, splits: [1], at25: [[75, 25]] },
  'consistent-hash': { weight: 0, splits: [1], at25: [[75, 25]] },
  'consistent-hash-of-a-port': { weight: 0, splits: [1], at25: [[75, 25]] },
  'delegate-rule': { weight: 0, splits: [2], at25: [[75, 25]] },
  'destination-rule-of-another-host': { weight: 0, splits: [1], at25: [[75, 25]] },
  'destination-rules-of-other-namespaces': { weight: 0, splits: [1], at25: [[75, 25]] },
  'destination-rules-of-other-namespaces-for-other-hosts': { weight: 0, splits: [1], at25: [[75, 25]] },
  'destination-subset-beside-two-hosts': { weight: 0, splits: [1], at25: [[75, 25]] },
  'destination-subset-that-is-not-there': { weight: 0, splits: [1], at25: [[75, 25]] },
  'every-port-of-the-service-sent-to-one': { weight: 0, splits: [1], at25: [[75, 25]] },
  'full-and-short-names-mixed': { weight: 40, splits: [1], at25: [[75, 25]] },
  'full-names': { weight: 40, splits: [1], at25: [[75, 25]] },
  'gateway-without-the-mesh': { weight: 0, splits: [1], at25: [[75, 25]] },
  'grpc-port-not-split': { weight: 0, splits: [2], at25: [[75, 25]] },
  'grpc-port-split-too': {
    weight: 20,
    splits: [1, 2],
    at25: [
      [75, 25],
      [75, 25],
    ],
  },
  'header-route-after-the-split': { weight: 0, splits: [0], at25: [[75, 25]] },
  'header-route-by-cookie': { weight: 0, splits: [1], at25: [[75, 25]] },
  'header-route-canary': { weight: 0, splits: [1], at25: [[75, 25]] },
  'header-route-for-another-uri': { weight: 0, splits: [1], at25: [[75, 25]] },
  'header-route-for-the-same-uri': { weight: 25, splits: [1], at25: [[75, 25]] },
  'header-route-with-a-weight-of-0': { weight: 0, splits: [1], at25: [[75, 25]] },
  'header-route-x-canary': { weight: 5, splits: [1], at25: [[75, 25]] },
  'header-routes-both-forms': { weight: 0, splits: [1], at25: [[75, 25]] },
  'host-of-the-service-not-named': { weight: 0, splits: [1], at25: [[75, 25]] },
  'ingress-of-another-controller': { weight: 0, splits: [1], at25: [[75, 25]] },
  'ingress-of-another-service': { weight: 0, splits: [1], at25: [[75, 25]] },
  'mirror-to-the-canary': { weight: 0, splits: [1], at25: [[75, 25]] },
  'mirrors-one-of-them-to-the-canary': { weight: 0, splits: [1], at25: [[75, 25]] },
  'names-with-namespace-only': { weight: 5, splits: [1], at25: [[75, 25]] },
  'names-with-svc-only': { weight: 5, splits: [1], at25: [[75, 25]] },
  'namespace-in-ambient-mode': { weight: 0, splits: [1], at25: [[75, 25]] },
  'namespace-of-a-revision': { weight: 0, splits: [1], at25: [[75, 25]] },
  'namespace-without-injection': { weight: 0, splits: [1], at25: [[75, 25]] },
  'namespace-without-injection-behind-a-gateway': { weight: 0, splits: [1], at25: [[75, 25]] },
  'nginx-at-the-edge-into-the-mesh': { weight: 0, splits: [1], at25: [[75, 25]] },
  'nginx-at-the-edge-past-the-mesh': { weight: 0, splits: [1], at25: [[75, 25]] },
  'nginx-at-the-edge-with-a-host-that-the-rules-do-not-have': { weight: 0, splits: [1], at25: [[75, 25]] },
  'nginx-at-the-edge-with-the-host-of-the-service': { weight: 0, splits: [1], at25: [[75, 25]] },
  'no-http-rules': { weight: 0, splits: [], at25: [] },
  'one-rule': { weight: 0, splits: [0], at25: [[75, 25]] },
  'pods-that-are-injected-themselves': { weight: 0, splits: [1], at25: [[75, 25]] },
  'public-host-with-a-gateway': { weight: 0, splits: [1], at25: [[75, 25]] },
  'public-host-without-gateways': { weight: 0, splits: [1], at25: [[75, 25]] },
  'public-host-without-gateways-and-none-that-serves-it': { weight: 0, splits: [1], at25: [[75, 25]] },
  'retries-timeout-and-fault': { weight: 15, splits: [1], at25: [[75, 25]] },
  'rewrite-headers-and-cors': { weight: 20, splits: [1], at25: [[75, 25]] },
  'same-host-on-two-ports': { weight: 0, splits: [1], at25: [[38, 37, 25]] },
  'second-for-a-narrower-host': { weight: 0, splits: [1], at25: [[75, 25]] },
  'second-for-a-narrower-host-of-another-service': { weight: 0, splits: [1], at25: [[75, 25]] },
  'second-for-a-wider-host': { weight: 0, splits: [1], at25: [[75, 25]] },
  'second-for-connections-only': { weight: 0, splits: [1], at25: [[75, 25]] },
  'second-for-the-host': { weight: 0, splits: [1], at25: [[75, 25]] },
  'second-for-the-host-of-another-namespace': { weight: 0, splits: [1], at25: [[75, 25]] },
  'second-for-the-host-seen-by-its-own-namespace-only': { weight: 0, splits: [1], at25: [[75, 25]] },
  'second-for-the-host-seen-by-nobody': { weight: 0, splits: [1], at25: [[75, 25]] },
  'second-for-the-host-seen-by-others-than-the-route': { weight: 0, splits: [1], at25: [[75, 25]] },
  'second-for-the-same-short-name-elsewhere': { weight: 0, splits: [1], at25: [[75, 25]] },
  'second-for-the-same-wildcard': { weight: 0, splits: [1], at25: [[75, 25]] },
  'second-on-another-gateway': { weight: 0, splits: [1], at25: [[75, 25]] },
  'second-on-the-gateway-for-every-request': { weight: 0, splits: [1], at25: [[75, 25]] },
  'second-on-the-gateway-with-paths': { weight: 0, splits: [1], at25: [[75, 25]] },
  'second-without-hosts-as-a-delegate': { weight: 0, splits: [1], at25: [[75, 25]] },
  'split-and-other-rules': { weight: 10, splits: [5], at25: [[75, 25]] },
  'split-by-header-already': { weight: 50, splits: [1], at25: [[75, 25]] },
  'stable-missing': { weight: 0, splits: [], at25: [] },
  'stable-of-another-namespace-beside': { weight: 0, splits: [1], at25: [[37, 50, 13]] },
  'status-with-an-error': { weight: 0, splits: [1], at25: [[75, 25]] },
  'status-with-an-error-about-an-earlier-generation': { weight: 0, splits: [1], at25: [[75, 25]] },
  'status-with-an-information': { weight: 0, splits: [1], at25: [[75, 25]] },
  'stored-at-v1beta1': { weight: 33, splits: [1], at25: [[75, 25]] },
  'subset-of-stable-selects-the-canary-too': { weight: 0, splits: [1], at25: [[75, 25]] },
  'subset-of-the-canary-selects-stable': { weight: 0, splits: [1], at25: [[75, 25]] },
  'subset-that-does-not-select-stable': { weight: 0, splits: [1], at25: [[75, 25]] },
  'subset-that-does-not-select-the-users-canary': { weight: 0, splits: [1], at25: [[75, 25]] },
  subsets: { weight: 0, splits: [1], at25: [[75, 25]] },
  'subsets-and-a-third-one': { weight: 0, splits: [1], at25: [[37, 50, 13]] },
  'subsets-behind-a-gateway-only': { weight: 0, splits: [1], at25: [[75, 25]] },
  'subsets-by-full-name': { weight: 35, splits: [1], at25: [[75, 25]] },
  'subsets-canary-destination-missing': { weight: 0, splits: [], at25: [] },
  'subsets-defined-twice': { weight: 0, splits: [1], at25: [[75, 25]] },
  'subsets-in-two-destination-rules': { weight: 0, splits: [1], at25: [[75, 25]] },
  'subsets-one-missing': { weight: 0, splits: [1], at25: [[75, 25]] },
  'subsets-rules-without-subsets': { weight: 0, splits: [], at25: [] },
  'subsets-with-nginx-at-the-edge': { weight: 0, splits: [1], at25: [[75, 25]] },
  'subsets-without-destination-rule': { weight: 0, splits: [1], at25: [[75, 25]] },
  'subsets-without-destination-rule-and-version-label': { weight: 0, splits: [1], at25: [[75, 25]] },
  'tcp-and-tls-rules': { weight: 0, splits: [1], at25: [[75, 25]] },
  'third-destination': { weight: 20, splits: [1], at25: [[37, 50, 13]] },
  'third-destination-at-weight-0': { weight: 10, splits: [1], at25: [[75, 0, 25]] },
  'third-destination-coarse': { weight: 0, splits: [1], at25: [[7, 91, 2]] },
  'third-destination-takes-all': { weight: 0, splits: [1], at25: [[0, 100, 0]] },
  'third-destination-without-a-weight': { weight: 10, splits: [1], at25: [[75, undefined, 25]] },
  'two-destination-rules-for-one-host': { weight: 0, splits: [1], at25: [[75, 25]] },
  'two-split-rules': {
    weight: 25,
    splits: [1, 2],
    at25: [
      [75, 25],
      [75, 25],
    ],
  },
  'unknown-fields': { weight: 0, splits: [1], at25: [[75, 25]] },
  'uri-that-goes-to-the-canary-only': { weight: 0, splits: [2], at25: [[75, 25]] },
  'weights-of-1-and-1': { weight: 50, splits: [1], at25: [[75, 25]] },
  'weights-omitted': { weight: 0, splits: [1], at25: [[75, 25]] },
};

const own = {
  stable: /^agent(\.shop\.svc\.cluster\.local|\.shop(\.svc)?)?$/,
  canary: /^agent-canary(\.shop\.svc\.cluster\.local|\.shop(\.svc)?)?$/,
};

/** Whose destination it is, told anew and without the code that is under test. */
function armOf({ destination: { host, subset } }: RouteDestination, { subsets, hosts }: Application): 'stable' | 'canary' | undefined {
  if (subsets !== undefined) return subset === subsets.stable ? 'stable' : subset === subsets.canary ? 'canary' : undefined;
  if (hosts !== undefined) return host === hosts.stable ? 'stable' : host === hosts.canary ? 'canary' : undefined;
  return own.stable.test(host) ? 'stable' : own.canary.test(host) ? 'canary' : undefined;
}

const isSplit = ({ route = [] }: HttpRule, of: Application): boolean =>
  (['stable', 'canary'] as const).every((arm) => route.some((each) => armOf(each, of) === arm));

/** The route without the weights that are ours to change. What is left must not change, in its order of fields either. */
function remainder(route: KubernetesObject, of: Application): string {
  const http = ruleList(route).map((rule) =>
    isSplit(rule, of)
      ? { ...rule, route: (rule.route ?? []).map((each) => (armOf(each, of) === undefined ? each : { ...each, weight: undefined })) }
      : rule,
  );
  return JSON.stringify({ ...route, spec: { ...(route['spec'] as object), ...(http.length === 0 ? {} : { http }) } });
}

const weightsOf = ({ route = [] }: HttpRule) => route.map((each) => each.weight);
const sum = (numbers: readonly (number | undefined)[]): number => numbers.reduce<number>((total, each) => total + (each ?? 0), 0);

describe('the lens on a VirtualService', () => {
  it('has an expectation for every fixture', () => expect(new Set(Object.keys(table))).toEqual(new Set(fixtureNames)));

  it.each(fixtureNames)('%s: reads the weight and writes 25 %%', (name) => {
    const [route, expected, of] = [readRoute(name), table[name]!, appOf(name)];
    expect(weight([route], of)).toBe(expected.weight);
    const [written] = withWeight([route], of, 25);
    expect(expected.splits.map((index) => weightsOf(ruleList(written!)[index]!))).toEqual(expected.at25);
    const others = (each: KubernetesObject) => ruleList(each).filter((_, index) => !expected.splits.includes(index));
    expect(others(written!)).toEqual(others(route));
  });

  it.each(fixtureNames)('%s: no weight touches anything else, nor the sum of a rule', (name) => {
    const [route, of] = [readRoute(name), appOf(name)];
    const before = JSON.stringify(route);
    for (const percent of ladder) {
      const [written] = withWeight([route], of, percent);
      expect(remainder(written!, of)).toBe(remainder(route, of));
      for (const [index, rule] of ruleList(written!).entries()) {
        if (!isSplit(rule, of)) continue;
        const third = sum((rule.route ?? []).filter((each) => armOf(each, of) === undefined).map((each) => each.weight));
        expect(sum(weightsOf(rule))).toBe(third > 0 ? sum(weightsOf(ruleList(route)[index]!)) : 100);
      }
    }
    expect(JSON.stringify(route)).toBe(before);
  });

  it.each(fixtureNames)('%s: its header route is the same after five changes, going back and promotion', (name) => {
    const of = appOf(name);
    let found: readonly KubernetesObject[] = [readRoute(name)];
    const headers = istio.inspect(found, of, [], readAround(name)).headers;
    const rules = (route: KubernetesObject) => JSON.stringify(ruleList(route).filter((rule) => !isSplit(rule, of)));
    const before = rules(found[0]!);
    for (const percent of [5, 25, 50, 100, 30, 0, 100, 50, 0]) {
      found = withWeight(found, of, percent);
      expect(istio.inspect(found, of, [], readAround(name)).headers).toEqual(headers);
      expect(rules(found[0]!)).toBe(before);
    }
  });

  it('returns the other objects as they are', () => {
    const other = { ...readRoute('one-rule'), metadata: { name: 'other', namespace: 'shop' } };
    const elsewhere = { ...readRoute('one-rule'), metadata: { name: 'agent-vs', namespace: 'lab' } };
    const written = withWeight([other, readRoute('one-rule'), elsewhere], app, 50);
    expect(written[0]).toBe(other);
    expect(written[2]).toBe(elsewhere);
    expect(weight(written, app)).toBe(50);
  });

  it.each([0.5, -1, 101, Number.NaN])('takes %d %% for a defect', (percent) => {
    expect(() => withWeight([readRoute('one-rule')], app, percent)).toThrow(Failure);
  });

  it('says that the route is not there', () => expect(() => weight([], app)).toThrow('VirtualService shop/agent-vs is not there'));

  it('names its object', () => {
    expect(istio.objects(app)).toEqual([{ kind: VirtualService, namespace: 'shop', name: 'agent-vs' }]);
    expect(istio.defaultRoute('agent')).toBe('agent-vs');
  });

  it('reads beside it what it never writes, and must see the subsets', () => {
    const short = (of: Application) =>
      istio
        .context(of)
        .map(({ kind, namespace, name, elsewhere, need }) => `${need} ${kind.kind} ${elsewhere ? 'not ' : ''}${namespace}/${name ?? '*'}`);
    expect(short(app)).toEqual([
      'advisory VirtualService shop/*',
      'advisory VirtualService not shop/*',
      'advisory DestinationRule shop/*',
      'advisory DestinationRule not shop/*',
      'advisory Ingress shop/*',
      'advisory Gateway shop/*',
      'advisory Namespace /shop',
    ]);
    expect(short(appOf('subsets'))[2]).toBe('required DestinationRule shop/*');
  });

  it('takes the labels of the canary from its Service, or from its subset', () => {
    expect(istio.canaryLabels(app, readAround('one-rule'))).toEqual({ app: 'agent-canary' });
    expect(istio.canaryLabels(appOf('subsets'), readAround('subsets'))).toEqual({ version: 'canary' });
    expect(istio.canaryLabels(appOf('subsets'), readAround('subsets-one-missing'))).toBeUndefined();
    expect(istio.canaryLabels(app, [])).toBeUndefined();
  });
});

describe('whether a VirtualService is accepted', () => {
  it.each([
    ['one-rule', 'accepted'],
    ['status-with-an-information', 'accepted'],
    ['status-with-an-error-about-an-earlier-generation', 'accepted'],
    ['status-with-an-error', 'refused'],
  ])('%s: %s', (name, is) => expect(istio.accepted([readRoute(name)], app).is).toBe(is));

  it('says who refuses it and why', () => {
    expect(istio.accepted([readRoute('status-with-an-error')], app)).toEqual({
      is: 'refused',
      reason: "Istio's analyser says IST0101 ReferencedResourceNotFound (https://istio.io/latest/docs/reference/config/analysis/ist0101/)",
    });
  });
});

const subsetApp: Application = { ...app, subsets: { stable: 'v1', canary: 'v2' } };
const suffix = fc.constantFrom('', '.shop.svc.cluster.local');
const leg = (host: string, subset?: string) =>
  fc
    .record({
      ending: suffix,
      port: fc.option(fc.constantFrom(80, 9090), { nil: undefined }),
      weight: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: undefined }),
      x: fc.jsonValue(),
    })
    .map(({ ending, port, weight: its, x }) => ({
      destination: {
        host: `${host}${ending}`,
        ...(subset === undefined ? {} : { subset }),
        ...(port === undefined ? {} : { port: { number: port } }),
      },
      ...(its === undefined ? {} : { weight: its }),
      headers: x,
    }));
const third = fc.record({
  destination: fc.constantFrom({ host: 'files' }, { host: 'agent.lab.svc.cluster.local' }, { host: 'agent-canary.example.com' }),
  weight: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: undefined }),
});
const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length });
const generated = fc.constantFrom(app, subsetApp).chain((of) => {
  const [stable, canary] = of.subsets === undefined ? [leg('agent'), leg('agent-canary')] : [leg('agent', 'v1'), leg('agent', 'v2')];
  const split = fc
    .tuple(stable, canary, fc.array(third, { maxLength: 2 }), fc.jsonValue())
    .chain(([one, other, more, x]) => fc.tuple(shuffled<unknown>([one, other, ...more]), fc.constant(x)))
    .map(([route, x]) => ({ retries: x, route, timeout: '1s', xNew: x }));
  const foreign = fc.record({
    match: fc.constant([{ headers: { 'x-canary': { exact: 'true' } } }]),
    route: fc.array(third, { maxLength: 2 }),
    fault: fc.jsonValue(),
  });
  return (
    fc
      .tuple(fc.array(split, { minLength: 1, maxLength: 3 }), fc.array(foreign, { maxLength: 3 }))
      .chain(([splits, others]) => shuffled<unknown>([...splits, ...others]))
      // What the API gives is JSON: fields that are undefined are not there.
      .map((rules) => ({ of, route: JSON.parse(JSON.stringify(routeWith(rules))) as KubernetesObject }))
  );
});
const percents = fc.integer({ min: 0, max: 100 });
const hasThird = (route: KubernetesObject, of: Application): boolean =>
  ruleList(route).some(
    (rule) => isSplit(rule, of) && (rule.route ?? []).some((each) => armOf(each, of) === undefined && (each.weight ?? 0) > 0),
  );

describe('the laws of the lens', () => {
  it('put-get: what was written is read', () => {
    fc.assert(
      fc.property(generated, percents, ({ of, route }, percent) => {
        fc.pre(!hasThird(route, of));
        expect(weight(withWeight([route], of, percent), of)).toBe(percent);
      }),
    );
  });

  it('put-get beside a third destination: to half a percentage point, once the inspection finds the scale sound', () => {
    fc.assert(
      fc.property(generated, percents, ({ of, route }, percent) => {
        fc.pre(!istio.inspect([route], of, [percent]).problems.some(({ what }) => /third backend|nothing to split/.test(what)));
        expect(Math.abs(weight(withWeight([route], of, percent), of) - percent)).toBeLessThanOrEqual(0.5);
      }),
    );
  });

  it('put-put: of any sequence of weights only the last is left', () => {
    fc.assert(
      fc.property(generated, fc.array(percents, { minLength: 1, maxLength: 8 }), ({ of, route }, sequence) => {
        const all = sequence.reduce<readonly KubernetesObject[]>((found, percent) => withWeight(found, of, percent), [route]);
        expect(all).toEqual(withWeight([route], of, sequence.at(-1)!));
      }),
    );
  });

  it('get-put: writing what was read changes nothing of what was written before', () => {
    fc.assert(
      fc.property(generated, percents, ({ of, route }, percent) => {
        fc.pre(!hasThird(route, of));
        const written = withWeight([route], of, percent);
        expect(withWeight(written, of, weight(written, of))).toEqual(written);
      }),
    );
  });

  it('touches nothing but the weights of both sides in split rules, and leaves none of these rules without weight', () => {
    fc.assert(
      fc.property(generated, percents, ({ of, route }, percent) => {
        const [written] = withWeight([route], of, percent);
        expect(remainder(written!, of)).toBe(remainder(route, of));
        for (const rule of ruleList(written!).filter((each) => isSplit(each, of))) {
          expect(sum(weightsOf(rule))).toBeGreaterThan(0);
          for (const each of weightsOf(rule)) expect(each === undefined || (Number.isInteger(each) && each >= 0)).toBe(true);
        }
      }),
    );
  });
});

describe("the ports of the canary's Service", () => {
  const to = (host: string, number?: number) => ({
    destination: { host, ...(number === undefined ? {} : { port: { number } }) },
    weight: 50,
  });
  const ports = (...routes: readonly (readonly object[])[]) => istio.canaryPorts([routeWith(routes.map((route) => ({ route })))], app, []);

  it('are those that split rules name', () => {
    expect(ports([to('agent', 80), to('agent-canary', 80)], [to('agent', 9090), to('agent-canary.shop.svc.cluster.local', 9090)])).toEqual([
      80, 9090,
    ]);
    expect(ports([to('agent'), to('agent-canary')], [to('agent-canary', 7070)])).toEqual([]);
  });

  it('are none of a host that is no Service of the namespace', () => {
    const elsewhere = { ...app, hosts: { stable: 'agent', canary: 'agent.next.svc.cluster.local' } };
    const route = routeWith([{ route: [to('agent', 80), to('agent.next.svc.cluster.local', 8080)] }]);
    expect(istio.canaryPorts([route], elsewhere, [])).toEqual([]);
  });
});
