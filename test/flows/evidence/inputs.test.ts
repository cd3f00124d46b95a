import { expect, it } from '@jest/globals';
import { parseEvidenceInputs } from '../../../src/flows/evidence/inputs.ts';
import { failureOf, rawInputs } from '../raw-inputs.ts';

const least = { service: 'agent', 'github-token': 'ghs_secret' };
const digest = `sha256:${'1'.repeat(64)}`;

it('the least that can be given asks about the run’s own commit, in staging', () =>
  expect(parseEvidenceInputs(rawInputs(least))).toEqual({
    connections: { githubToken: 'ghs_secret' },
    plan: { service: 'agent', environment: 'staging', image: undefined, commit: undefined, otherBuilds: true },
  }));

it('everything', () =>
  expect(
    parseEvidenceInputs(
      rawInputs({ ...least, image: `a/b@${digest}`, commit: 'a'.repeat(40), 'staging-environment': 'qa', 'other-builds': 'false' }),
    ).plan,
  ).toEqual({
    service: 'agent',
    environment: 'qa',
    image: { name: 'a/b', digest },
    commit: 'a'.repeat(40),
    otherBuilds: false,
  }));

it.each([
  [{ image: 'a/b:v1' }, /has no digest/],
  [{ image: '?' }, /no image reference|not an image reference/],
  [{ 'other-builds': 'false' }, /without an image there is nothing/],
  [{ 'other-builds': 'maybe' }, /`other-builds`/],
  [{ commit: 'main' }, /whole name of a commit/],
  [{ 'github-token': '' }, /`github-token` is missing/],
  [{ service: '' }, /`service` is missing/],
  [{ 'staging-environment': 'a\nb' }, /no name of an environment/],
])('%j is refused', (more, what) => {
  const failure = failureOf(() => parseEvidenceInputs(rawInputs({ ...least, ...more })));
  expect(failure.what).toMatch(what);
  expect(failure.what).not.toContain('ghs_secret');
});
