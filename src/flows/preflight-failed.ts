import { type Problem, problemText } from '../domain/rollout/problem.ts';
import { Failure } from '../failure.ts';

/** Everything that a preflight found, in one Failure. `before`: what is not begun. */
export function preflightFailed(problems: readonly Problem[], before: string): Failure {
  const count = problems.length === 1 ? 'One problem was' : `${problems.length} problems were`;
  return new Failure(
    'PREFLIGHT_FAILED',
    `${count} found before ${before}:\n${problems.map(problemText).join('\n')}`,
    'Mend what is listed and start again.',
  );
}
