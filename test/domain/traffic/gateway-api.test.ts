import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HTTPRoute } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { gatewayApi } from '../../../src/domain/traffic/gateway-api.ts';
import type { BackendRef, Rule } from '../../../src/domain/traffic/httproute/shape.ts';
import { Failure } from '../../../src/failure.ts';
import { app, fixtureNames, readRoute, routeWith, ruleList } from './httproute/fixtures.ts';

const { weight, withWeight } = gatewayApi;
const ladder = [0, 1, 5, 25, 33, 50, 99, 100];

interface Expected {
  /** The canary's percentage as it stands. */
  readonly weight: number;
  /** Indexes of the rules that are split. */
  readonly splits: readonly number[];
  /** `[stable, canary]` of each split rule after a weight of 25 %. */
  readonly at25: readonly (readonly [number, number])[];
}

const table: Readonly<Record<string, Expected>> = {
  'all-weights-0': { weight: 0, splits: [0], at25: [[75, 25]] },
  'backends-that-are-no-services': { weight: 0, splits: [], at25: [] },
  'canary-first': { weight: 30, splits: [0], at25: [[75, 25]] },
  'canary-missing': { weight: 0, splits: [], at25: [] },
  'canary-missing-in-two-rules': { weight: 0, splits: [], at25: [] },
  'canary-of-another-namespace': { weight: 0, splits: [], at25: [] },
  'canary-weight-omitted': { weight: 10, splits: [0], at25: [[75, 25]] },
  'filters-on-rule-and-backends': { weight: 20, splits: [0], at25: [[75, 25]] },
  'header-route-at-weight-0': { weight: 0, splits: [1], at25: [[75, 25]] },
  'header-route-canary': { weight: 0, splits: [1], at25: [[75, 25]] },
  'header-route-for-another-path': { weight: 0, splits: [1], at25: [[75, 25]] },
  'header-route-regular-expression': { weight: 0, splits: [1], at25: [[75, 25]] },
  'header-route-x-canary': { weight: 5, splits: [1], at25: [[75, 25]] },
  'header-routes-both-forms': { weight: 0, splits: [1], at25: [[75, 25]] },
  'matches-with-method-and-query': { weight: 1, splits: [0], at25: [[75, 25]] },
  'mesh-parent-and-hostnames': { weight: 100 / 3, splits: [0], at25: [[75, 25]] },
  'method-and-query-beside-the-split': { weight: 0, splits: [3], at25: [[75, 25]] },
  midway: { weight: 25, splits: [0], at25: [[75, 25]] },
  'mirror-to-the-canary': { weight: 0, splits: [0], at25: [[75, 25]] },
  'no-parents': { weight: 0, splits: [0], at25: [[75, 25]] },
  'no-rules': { weight: 0, splits: [], at25: [] },
  'one-rule': { weight: 0, splits: [0], at25: [[75, 25]] },
  'own-namespace-spelled-out': { weight: 40, splits: [0], at25: [[75, 25]] },
  'path-that-goes-to-the-canary-only': { weight: 0, splits: [1], at25: [[75, 25]] },
  'redirect-rule': { weight: 0, splits: [1], at25: [[75, 25]] },
  'same-service-on-two-ports': { weight: 0, splits: [0], at25: [[75, 25]] },
  'session-persistence': { weight: 50, splits: [0], at25: [[75, 25]] },
  'split-and-other-rules': { weight: 10, splits: [2], at25: [[75, 25]] },
  'split-by-header': { weight: 0, splits: [0], at25: [[75, 25]] },
  'stable-missing': { weight: 0, splits: [], at25: [] },
  'stable-of-another-namespace-beside': { weight: 0, splits: [0], at25: [[75, 25]] },
  'third-backend': { weight: 10, splits: [0], at25: [[150, 50]] },
  'third-backend-at-weight-0': { weight: 10, splits: [0], at25: [[75, 25]] },
  'third-backend-coarse': { weight: 0, splits: [0], at25: [[7, 2]] },
  'third-backend-near-the-largest-weight': { weight: 0, splits: [0], at25: [[7, 3]] },
  'third-backend-takes-all': { weight: 0, splits: [0], at25: [[0, 0]] },
  'timeouts-and-retry': { weight: 0, splits: [0], at25: [[75, 25]] },
  'two-parents-with-section-names': { weight: 15, splits: [0], at25: [[75, 25]] },
  'two-split-rules': {
    weight: 25,
    splits: [0, 1],
    at25: [
      [75, 25],
      [75, 25],
    ],
  },
  'unknown-fields': { weight: 0, splits: [0], at25: [[75, 25]] },
  'url-rewrite-and-headers': { weight: 40, splits: [0], at25: [[75, 25]] },
  'weights-omitted': { weight: 50, splits: [0], at25: [[75, 25]] },
};

