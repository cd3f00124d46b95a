import type { Finding, ToolReport } from '../../../src/domain/gates/finding.ts';
import type { Policy } from '../../../src/domain/gates/verdict.ts';

export const finding = (more: Partial<Finding> = {}): Finding => ({
  rule: 'R1',
  severity: 'high',
  message: 'Something is wrong.',
  place: { in: 'file', path: 'src/app.py', line: 12 },
  ...more,
});

export const report = (findings: readonly Finding[], tool = 'linter'): ToolReport => ({ state: 'read', tool, findings, notes: [] });

export const policy = (more: Partial<Policy> = {}): Policy => ({
  threshold: () => 'high',
  suppressions: [],
  baseline: new Map(),
  ignoreUnfixed: false,
  changes: undefined,
  today: 20_000,
  ...more,
});

export function parsedValue<T>(parsed: { ok: true; value: T } | { ok: false; problem: string }): T {
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

export const problemOf = (parsed: { ok: true; value: unknown } | { ok: false; problem: string }): string =>
  parsed.ok ? 'nothing is wrong' : parsed.problem;
