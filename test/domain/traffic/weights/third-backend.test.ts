import { describe, expect, it } from '@jest/globals';
import {
  fittingFactor,
  scaleProblems,
  thirdBackendWarnings,
  type WeighedRule,
} from '../../../../src/domain/traffic/weights/third-backend.ts';

const rule = (stable: number, other: number, more: Partial<WeighedRule> = {}): WeighedRule => ({
  text: 'rule 1',
  stable: 'agent',
  canary: 'agent-canary',
  legs: [
    { arm: 'stable', weight: stable, name: 'agent' },
    { arm: 'canary', weight: 0, name: 'agent-canary' },
    { arm: 'other', weight: other, name: 'edge' },
  ],
  largestWeight: 1000,
  multiplied: (factor) => `times: ${factor}\n`,
  ...more,
});

describe('a third backend', () => {
  it('is no matter at weight 0', () => {
    expect(thirdBackendWarnings(rule(10, 0))).toEqual([]);
    expect(scaleProblems(rule(10, 0), [1, 33])).toEqual([]);
  });

  it('makes a scale that some weights do not fit', () => {
    expect(scaleProblems(rule(10, 90), [50])).toEqual([]);
    expect(scaleProblems(rule(10, 90), [5])).toEqual([
      {
        what: 'rule 1 has 10 parts for `agent` and `agent-canary` beside a third backend, so 5 % would be 1 of them, which is 10 %.',
        remedy: 'Multiply all weights of the rule, which changes no share. Write the route like this:',
        yaml: 'times: 2\n',
      },
    ]);
    expect(scaleProblems(rule(10, 90, { caveat: 'mind this' }), [5])[0]?.remedy).toBe(
      'Multiply all weights of the rule, which changes no share (mind this). Write the route like this:',
    );
  });

  it('leaves a part to both, for the way back from 100 %', () => {
    expect(scaleProblems(rule(1, 1), [100])).toEqual([
      {
        what: 'rule 1 has 1 part for `agent` and `agent-canary` beside a third backend, so they cannot share it, as they do at 50 % on the way back from a promotion.',
        remedy: 'Multiply all weights of the rule, which changes no share. Write the route like this:',
        yaml: 'times: 2\n',
      },
    ]);
    expect(scaleProblems(rule(1, 1), [0])).toEqual([]);
    // About half of it is enough.
    for (const parts of [2, 3, 75]) expect(scaleProblems(rule(parts, 1), [100])).toEqual([]);
  });

  it('is multiplied no further than the router takes', () => {
    expect(fittingFactor(rule(10, 90), [5])).toBe(2);
    expect(fittingFactor(rule(10, 900), [5])).toBeUndefined();
    expect(scaleProblems(rule(10, 900), [5])[0]).not.toHaveProperty('yaml');
  });
});
