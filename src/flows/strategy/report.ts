import { changes, strategies } from '../../domain/strategy/changes.ts';
import type { Report } from '../flow.ts';
import { code, inert, table } from '../markdown.ts';
import type { Choice } from './execute.ts';
import type { StrategyPlan } from './inputs.ts';

export const strategyOutputNames = ['outcome', 'reason', 'strategy', 'change'] as const;

/** Nothing chosen is an answer, and no silent one: jobs that ask for a strategy are then all skipped. */
export function reportStrategy(_: StrategyPlan, choice: Choice): Report {
  if (choice.is === 'not-chosen') {
    const text = `${choice.text} No strategy was chosen, so no job that asks for one will run.`;
    return {
      succeeded: true,
      outputs: { outcome: 'not-chosen', reason: text, strategy: '', change: '' },
      summary: ['## ➖ No strategy was chosen', '', inert(text), '', whole, ''].join('\n'),
      file: undefined,
      annotation: { level: 'warning', title: 'No strategy was chosen', text },
    };
  }
  const { change, by } = choice;
  const { strategy, why } = changes[change];
  const { action, means } = strategies[strategy];
  return {
    succeeded: true,
    outputs: { outcome: 'chosen', reason: why, strategy, change },
    summary: [
      `## 🧭 ${strategy}, for a change of the kind ${code(change)}`,
      '',
      `${why} ${strategy}: ${means} (${code(action)}).`,
      '',
      `Chosen by ${inert(by)}.`,
      '',
      `<details><summary>Which strategy when</summary>\n\n${whole}\n\n</details>`,
      '',
    ].join('\n'),
    file: undefined,
    annotation: undefined,
  };
}

const whole = table(
  ['change', 'strategy', 'why'],
  Object.entries(changes).map(([change, { strategy, why }]) => [code(change), strategy, why]),
);
