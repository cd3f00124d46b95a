import { describe, expect, it } from '@jest/globals';
import { gatewayApi } from '../../../../src/domain/traffic/gateway-api.ts';
import { form as httpRoute } from '../../../../src/domain/traffic/httproute/form.ts';
import type { Application, Router } from '../../../../src/domain/traffic/router.ts';
import { type RuleForm, rulesOf, withRules } from '../../../../src/domain/traffic/rules/form.ts';
import { ruleRouter } from '../../../../src/domain/traffic/rules/router.ts';
import * as httpRoutes from '../httproute/fixtures.ts';

interface Lane {
  readonly to: Readonly<Record<string, number>>;
  readonly note?: string;
}

/** A route of no real kind: what the factory knows, it knows from the form. */
const form: RuleForm<Lane> = {
  kind: { apiVersion: 'example.com/v1', kind: 'Crossing', resource: 'crossings' },
  field: 'lanes',
  destinations: 'to',
  target: 'destination',
  largestWeight: 1000,
  sides: ({ service, canaryService }) => ({ stable: service, canary: canaryService }),
  legsOf: ({ to }, { service, canaryService }) =>
    Object.entries(to).map(([name, weight]) => ({
      name,
      weight,
      arm: name === service ? 'stable' : name === canaryService ? 'canary' : 'other',
    })),
  weighted: (lane, weights) => ({
    ...lane,
    to: Object.fromEntries(Object.entries(lane.to).map(([name, weight], index) => [name, weights[index] ?? weight])),
  }),
  canaryPortsOf: () => [],
  text: (_, index) => `lane ${index + 1}`,
  asksForHeaders: () => false,
  mirrorsToCanary: () => false,
};

const app: Application = { service: 'agent', namespace: 'shop', route: 'agent', canaryService: 'agent-canary' };
const parts: Parameters<typeof ruleRouter>[1] = {
  name: 'crossing',
  defaultRoute: (service) => service,
  context: () => [],
  canaryLabels: () => ({}),
  inspect: (route) => ({ problems: [], warnings: [], splits: [String(route?.metadata.name)], untouched: [], headers: [] }),
  accepted: () => ({ is: 'accepted' }),
};
const router: Router = ruleRouter(form, parts);
const crossing = (lanes: readonly Lane[]) => ({
  apiVersion: form.kind.apiVersion,
  kind: form.kind.kind,
  metadata: { name: 'agent', namespace: 'shop' },
  spec: { width: 2, lanes },
});

describe('the router of a route with rules', () => {
  const route = crossing([
    { to: { agent: 90, 'agent-canary': 10 } },
    { to: { agent: 70, 'agent-canary': 30, other: 100 }, note: 'with a third' },
    { to: { agent: 100 } },
  ]);

  it('reads the highest share of its split rules', () => expect(router.weight([route], app)).toBe(30));

  it('reads the share of each split rule, and how many others lead to the canary', () => {
    const more = [{ to: { 'agent-canary': 1, other: 9 } }, { to: { 'agent-canary': 0 } }, { to: {} }];
    expect(router.ruleShares([crossing([...route.spec.lanes, ...more])], app)).toEqual({ shares: [10, 30], fixed: 1 });
    const asked = ruleRouter({ ...form, asksForHeaders: ({ to }) => 'other' in to }, parts);
    expect(asked.ruleShares([crossing(more)], app)).toEqual({ shares: [], fixed: 0 });
  });

  it('writes every split rule on its own scale and nothing else', () => {
    expect(router.withWeight([route], app, 50)[0]).toEqual(
      crossing([
        { to: { agent: 50, 'agent-canary': 50 } },
        { to: { agent: 50, 'agent-canary': 50, other: 100 }, note: 'with a third' },
        { to: { agent: 100 } },
      ]),
    );
  });

  it('finds its object by group, kind, name and namespace', () => {
    expect(router.objects(app)).toEqual([{ kind: form.kind, namespace: 'shop', name: 'agent' }]);
    for (const other of [
      { ...route, apiVersion: 'example.org/v1' },
      { ...route, kind: 'Junction' },
      { ...route, metadata: { ...route.metadata, name: 'b' } },
      { ...route, metadata: { ...route.metadata, namespace: 'b' } },
    ]) {
      expect(() => router.weight([other], app)).toThrow('Crossing shop/agent is not there.');
      expect(router.inspect([other], app, []).splits).toEqual(['undefined']);
    }
    expect(router.inspect([route], app, []).splits).toEqual(['agent']);
  });

  it('leaves a route without rules without them', () => {
    const { lanes: _, ...spec } = route.spec;
    const bare = { ...route, spec };
    expect(router.withWeight([bare], app, 50)).toEqual([bare]);
    expect(router.weight([bare], app)).toBe(0);
    expect(rulesOf(form, withRules(form, bare, [{ to: {} }]))).toEqual([{ to: {} }]);
  });
});

it.each(httpRoutes.fixtureNames)('HTTPRoute %s: its other rules are the same after five changes, going back and promotion', (name) => {
  const route = httpRoutes.readRoute(name);
  const others = (of: typeof route) =>
    JSON.stringify(
      rulesOf(httpRoute, of).filter(
        (rule) => !['stable', 'canary'].every((arm) => httpRoute.legsOf(rule, httpRoutes.app).some((leg) => leg.arm === arm)),
      ),
    );
  for (const ladder of [
    [5, 25, 50, 75, 100],
    [5, 25, 0],
    [5, 25, 50, 75, 100, 50, 0],
  ]) {
    let [written] = [route];
    for (const weight of ladder) {
      [written] = gatewayApi.withWeight([written], httpRoutes.app, weight) as [typeof route];
      expect(others(written)).toBe(others(route));
    }
  }
});
