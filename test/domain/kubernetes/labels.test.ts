import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type LabelSelector, overlap, selectorOf, selectorText, selects, serviceSelects } from '../../../src/domain/kubernetes/labels.ts';

const expression = (key: string, operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', ...values: readonly string[]): LabelSelector => ({
  matchExpressions: [{ key, operator, ...(values.length === 0 ? {} : { values }) }],
});

describe('a label selector', () => {
  const labels = { app: 'agent', track: 'stable' };
  it.each<readonly [LabelSelector, boolean, string]>([
    [{}, true, ''],
    [{ matchLabels: {} }, true, ''],
    [{ matchLabels: { app: 'agent' } }, true, 'app=agent'],
    [{ matchLabels: { app: 'agent', track: 'canary' } }, false, 'app=agent,track=canary'],
    [{ matchLabels: { tier: 'web' } }, false, 'tier=web'],
    [expression('track', 'In', 'stable', 'main'), true, 'track in (stable,main)'],
    [expression('track', 'In', 'canary'), false, 'track=canary'],
    [expression('tier', 'In', ''), false, 'tier='],
    [expression('track', 'NotIn', 'canary'), true, 'track notin (canary)'],
    [expression('track', 'NotIn', 'stable'), false, 'track notin (stable)'],
    [expression('tier', 'NotIn', 'web'), true, 'tier notin (web)'],
    [expression('track', 'Exists'), true, 'track'],
    [expression('tier', 'Exists'), false, 'tier'],
    [expression('track', 'DoesNotExist'), false, '!track'],
    [expression('tier', 'DoesNotExist'), true, '!tier'],
    [{ matchLabels: { app: 'agent' }, ...expression('track', 'Exists') }, true, 'app=agent,track'],
  ])('%j selects: %s, as text %j', (selector, selected, text) => {
    expect(selects(selector, labels)).toBe(selected);
    expect(selectorText(selector)).toBe(text);
  });

  it.each([
    [undefined, false],
    [{}, false],
    [{ app: 'agent' }, true],
    [{ app: 'agent', track: 'canary' }, false],
  ])('a Service with the selector %j selects: %s', (selector, selected) => {
    expect(serviceSelects(selector, labels)).toBe(selected);
  });
});

describe('two selectors overlap', () => {
  it.each<readonly [LabelSelector, LabelSelector, boolean]>([
    [{ matchLabels: { app: 'agent' } }, { matchLabels: { app: 'agent-canary' } }, false],
    [{ matchLabels: { app: 'agent' } }, { matchLabels: { app: 'agent', track: 'canary' } }, true],
    [{ matchLabels: { app: 'agent' } }, { matchLabels: { tier: 'web' } }, true],
    [{}, { matchLabels: { app: 'agent' } }, true],
    [{ matchLabels: { track: 'canary' } }, expression('track', 'NotIn', 'canary'), false],
    [expression('track', 'NotIn', 'canary'), expression('track', 'NotIn', 'stable'), true],
    [expression('track', 'In', 'a', 'b'), expression('track', 'In', 'b', 'c'), true],
    [expression('track', 'In', 'a', 'b'), expression('track', 'NotIn', 'a', 'b'), false],
    [expression('track', 'Exists'), expression('track', 'DoesNotExist'), false],
    [expression('track', 'NotIn', 'a'), expression('track', 'DoesNotExist'), true],
    [expression('track', 'In', 'a'), expression('track', 'DoesNotExist'), false],
  ])('%j and %j: %s', (one, other, expected) => {
    expect(overlap(one, other)).toBe(expected);
    expect(overlap(other, one)).toBe(expected);
  });

  it('whenever there are labels that both select, and only then', () => {
    const keys = ['a', 'b'] as const;
    const values = ['x', 'y', 'z'];
    const requirement = fc.record({
      key: fc.constantFrom(...keys),
      operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
      values: fc.subarray(['x', 'y'], { minLength: 1 }),
    });
    const selector = fc.record({ matchExpressions: fc.array(requirement, { maxLength: 3 }) });
    const all = [undefined, ...values].flatMap((a) =>
      [undefined, ...values].map((b) => ({ ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) })),
    );
    fc.assert(
      fc.property(selector, selector, (one, other) => {
        expect(overlap(one, other)).toBe(all.some((labels) => selects(one, labels) && selects(other, labels)));
      }),
    );
  });
});

it('is read from a workload, which may have none', () => {
  const workload = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'agent' } };
  const selector = { matchLabels: { app: 'agent' } };
  expect(selectorOf({ ...workload, spec: { selector } })).toEqual(selector);
  expect([workload, { ...workload, spec: {} }].map(selectorOf)).toEqual([{}, {}]);
});
