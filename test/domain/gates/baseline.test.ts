import { describe, expect, it } from '@jest/globals';
import { baselineOf, parseBaseline } from '../../../src/domain/gates/baseline.ts';
import { identityOf } from '../../../src/domain/gates/identity.ts';
import { finding, parsedValue, problemOf } from './findings.ts';

const identity = identityOf('linter', finding());
const written = baselineOf([identity, identity, identityOf('linter', finding({ rule: 'R0' }))]) as { findings: Record<string, unknown>[] };

describe('a baseline', () => {
  it('is read as it was written, with how many there are of each', () => {
    const baseline = parsedValue(parseBaseline(JSON.parse(JSON.stringify(written))));
    expect([...baseline.values()].map(({ identity: { rule }, count }) => [rule, count])).toEqual([
      ['R0', 1],
      ['R1', 2],
    ]);
  });
  it('is written in the same order whatever order the findings came in', () => {
    const others = ['c', 'a', 'b'].map((rule) => identityOf('linter', finding({ rule })));
    expect(baselineOf(others)).toEqual(baselineOf(others.toReversed()));
  });
  it.each([
    ['a list', [], 'schema'],
    ['another schema', { ...written, schema: 'x' }, 'schema'],
    ['no findings', { schema: 'wf-deploy/baseline/v1' }, 'no list'],
    ['an entry twice', { ...written, findings: [written.findings[0], written.findings[0]] }, 'twice'],
    ['a count of 0', { ...written, findings: [{ ...written.findings[0], count: 0 }] }, '`count`'],
    ['a huge count', { ...written, findings: [{ ...written.findings[0], count: 1e300 }] }, '`count`'],
    ['a count of half', { ...written, findings: [{ ...written.findings[0], count: 0.5 }] }, '`count`'],
    ['no rule', { ...written, findings: [{ ...written.findings[0], rule: undefined }] }, 'lacks a text'],
    ['a field more', { ...written, findings: [{ ...written.findings[0], any: '*' }] }, 'unknown field'],
    ['a text', { ...written, findings: ['R1'] }, 'no map'],
    ['too many', { ...written, findings: Array.from({ length: 100_001 }) }, 'more than'],
  ])('with %s is refused', (_name, value, told) => expect(problemOf(parseBaseline(value))).toContain(told));
});
