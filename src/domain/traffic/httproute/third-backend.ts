import type { Application } from '../router.ts';
import { fittingFactor, type WeighedRule } from '../weights/third-backend.ts';
import type { Rule } from './shape.ts';
import { legsOf, weightOf } from './split.ts';

/** The largest weight that the Gateway API takes. */
const largestWeight = 1_000_000;

export const weighed = (rule: Rule, text: string, app: Application): WeighedRule => ({
  text,
  stable: app.service,
  canary: app.canaryService,
  legs: legsOf(rule, app),
  largestWeight,
  multiplied: (factor) => multiplied(rule, factor),
});

/** The same shares on the smallest scale that can express all weights of the ladder. `undefined` when a weight would be too large. */
export function fittedTo(rule: Rule, app: Application, ladder: readonly number[]): Rule | undefined {
  const factor = fittingFactor({ legs: legsOf(rule, app), largestWeight }, ladder);
  return factor === undefined ? undefined : multiplied(rule, factor);
}

const multiplied = (rule: Rule, factor: number): Rule =>
  factor === 1 ? rule : { ...rule, backendRefs: (rule.backendRefs ?? []).map((ref) => ({ ...ref, weight: weightOf(ref) * factor })) };
