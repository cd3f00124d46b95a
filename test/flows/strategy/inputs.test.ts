import { expect, it } from '@jest/globals';
import { parseStrategyInputs } from '../../../src/flows/strategy/inputs.ts';
import { failureOf, rawInputs } from '../raw-inputs.ts';

const token = { 'github-token': 'ghs_secret' };

it('a token alone: the labels of the run’s own commit', () =>
  expect(parseStrategyInputs(rawInputs(token))).toEqual({
    connections: { githubToken: 'ghs_secret' },
    plan: { change: undefined, pullRequest: undefined, commit: undefined, labelPrefix: 'change:' },
  }));

it('a change needs no token', () => expect(parseStrategyInputs(rawInputs({ change: 'hotfix' })).plan.change).toBe('hotfix'));

it('everything', () =>
  expect(
    parseStrategyInputs(rawInputs({ ...token, change: 'major', 'pull-request': '12', commit: 'a'.repeat(40), 'label-prefix': 'deploy/' }))
      .plan,
  ).toEqual({ change: 'major', pullRequest: 12, commit: 'a'.repeat(40), labelPrefix: 'deploy/' }));

it.each([
  [{}, /`change` and `github-token`: neither is given/],
  [{ change: 'canary' }, /`change` = `canary` is not known.*`risky-feature`/],
  [{ change: '__proto__' }, /is not known/],
  [{ ...token, 'pull-request': '#12' }, /whole number/],
  [{ ...token, 'pull-request': '0' }, /whole number/],
  [{ ...token, commit: 'main' }, /whole name of a commit/],
  [{ ...token, 'label-prefix': 'x'.repeat(41) }, /no beginning of a label/],
  [{ ...token, 'label-prefix': 'a\nb' }, /no beginning of a label/],
])('%j is refused', (raw, what) => {
  const failure = failureOf(() => parseStrategyInputs(rawInputs(raw)));
  expect(failure.what).toMatch(what);
  expect(failure.what).not.toContain('ghs_secret');
});
