import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../../../src/domain/kubernetes/object.ts';
import { inspectRoute } from '../../../../src/domain/traffic/httproute/inspection.ts';
import { app, fixtureNames, readRoute, routeWith, ruleList } from './fixtures.ts';

const ladder = [5, 25, 50, 100];
const inspect = (route: KubernetesObject | undefined, weights: readonly number[] = ladder) => inspectRoute(route, app, weights);
const texts = (problems: readonly { readonly what: string }[]): readonly string[] => problems.map(({ what }) => what);

interface Expected {
  readonly problems?: readonly RegExp[];
  readonly warnings?: readonly RegExp[];
  readonly untouched?: readonly RegExp[];
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
}

const noHeader = /^No header route covers rule 1 /;
const xCanary = [{ name: 'x-canary', value: 'true' }];

const table: Readonly<Record<string, Expected>> = {
  'all-weights-0': { warnings: [noHeader] },
  'backends-that-are-no-services': { problems: [/no rule that sends requests to the Service `agent`/], untouched: [/goes elsewhere$/] },
  'canary-first': { warnings: [noHeader] },
  'canary-missing': {
    problems: [/no rule with the canary's backend `agent-canary` beside `agent`: rule 1 \(paths under \/api\)\.$/],
    untouched: [/^rule 1 .* goes to `agent` and not to the canary/],
  },
  'canary-missing-in-two-rules': {
    problems: [/: rule 1 `api` \(paths under \/api\); rule 3 \(every path\)\.$/],
    untouched: [/^rule 1/, /^rule 2 .* goes elsewhere$/, /^rule 3/],
  },
  'canary-of-another-namespace': { problems: [/no rule with the canary's backend/], untouched: [/^rule 1/] },
  'canary-weight-omitted': { warnings: [noHeader] },
  'filters-on-rule-and-backends': { warnings: [noHeader] },
  'header-route-at-weight-0': { warnings: [/^No header route covers rule 2 /], untouched: [/names the canary at weight 0/] },
  'header-route-canary': {
    untouched: [/header canary = "true"\) is left alone: it is a header route/],
    headers: [{ name: 'canary', value: 'true' }],
  },
  'header-route-for-another-path': {
    warnings: [/^No header route covers rule 2 \(paths under \/api\)/],
    untouched: [/header route/],
    headers: xCanary,
  },
  'header-route-regular-expression': { untouched: [/header cookie like "\.\*canary=always\.\*"/], headers: [] },
  'header-route-x-canary': { untouched: [/header route to the canary$/], headers: xCanary },
  'header-routes-both-forms': {
    untouched: [/header X-Canary = "true" or every path, header canary = "true"/],
    headers: [
      { name: 'X-Canary', value: 'true' },
      { name: 'canary', value: 'true' },
    ],
  },
  'matches-with-method-and-query': { warnings: [noHeader] },
  'mesh-parent-and-hostnames': { warnings: [noHeader] },
  'method-and-query-beside-the-split': {
    untouched: [
      /^rule 1 \(paths under \/jobs, DELETE\) .* with the promotion$/,
      /^rule 2 .* goes elsewhere$/,
      /header route to the canary$/,
    ],
    headers: xCanary,
  },
  midway: { warnings: [noHeader] },
  'mirror-to-the-canary': { warnings: [/mirrors requests to the canary/, noHeader] },
  'no-parents': { problems: [/names no parent in spec\.parentRefs/], warnings: [noHeader] },
  'no-rules': { problems: [/no rule that sends requests to the Service `agent`/] },
  'one-rule': { warnings: [noHeader] },
  'own-namespace-spelled-out': { warnings: [noHeader] },
  'path-that-goes-to-the-canary-only': {
    warnings: [/rule 1 \(paths under \/preview\) sends everything to the canary/, /^No header route covers rule 2/],
    untouched: [/it goes to the canary only$/],
  },
  'redirect-rule': {
    warnings: [/^No header route covers rule 2/],
    untouched: [/^rule 1 \(path \/old\) is left alone: it goes elsewhere$/],
  },
  'same-service-on-two-ports': { problems: [/names the Service `agent` 2 times \(ports 80, 8080\)/], warnings: [noHeader] },
  'session-persistence': { warnings: [/has sessionPersistence/, noHeader] },
  'split-and-other-rules': {
    warnings: [/^No header route covers rule 3/],
    untouched: [/^rule 1 \(paths under \/admin\) .* goes to `agent`/, /^rule 2 .* goes elsewhere$/],
  },
  'split-by-header': { untouched: [/^rule 2 .* header route/, /^rule 3 .* goes to `agent`/] },
  'stable-missing': { problems: [/no rule that sends requests to the Service `agent`/], untouched: [/goes elsewhere$/] },
  'stable-of-another-namespace-beside': { warnings: [/also sends 100 of 200 to `shop-west\/agent`/, noHeader] },
  'third-backend': { warnings: [/also sends 100 of 300 to `agent-edge`: these weights stay/, noHeader] },
  'third-backend-at-weight-0': { warnings: [noHeader] },
  'third-backend-coarse': {
    problems: [/has 9 parts .* 5 % would be 0 of them, which is 0 % and 25 % would be 2 of them, which is 22\.2 %/],
    warnings: [/`agent-edge`/, noHeader],
  },
  'third-backend-near-the-largest-weight': { problems: [/has 10 parts/], warnings: [/`agent-edge`/, noHeader] },
  'third-backend-takes-all': { problems: [/weight 0 beside a backend that has all the traffic/], warnings: [/`maintenance`/, noHeader] },
  'timeouts-and-retry': { warnings: [noHeader] },
  'two-parents-with-section-names': { warnings: [noHeader] },
  'two-split-rules': { warnings: [/^No header route covers rule 1 .*; rule 2 \(path \/events\):/] },
  'unknown-fields': { warnings: [noHeader] },
  'url-rewrite-and-headers': { warnings: [noHeader], untouched: [/^rule 2 \(path \/agent\) .* with the promotion$/] },
  'weights-omitted': { warnings: [noHeader] },
};

const expectAll = (found: readonly string[], wanted: readonly RegExp[] = []): void => {
  expect(found).toEqual(wanted.map((pattern) => expect.stringMatching(pattern)));
};

describe('what is found in an HTTPRoute', () => {
  it('has an expectation for every fixture', () => {
    expect(new Set(Object.keys(table))).toEqual(new Set(fixtureNames));
  });

  it.each(fixtureNames)('%s', (name) => {
    const found = inspect(readRoute(name));
    const expected = table[name]!;
    expectAll(texts(found.problems), expected.problems);
    expectAll(texts(found.warnings), expected.warnings);
    expectAll(found.untouched, expected.untouched);
    expect(found.headers).toEqual(expected.headers ?? []);
    expect(found.splits.length + found.untouched.length).toBe(ruleList(readRoute(name)).length);
  });

  it('says how a split rule stands', () => {
    expect(inspect(readRoute('mesh-parent-and-hostnames')).splits).toEqual([
      'rule 1 `default` (every path) is split: the canary `agent-canary` has 33.3 % now',
    ]);
  });

  it('says that there is no route', () => {
    expect(inspect(undefined)).toMatchObject({ problems: [{ what: 'HTTPRoute shop/agent is not there.' }], splits: [], untouched: [] });
  });

  it('does not take a third backend for too coarse when the ladder fits it', () => {
    expect(inspect(readRoute('third-backend-coarse'), [0, 100]).problems).toEqual([]);
    expect(inspect(readRoute('third-backend'), ladder).problems).toEqual([]);
  });

  it('refuses a weight that misses by more than half a percentage point', () => {
    const scale = (total: number) =>
      routeWith([
        {
          backendRefs: [
            { name: 'agent', weight: total },
            { name: 'agent-canary', weight: 0 },
            { name: 'x', weight: 1 },
          ],
        },
      ]);
    // 10 % of 101 is written as 10, which is 9.901 %; 10 % of 94 as 9, which is 9.574 %; 10 % of 96 as 10, which is 10.417 %.
    for (const total of [101, 94, 96]) expect(inspect(scale(total), [10]).problems).toEqual([]);
    // 10 % of 15 is written as 2, which is 13.3 %; 99 % of 40 as 40, which is all.
    expect(texts(inspect(scale(15), [10]).problems)).toEqual([expect.stringContaining('10 % would be 2 of them, which is 13.3 %')]);
    expect(texts(inspect(scale(70), [5]).problems)).toEqual([expect.stringContaining('5 % would be 4 of them, which is 5.7 %')]);
    expect(texts(inspect(scale(40), [99]).problems)).toEqual([expect.stringContaining('99 % would be 40 of them')]);
  });

  it('warns of a canary header that a more specific path does not reach', () => {
    const canaryOnly = { matches: [{ headers: [{ name: 'x-canary', value: 'true' }] }], backendRefs: [{ name: 'agent-canary' }] };
    const split = (match: object) => ({ matches: [match], backendRefs: [{ name: 'agent' }, { name: 'agent-canary', weight: 0 }] });
    const warnings = (match: object) => inspect(routeWith([canaryOnly, split(match)])).warnings.length;
    expect(warnings({})).toBe(0);
    expect(warnings({ path: { type: 'PathPrefix', value: '/' } })).toBe(0);
    expect(warnings({ path: { value: '/a' } })).toBe(1);
    expect(warnings({ method: 'GET' })).toBe(1);
    expect(warnings({ headers: [{ name: 'x-plan', value: 'trial' }] })).toBe(1);
    expect(warnings({ queryParams: [{ name: 'q', value: '1' }] })).toBe(1);
    // The very match of the header route: which of the two rules wins is no longer a matter of the header.
    expect(warnings({ headers: [{ name: 'X-Canary', value: 'true' }] })).toBe(1);
  });
});

describe('the YAML of a problem mends it', () => {
  it.each(['canary-missing', 'canary-missing-in-two-rules', 'canary-of-another-namespace', 'stable-missing', 'no-rules'])('%s', (name) => {
    const route = readRoute(name);
    const [problem] = inspect(route).problems;
    const mended = parse(problem?.yaml ?? '') as KubernetesObject;
    expect(texts(inspect(mended).problems)).toEqual([]);
    expect(inspect(mended).splits).not.toEqual([]);
    expect(inspect(mended).splits.every((text) => text.endsWith('has 0 % now'))).toBe(true);
  });

  it('keeps the whole rule but for the added backend', () => {
    const [problem] = inspect(readRoute('canary-missing')).problems;
    expect(ruleList(parse(problem!.yaml!) as KubernetesObject)).toEqual([
      {
        ...ruleList(readRoute('canary-missing'))[0],
        backendRefs: [
          { name: 'agent', port: 80 },
          { name: 'agent-canary', port: 80, weight: 0 },
        ],
      },
    ]);
  });

  it('multiplies the weights of a coarse rule so that every stage fits and no share changes', () => {
    const weights = fc.integer({ min: 0, max: 200 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        weights,
        fc.integer({ min: 1, max: 200 }),
        fc.array(fc.integer({ min: 1, max: 100 })),
        (stable, canary, third, stages) => {
          const route = routeWith([
            {
              backendRefs: [
                { name: 'agent', weight: stable },
                { name: 'agent-canary', weight: canary },
                { name: 'files', weight: third },
              ],
            },
          ]);
          const [problem] = inspect(route, stages).problems;
          fc.pre(problem !== undefined);
          const mended = parse(problem?.yaml ?? '') as KubernetesObject;
          expect(inspect(mended, stages).problems).toEqual([]);
          const shares = (of: KubernetesObject) => {
            const all = ruleList(of)[0]!.backendRefs!.map(({ weight = 1 }) => weight);
            return all.map((weight) => weight / all.reduce((sum, each) => sum + each, 0));
          };
          for (const [index, share] of shares(mended).entries()) expect(share).toBeCloseTo(shares(route)[index]!, 12);
        },
      ),
    );
  });

  it('proposes nothing where no weight could be written', () => {
    expect(inspect(readRoute('third-backend-near-the-largest-weight')).problems[0]?.yaml).toBeUndefined();
  });
});

describe('the YAML of a missing header route', () => {
  it.each(fixtureNames.filter((name) => inspect(readRoute(name)).warnings.some(({ what }) => what.startsWith('No header route'))))(
    'mends %s',
    (name) => {
      const route = readRoute(name);
      const warning = inspect(route).warnings.find(({ what }) => what.startsWith('No header route'));
      const mended = inspect(parse(warning?.yaml ?? '') as KubernetesObject);
      expect(texts(mended.warnings).filter((text) => text.startsWith('No header route'))).toEqual([]);
      expect(mended.splits.length).toBe(inspect(route).splits.length);
      expect(mended.headers).toEqual(expect.arrayContaining(name === 'matches-with-method-and-query' ? [] : xCanary));
    },
  );

  it('chooses another header where the rule asks for that one already', () => {
    const route = routeWith([
      {
        matches: [{ headers: [{ name: 'X-Canary', value: 'false' }] }],
        backendRefs: [{ name: 'agent' }, { name: 'agent-canary', weight: 0 }],
      },
    ]);
    expect(inspect(route).warnings[0]?.yaml).toContain('name: x-canary-release');
  });
});
