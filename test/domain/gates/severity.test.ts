import { describe, expect, it } from '@jest/globals';
import { bySeverity, parseGrade, reaches, severities } from '../../../src/domain/gates/severity.ts';
import { parsedValue, problemOf } from './findings.ts';

describe('severity', () => {
  it('grows from info to critical', () => {
    for (const [index, severity] of severities.entries())
      for (const [other, threshold] of severities.entries()) expect(reaches(severity, threshold)).toBe(index <= other);
  });
  it('that nobody knows weighs as high', () => {
    for (const threshold of severities) expect(reaches('unknown', threshold)).toBe(reaches('high', threshold));
  });
  it('sorts the worst first', () => {
    expect((['low', 'high', 'unknown', 'critical', 'info', 'medium'] as const).toSorted(bySeverity)).toEqual([
      'critical',
      'unknown',
      'high',
      'medium',
      'low',
      'info',
    ]);
  });
  it('is read in any case, and nothing else is', () => {
    expect(parsedValue(parseGrade('HIGH'))).toBe('high');
    expect(problemOf(parseGrade('unknown'))).toBe('is no severity');
  });
});
