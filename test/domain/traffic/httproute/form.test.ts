import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { armOf, form } from '../../../../src/domain/traffic/httproute/form.ts';
import { withPercent } from '../../../../src/domain/traffic/rules/form.ts';
import { app } from './fixtures.ts';

describe('whose backend it is', () => {
  it.each([
    [{ name: 'agent' }, 'stable'],
    [{ name: 'agent-canary' }, 'canary'],
    [{ name: 'agent', kind: 'Service', group: '', namespace: 'shop' }, 'stable'],
    [{ name: 'agent', namespace: 'lab' }, 'other'],
    [{ name: 'agent', kind: 'ServiceImport', group: 'multicluster.x-k8s.io' }, 'other'],
    [{ name: 'agent', group: 'example.com', kind: 'Service' }, 'other'],
    [{ name: 'agent-canary-2' }, 'other'],
  ] as const)('%j is %s', (ref, arm) => {
    expect(armOf(ref, app)).toBe(arm);
  });
});

describe('a rule that names a Service several times', () => {
  const rule = {
    backendRefs: [
      { name: 'agent', port: 1, weight: 60 },
      { name: 'agent', port: 2, weight: 40 },
      { name: 'agent-canary', port: 1, weight: 0 },
    ],
  };

  it('keeps the proportion of its references, the rest going to the first', () => {
    expect(withPercent(form, rule, app, 33).backendRefs?.map(({ weight }) => weight)).toEqual([41, 26, 33]);
  });

  it('can always go back to weight 0', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(weights, weights, fc.integer({ min: 0, max: 100 }), (stable, canary, percent) => {
        const backendRefs = [
          ...stable.map((weight, port) => ({ name: 'agent', port, weight })),
          ...canary.map((weight, port) => ({ name: 'agent-canary', port, weight })),
        ];
        const written = withPercent(form, { backendRefs }, app, percent).backendRefs!;
        const sum = (name: string) => written.filter((ref) => ref.name === name).reduce((total, ref) => total + ref.weight!, 0);
        expect([sum('agent'), sum('agent-canary')]).toEqual([100 - percent, percent]);
      }),
    );
  });
});
