import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { selectorText } from '../../../src/domain/kubernetes/labels.ts';
import { parseLabelSelector } from '../../../src/domain/kubernetes/written-selector.ts';

describe('parseLabelSelector', () => {
  it.each([
    ['workload=application', 'workload=application'],
    ['workload==application , gpu != true', 'workload=application,gpu notin (true)'],
    ['a in (b, c),d notin (e)', 'a in (b,c),d notin (e)'],
    ['kubernetes.azure.com/agentpool=x,!old', 'kubernetes.azure.com/agentpool=x,!old'],
    ['present', 'present'],
  ])('%s', (text, same) => {
    const result = parseLabelSelector(text);
    expect(result.ok && selectorText(result.value)).toBe(same);
  });

  it.each(['', 'a=b,', '=b', 'a=b=c', 'a in b', 'a in (b', 'a in (b c)', 'ümlaut=a', '-a=b', 'a b', '!'])('refuses %j', (text) =>
    expect(parseLabelSelector(text)).toMatchObject({ ok: false }),
  );

  it('reads what is written, whatever it is', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,10}[A-Za-z0-9])?$/);
    const requirement = fc.oneof(
      fc.record({
        key: word,
        operator: fc.constantFrom('In' as const, 'NotIn' as const),
        values: fc.array(word, { minLength: 1, maxLength: 3 }),
      }),
      fc.record({ key: word, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const) }),
    );
    fc.assert(
      fc.property(fc.array(requirement, { minLength: 1, maxLength: 4 }), (matchExpressions) => {
        expect(parseLabelSelector(selectorText({ matchExpressions }))).toEqual({ ok: true, value: { matchExpressions } });
      }),
    );
  });
});
