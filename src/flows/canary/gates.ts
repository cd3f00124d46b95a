import { type JudgedGate, judgeGates } from '../../domain/gates/pipeline.ts';
import { Failure } from '../../failure.ts';
import { code, inert } from '../markdown.ts';
import type { CanaryPlan } from './plan.ts';

/** Throws GATES_NOT_PASSED: what is behind the gates is not begun. */
export function passedGates({ gates, allowedSkips }: Pick<CanaryPlan, 'gates' | 'allowedSkips'>): readonly JudgedGate[] {
  const verdict = judgeGates(gates, allowedSkips);
  if (verdict.is === 'closed') throw new Failure('GATES_NOT_PASSED', verdict.text, verdict.remedy);
  return verdict.gates;
}

/** As a line of a log. */
export const gateLine = ({ name, reason }: JudgedGate): string =>
  `gate     ${name} ${reason === null ? 'passed' : `was skipped: ${reason}`}`;

/** As Markdown. */
export const gateText = ({ name, reason }: JudgedGate): string =>
  reason === null ? `${code(name)} passed` : `${code(name)} was **skipped**: ${inert(reason)}`;

/** On record for whoever asks later what this deployment did without. */
export function withoutGates({ gates }: Pick<CanaryPlan, 'gates'>): string {
  const skipped = gates.filter(({ result }) => result === 'skipped').map(({ name }) => name);
  return skipped.length === 0 ? '' : ` Without the gates ${skipped.join(', ')}.`;
}
