import { expect, it } from '@jest/globals';
import { changes } from '../../../src/domain/strategy/changes.ts';
import type { StrategyPlan } from '../../../src/flows/strategy/inputs.ts';
import { reportStrategy, strategyOutputNames } from '../../../src/flows/strategy/report.ts';

const plan: StrategyPlan = { change: undefined, pullRequest: undefined, commit: undefined, labelPrefix: 'change:' };

it.each(Object.entries(changes))('%s', (change, { strategy, why }) => {
  const { outputs, succeeded, summary, annotation } = reportStrategy(plan, {
    is: 'chosen',
    change: change as keyof typeof changes,
    by: 'the label `change: <b>` of #7',
  });
  expect([succeeded, annotation, outputs]).toEqual([true, undefined, { outcome: 'chosen', reason: why, strategy, change }]);
  expect(Object.keys(outputs)).toEqual(strategyOutputNames);
  expect(summary).toContain(why);
  expect(summary).not.toContain('<b>');
});

it('nothing chosen is an answer that is not silent', () => {
  const { outputs, succeeded, summary, annotation } = reportStrategy(plan, { is: 'not-chosen', text: 'No label of #7.' });
  expect([succeeded, outputs['outcome'], outputs['strategy'], outputs['change']]).toEqual([true, 'not-chosen', '', '']);
  expect(annotation).toMatchObject({ level: 'warning' });
  expect(summary).toContain('No strategy was chosen');
});
