import { expect, it } from '@jest/globals';
import { form } from '../../../../src/domain/traffic/httproute/form.ts';
import { bypasses, mirrors, namedRules, purpose } from '../../../../src/domain/traffic/rules/findings.ts';
import { app } from '../httproute/fixtures.ts';

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