const isOwn = (ref: BackendRef, name: string): boolean =>
  ref.name === name && (ref.kind ?? 'Service') === 'Service' && (ref.namespace ?? app.namespace) === app.namespace;

const sumOf = (rule: Rule | undefined, name: string): number =>
  (rule?.backendRefs ?? []).filter((ref) => isOwn(ref, name)).reduce((sum, ref) => sum + (ref.weight ?? 1), 0);

/** The route without the weights that are ours to change. What is left must not change, in its order of fields either. */
function remainder(route: KubernetesObject): string {
  const rules = ruleList(route).map((rule) => {
    const refs = rule.backendRefs ?? [];
    const split = [app.service, app.canaryService].every((name) => refs.some((ref) => isOwn(ref, name)));
    if (!split) return rule;
    return {
      ...rule,
      backendRefs: refs.map((ref) => (isOwn(ref, app.service) || isOwn(ref, app.canaryService) ? { ...ref, weight: undefined } : ref)),
    };
  });
  const spec = { ...(route['spec'] as object), ...(rules.length === 0 ? {} : { rules }) };
  return JSON.stringify({ ...route, spec });
}

describe('the lens on an HTTPRoute', () => {
  it('has an expectation for every fixture', () => {
    expect(new Set(Object.keys(table))).toEqual(new Set(fixtureNames));
    expect(fixtureNames.length).toBeGreaterThanOrEqual(40);
  });

  it.each(fixtureNames)('%s: reads the weight and writes 25 %%', (name) => {
    const route = readRoute(name);
    const expected = table[name]!;
    expect(weight([route], app)).toBe(expected.weight);
    const [written] = withWeight([route], app, 25);
    const rules = expected.splits.map((index) => ruleList(written!)[index]);
    expect(rules.map((rule) => [sumOf(rule, 'agent'), sumOf(rule, 'agent-canary')])).toEqual(expected.at25);
    const others = (of: KubernetesObject) => ruleList(of).filter((_, index) => !expected.splits.includes(index));
    expect(others(written!)).toEqual(others(route));
  });

  it.each(fixtureNames)('%s: no weight touches anything else', (name) => {
    const route = readRoute(name);
    const before = JSON.stringify(route);
    for (const percent of ladder) {
      const [written] = withWeight([route], app, percent);
      expect(remainder(written!)).toBe(remainder(route));
      const dead = ruleList(written!).filter((rule) => rule.backendRefs?.every((ref) => ref.weight === 0) === true);
      const deadBefore = ruleList(route).filter((rule) => rule.backendRefs?.every((ref) => ref.weight === 0) === true);
      expect(dead.length).toBeLessThanOrEqual(deadBefore.length);
    }
    expect(JSON.stringify(route)).toBe(before);
  });

  it('keeps the weight of a third backend', () => {
    const [written] = withWeight([readRoute('third-backend')], app, 60);
    expect(ruleList(written!)[0]!.backendRefs!.map((ref) => [ref.name, ref.weight])).toEqual([
      ['agent', 80],
      ['agent-edge', 100],
      ['agent-canary', 120],
    ]);
  });

  it('revives a rule whose weights are all 0', () => {
    expect(weight(withWeight([readRoute('all-weights-0')], app, 0), app)).toBe(0);
    expect(sumOf(ruleList(withWeight([readRoute('all-weights-0')], app, 0)[0]!)[0], 'agent')).toBe(100);
  });

  it('returns the other objects as they are', () => {
    const other = { ...readRoute('midway'), metadata: { name: 'other', namespace: 'shop' } };
    const elsewhere = { ...readRoute('midway'), metadata: { name: 'agent', namespace: 'lab' } };
    const written = withWeight([other, readRoute('midway'), elsewhere], app, 50);
    expect(written[0]).toBe(other);
    expect(written[2]).toBe(elsewhere);
    expect(weight(written, app)).toBe(50);
  });

  it.each([0.5, -1, 101, Number.NaN, Number.POSITIVE_INFINITY])('takes %d %% for a defect', (percent) => {
    expect(() => withWeight([readRoute('midway')], app, percent)).toThrow(Failure);
  });

  it('says that the route is not there', () => {
    expect(() => weight([], app)).toThrow('HTTPRoute shop/agent is not there');
  });

  it('names its object', () => {
    expect(gatewayApi.objects(app)).toEqual([{ kind: HTTPRoute, namespace: 'shop', name: 'agent' }]);
    expect(gatewayApi.defaultRoute('agent')).toBe('agent');
    expect(gatewayApi.kinds).toEqual([HTTPRoute]);
  });
});

const own = fc.record({
  group: fc.constantFrom(undefined, ''),
  kind: fc.constantFrom(undefined, 'Service'),
  namespace: fc.constantFrom(undefined, 'shop'),
  port: fc.integer({ min: 1, max: 65535 }),
  weight: fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: undefined }),
  xUnknown: fc.jsonValue(),
});
const third = fc.record({
  name: fc.constantFrom('agent', 'agent-canary', 'files'),
  kind: fc.constantFrom('ServiceImport', 'Service'),
  namespace: fc.constant('elsewhere'),
  weight: fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: undefined }),
});
const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length });

