import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../../../src/domain/kubernetes/object.ts';
import { gatewayApi } from '../../../../src/domain/traffic/gateway-api.ts';
import { form } from '../../../../src/domain/traffic/httproute/form.ts';
import { istio } from '../../../../src/domain/traffic/istio.ts';
import type { Router } from '../../../../src/domain/traffic/router.ts';
import { bypasses, mirrors, namedRules, purpose } from '../../../../src/domain/traffic/rules/findings.ts';
import { app, readRoute } from '../httproute/fixtures.ts';
import { app as istioApp, routeWith } from '../virtual-service/fixtures.ts';

const header = [{ headers: [{ name: 'x-canary', value: 'true' }] }];
const canaryOnly = { backendRefs: [{ name: 'agent-canary' }] };
const rules = [
  { matches: header, ...canaryOnly },
  canaryOnly,
  {
    backendRefs: [
      { name: 'agent', weight: 90 },
      { name: 'agent-canary', weight: 10 },
    ],
  },
  { backendRefs: [{ name: 'agent' }], filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'agent-canary' } } }] },
  { backendRefs: [{ name: 'agent-canary', weight: 0 }] },
  { backendRefs: [{ name: 'shop' }] },
];

it('tells the rules of a route apart', () => {
  const { all, splits, others, headerRoutes } = namedRules(form, rules, app);
  expect(splits.map(({ rule }) => rule)).toEqual([rules[2]]);
  expect(headerRoutes.map(({ rule }) => rule)).toEqual([rules[0]]);
  expect(others.map(({ rule }) => purpose(form, rule, app))).toEqual([
    'it is a header route to the canary',
    'it goes to the canary only',
    'it goes to `agent` and not to the canary, so it gets the new version with the promotion',
    'it names the canary at weight 0 and no backend of stable beside it',
    'it goes elsewhere',
  ]);
  expect(bypasses(form, others, app).map(({ what }) => what)).toEqual([expect.stringMatching(/^rule 2 .* sends everything to the canary/)]);
  expect(mirrors(form, all, app).map(({ what }) => what)).toEqual([expect.stringMatching(/^rule 4 .* mirrors requests to the canary/)]);
});

describe('a header rule with both sides', () => {
  const http = (stable: number, canary: number) => [
    { name: 'agent', port: 80, weight: stable },
    { name: 'agent-canary', port: 80, weight: canary },
  ];
  const mesh = (stable: number, canary: number) => [
    { destination: { host: 'agent' }, weight: stable },
    { destination: { host: 'agent-canary' }, weight: canary },
  ];
  const base = readRoute('one-rule');
  const kinds: readonly (readonly [
    Router,
    typeof app,
    (special: object, rest: object) => KubernetesObject,
    typeof http | typeof mesh,
    string,
    object,
  ])[] = [
    [
      gatewayApi,
      app,
      (special, rest) => ({ ...base, spec: { ...(base['spec'] as object), rules: [{ matches: header, ...special }, rest] } }),
      http,
      'backendRefs',
      { matches: header },
    ],
    [
      istio,
      istioApp,
      (special, rest) => routeWith([{ match: [{ headers: { 'x-canary': { exact: 'true' } } }], ...special }, rest]),
      mesh,
      'route',
      { match: [{ headers: { 'x-canary': { exact: 'true' } } }] },
    ],
  ];

  it.each(kinds)('is told where it leads to the canary at rest', (router, its, routeOf, legs, field, match) => {
    const told = (...of: readonly (readonly [number, number])[]) => {
      const [special, rest] = of.map(([stable, canary]) => ({ [field]: legs(stable, canary) }));
      const { warnings } = router.inspect([routeOf(special!, rest!)], its, [5, 100], []);
      return warnings.filter(({ what }) => /asks for a header/.test(what));
    };
    const [warning, ...more] = told([0, 100], [100, 0]);
    expect(more).toEqual([]);
    expect(warning?.what).toMatch(
      /rule 1 .* asks for a header and sends to the canary alone, but has `agent` at weight 0 beside it: so it counts as split, its weight follows the stages, and afterwards its header leads to stable\.$/,
    );
    const mended = parse(warning!.yaml!) as KubernetesObject;
    const list = Object.values(mended['spec'] as object).find(
      (each) => Array.isArray(each) && each.length === 2 && field in each[0],
    ) as object[];
    expect(list[0]).toEqual({ ...match, [field]: legs(0, 100).slice(1) });
    const after = router.inspect([{ ...mended, metadata: { ...mended.metadata, namespace: its.namespace } }], its, [5, 100], []);
    expect(after.warnings).toEqual([]);
    expect(after.headers).toEqual([{ name: 'x-canary', value: 'true' }]);
    // A share of those with the header, and a rollout at its end.
    expect(told([50, 50], [100, 0])).toEqual([]);
    expect(told([0, 100], [0, 100])).toEqual([]);
  });
});
