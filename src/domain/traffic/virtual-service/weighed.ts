import type { Application } from '../router.ts';
import { fittingFactor, type WeighedRule } from '../weights/third-backend.ts';
import { sideNames } from './host.ts';
import { destinationsOf, type HttpRule } from './shape.ts';
import { legsOf, weightOf } from './split.ts';

/** The largest weight that the schema takes: a signed 32-bit integer. */
const largestWeight = 2_147_483_647;

export const weighed = (rule: HttpRule, text: string, app: Application): WeighedRule => ({
  text,
  ...sideNames(app),
  legs: legsOf(rule, app),
  largestWeight,
  multiplied: (factor) => multiplied(rule, factor),
  caveat: 'old versions of Istio refuse weights that do not sum to 100: choose other stages there',
});

/** The same shares on the smallest scale that can express all weights of the ladder. */
export function fittedTo(rule: HttpRule, app: Application, ladder: readonly number[]): HttpRule | undefined {
  const factor = fittingFactor({ legs: legsOf(rule, app), largestWeight }, ladder);
  return factor === undefined ? undefined : multiplied(rule, factor);
}

function multiplied(rule: HttpRule, factor: number): HttpRule {
  const destinations = destinationsOf(rule);
  return factor === 1 ? rule : { ...rule, route: destinations.map((each) => ({ ...each, weight: weightOf(each, destinations) * factor })) };
}