const splitRule = fc
  .tuple(own, own, fc.array(third, { maxLength: 2 }), fc.jsonValue())
  .chain(([stable, canary, others, unknown]) =>
    fc.tuple(shuffled([{ ...stable, name: 'agent' }, { ...canary, name: 'agent-canary' }, ...others]), fc.constant(unknown)),
  )
  .map(([backendRefs, unknown]) => ({ xBefore: unknown, backendRefs, xAfter: [unknown] }));
const foreignRule = fc.record({
  matches: fc.constant([{ headers: [{ name: 'x-canary', value: 'true' }] }]),
  backendRefs: fc.array(third),
  x: fc.jsonValue(),
});
const routes = fc
  .tuple(fc.array(splitRule, { minLength: 1, maxLength: 3 }), fc.array(foreignRule, { maxLength: 3 }))
  .chain(([splits, foreign]) => shuffled([...splits, ...foreign]))
  // What the API gives is JSON: fields that are undefined are not there.
  .map((rules) => JSON.parse(JSON.stringify(routeWith(rules))) as KubernetesObject);
const percents = fc.integer({ min: 0, max: 100 });

const hasThird = (route: KubernetesObject): boolean =>
  ruleList(route).some(
    (rule) =>
      [app.service, app.canaryService].every((name) => sumOfRefs(rule, name) > 0) &&
      (rule.backendRefs ?? []).some((ref) => !isOwn(ref, 'agent') && !isOwn(ref, 'agent-canary') && ref.weight !== 0),
  );
const sumOfRefs = (rule: Rule, name: string): number => (rule.backendRefs ?? []).filter((ref) => isOwn(ref, name)).length;

describe('the laws of the lens', () => {
  it('put-get: what was written is read', () => {
    fc.assert(
      fc.property(routes, percents, (route, percent) => {
        fc.pre(!hasThird(route));
        expect(weight(withWeight([route], app, percent), app)).toBe(percent);
      }),
    );
  });

  it('put-get beside a third backend: to half a percentage point, once the inspection has no problem', () => {
    fc.assert(
      fc.property(routes, percents, (route, percent) => {
        fc.pre(gatewayApi.inspect([route], app, [percent]).problems.length === 0);
        expect(Math.abs(weight(withWeight([route], app, percent), app) - percent)).toBeLessThanOrEqual(0.5);
      }),
    );
  });

  it('put-put: of any sequence of weights only the last is left', () => {
    fc.assert(
      fc.property(routes, fc.array(percents, { minLength: 1, maxLength: 8 }), (route, sequence) => {
        const all = sequence.reduce<readonly KubernetesObject[]>((found, percent) => withWeight(found, app, percent), [route]);
        expect(all).toEqual(withWeight([route], app, sequence.at(-1)!));
      }),
    );
  });

  it('get-put: writing what was read changes nothing of what was written before', () => {
    fc.assert(
      fc.property(routes, percents, (route, percent) => {
        fc.pre(!hasThird(route));
        const written = withWeight([route], app, percent);
        expect(withWeight(written, app, weight(written, app))).toEqual(written);
      }),
    );
  });

  it('touches nothing but the weights of stable and the canary in split rules', () => {
    fc.assert(
      fc.property(routes, percents, (route, percent) => {
        expect(remainder(withWeight([route], app, percent)[0]!)).toBe(remainder(route));
      }),
    );
  });

  it('never leaves a split rule without any weight, and never writes a weight below 0', () => {
    fc.assert(
      fc.property(routes, percents, (route, percent) => {
        const splits = ruleList(withWeight([route], app, percent)[0]!).filter((rule) =>
          [app.service, app.canaryService].every((name) => sumOfRefs(rule, name) > 0),
        );
        for (const { backendRefs = [] } of splits) {
          const weights = backendRefs.map((ref) => ref.weight ?? 1);
          expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
          expect(weights.every(Number.isInteger)).toBe(true);
          expect(weights.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(0);
        }
      }),
    );
  });
});

describe("the ports of the canary's Service", () => {
  it('are those that split rules name', () => {
    const to = (...refs: readonly (readonly [string, number])[]) => ({ backendRefs: refs.map(([name, port]) => ({ name, port })) });
    const route = routeWith([
      to(['agent', 80], ['agent-canary', 8080]),
      to(['agent', 9090], ['agent-canary', 9090]),
      to(['agent', 80], ['agent-canary', 8080]),
      to(['agent-canary', 7070]),
    ]);
    expect(gatewayApi.canaryPorts([route], app, [])).toEqual([8080, 9090]);
    expect(gatewayApi.canaryPorts([], app, [])).toEqual([]);
  });
});
