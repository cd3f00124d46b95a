import { describe, expect, it } from '@jest/globals';
import { planRollout } from '../../../src/flows/canary/plan.ts';
import { flow } from '../../../src/flows/promote/index.ts';
import { parsePromoteInputs, promoteInputNames } from '../../../src/flows/promote/inputs.ts';
import { failureOf, least, rawInputs } from '../raw-inputs.ts';

const given = (more: Readonly<Record<string, string>> = {}) =>
  parsePromoteInputs(rawInputs({ service: 'agent', 'prometheus-url': least['prometheus-url'], ...more }));

describe('a promotion', () => {
  it('needs no image: it takes the one that was analysed, and its evidence', () => {
    expect(given().wishes).toMatchObject({
      action: 'promote',
      image: undefined,
      promote: true,
      requireEvidence: true,
      stages: [],
      smoke: [],
      atRest: 'reset',
    });
  });

  it('shows everyone the new version for one interval before stable is touched', () => {
    expect(planRollout(given({ interval: '45s' }).wishes).stages).toEqual([{ weight: 100, holdSeconds: 45 }]);
  });

  it('without evidence needs the image', () => {
    expect(given({ image: 'agent:v2', 'require-evidence': 'false' }).wishes).toMatchObject({
      requireEvidence: false,
      image: { tag: 'v2' },
    });
    expect(failureOf(() => given({ 'require-evidence': 'false' })).what).toContain(
      '`image` and `require-evidence`: without evidence there is no image to promote',
    );
  });

  it.each([
    ['image', 'agent', /neither a tag nor a digest/],
    ['require-evidence', 'no', /neither `true` nor `false`/],
    ['canary-deployment', 'agent', /both are the same/],
    ['prometheus-service', 'm/p:9', /both are given/],
  ])('%s = %s is refused', (name, value, problem) => {
    expect(failureOf(() => given({ [name]: value })).what).toMatch(problem);
  });

  it('knows no stages, no smoke checks and no other ending', () => {
    for (const name of ['stages', 'profile', 'smoke', 'promote', 'at-rest']) expect(promoteInputNames).not.toContain(name);
    expect(flow).toMatchObject({ name: 'promote', inputNames: promoteInputNames });
  });
});
